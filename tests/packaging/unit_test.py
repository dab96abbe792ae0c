#!/usr/bin/env python3
# systemd accepts the units, and they stop smolfleet as it wants to be stopped. What the signals then
# do is tests/up/service_test.cpp's. usage: unit_test.py SMOLFLEET SERVICE
import configparser
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOCKET = pathlib.Path(__file__).resolve().parents[2] / "share/systemd/smolfleet@.socket"


class Unit(configparser.RawConfigParser):
    def __init__(self, path):
        super().__init__(strict=False, delimiters="=", comment_prefixes="#", interpolation=None)
        self.optionxform = str
        self.read(path)


def verify(program, service):
    """systemd-analyze's own check of both, with the program where it was built."""
    with tempfile.TemporaryDirectory() as directory:
        unit = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={pathlib.Path(program).resolve()}", service.read_text())
        pathlib.Path(directory, "smolfleet@.service").write_text(unit)
        shutil.copy(SOCKET, directory)
        names = [f"{directory}/smolfleet@root.{kind}" for kind in ("service", "socket")]
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                               "--generators=no", *names], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stdout + done.stderr, done


def check_stop(service):
    # Any other mode kills the guests, whose VMs are in the unit's control group.
    assert service["KillMode"] == "process"
    assert "KillSignal" not in service and "ExecStop" not in service
    assert service["SuccessExitStatus"] == str(128 + 15)
    assert service["RestartPreventExitStatus"] == "2"
    assert service["OOMPolicy"] == "continue"


def check_feed(service, socket):
    assert service["StandardInput"] == "socket"
    assert socket["ListenFIFO"].endswith("/plans")
    made = socket["ExecStartPre"].split()[-1]
    assert service["StandardOutput"] == f"append:{made}/results.jsonl"
    assert made == f"/var/lib/{service['StateDirectory']}"
    assert "--resume" in service["ExecStart"] and "--journal ${STATE_DIRECTORY}/" in service["ExecStart"]


def main():
    program, service = sys.argv[1], pathlib.Path(sys.argv[2])
    unit, socket = Unit(service), Unit(SOCKET)
    check_stop(unit["Service"])
    check_feed(unit["Service"], socket["Socket"])
    if not shutil.which("systemd-analyze"):
        sys.exit("systemd-analyze is missing: tools/install-deps --check brings it (package systemd)")
    verify(program, service)


if __name__ == "__main__":
    main()
