#!/usr/bin/env python3
# What is installed, and where: exactly installed.txt, and above all no smolvm.
# usage: install_test.py BUILD PREFIX
import os
import pathlib
import subprocess
import sys
import tempfile


def installed(build, prefix, directory):
    # Nothing is built here: the test's dependencies are, and another ninja may be at work.
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--skip-subprojects",
                    "--destdir", directory], check=True, capture_output=True)
    top = pathlib.Path(directory + prefix)
    files = [path for path in pathlib.Path(directory).rglob("*") if not path.is_dir()]
    strays = [path for path in files if not path.is_relative_to(top)]
    assert not strays, f"outside of the prefix: {strays}"
    return top, {path.relative_to(top).as_posix() for path in files}


def check_modes(top, names):
    for name in names:
        mode = (top / name).stat().st_mode & 0o7777
        assert mode == (0o755 if name.startswith("bin/") else 0o644), (name, oct(mode))


def main():
    build, prefix = sys.argv[1:]
    wanted = set(pathlib.Path(__file__).with_name("installed.txt").read_text().split())
    with tempfile.TemporaryDirectory() as directory:
        os.umask(0o022)
        top, names = installed(build, prefix, directory)
        check_modes(top, names)
        unit = (top / "lib/systemd/system/smolfleet@.service").read_text()
        assert f"exec {prefix}/bin/smolfleet up" in unit
        version = subprocess.run([top / "bin/smolfleet", "--version"], capture_output=True, text=True)
        assert version.stdout.startswith("smolfleet "), version
    for name in sorted(wanted ^ names):
        print("missing:" if name in wanted else "not in installed.txt:", name)
    return 0 if names == wanted else 1


if __name__ == "__main__":
    sys.exit(main())
