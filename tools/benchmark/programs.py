# Finds or builds the programs that take part, and asks them for their versions.
import dataclasses
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

from benchmark.failure import CannotGoOn

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
DEBIANS_PYTHON = "/usr/bin/python3"
CONFIGURE_AND_BUILD = """\
cd "$1" && source tools/lib.sh && configure build &&
meson compile -C build src/smolfleet:executable tools/smolvm/smolvm"""


@dataclasses.dataclass
class Programs:
    smolfleet: pathlib.Path
    smolvm: pathlib.Path
    is_stand_in: bool
    environment: dict


def run_tool(*argv):
    """A tool of ours that talks to people, so not on the stdout of our own."""
    if subprocess.run(argv, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False).returncode:
        raise CannotGoOn(f"{argv[0]} failed; see above")


def has_matplotlib():
    return importlib.util.find_spec("matplotlib") is not None


def need_matplotlib():
    """Before anything is measured: a page that cannot be drawn is not found out at the end."""
    if has_matplotlib():
        return
    run_tool(ROOT / "tools/install-deps", "--bench")
    importlib.invalidate_caches()
    if has_matplotlib():
        return
    # Debian's package is for Debian's Python, and another one may come first on PATH.
    if os.path.realpath(sys.executable) == os.path.realpath(DEBIANS_PYTHON):
        raise CannotGoOn("--html needs matplotlib for this Python; it could not be installed")
    if not os.path.exists(DEBIANS_PYTHON):
        raise CannotGoOn("--html needs matplotlib: install it for the python3 on PATH")
    os.execv(DEBIANS_PYTHON, [DEBIANS_PYTHON, *sys.argv])


def build():
    run_tool(ROOT / "tools/install-deps")
    run_tool("bash", "-c", CONFIGURE_AND_BUILD, "build", ROOT)


def environment(stand_in, options, directory):
    """Ours, without what would set smolfleet's options from outside."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SMOLFLEET_")}
    if stand_in:
        ours = {name: value for name, value in ours.items() if name != "SMOLVM_SCENARIO"}
        ours["SMOLVM_DATA_DIR"] = str(directory / "smolvm")
        ours["SMOLVM_GUEST"] = options.guest or "none"
        if options.scenario:
            ours["SMOLVM_SCENARIO"] = str(options.scenario)
    return ours


def find(options, directory):
    stand_in = not options.smolvm or bool(options.guest or options.scenario)
    if not (options.smolfleet and options.smolvm):
        build()
    return Programs(smolfleet=options.smolfleet or BUILD / "src/smolfleet",
                    smolvm=options.smolvm or BUILD / "tools/smolvm/smolvm",
                    is_stand_in=stand_in,
                    environment=environment(stand_in, options, directory))


def version(program, programs):
    """What it says, or why it says nothing."""
    try:
        said = subprocess.run([program, "--version"], env=programs.environment, text=True,
                              timeout=30, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotGoOn(f"{program} --version: {error}") from error
    return said.strip()


def describe(programs):
    if not shutil.which("openssl"):
        raise CannotGoOn("there is no openssl on PATH; it makes the CA of the guests")
    return {
        "smolfleet": version(programs.smolfleet, programs),
        "smolvm": version(programs.smolvm, programs),
        "stand_in": programs.is_stand_in,
        "guest": programs.environment["SMOLVM_GUEST"] if programs.is_stand_in else "microVM",
    }
