#!/usr/bin/env python3
# systemd accepts the units, they open no file of the user's as root, and they stop smolfleet as it wants
# to be stopped. What the signals then do is tests/up/service_test.cpp's.
# usage: unit_test.py SERVICE
import configparser
import pathlib
import re
import shlex
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


def verify(service):
    """systemd-analyze's own check of both."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copy(service, directory)
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


def check_root_opens_nothing(service, socket):
    """systemd opens files as root, and the user could have put a link there: only the user may open."""
    for name in ("StandardOutput", "StandardError"):
        assert service[name] == "journal", (name, service[name])
    assert service["User"] == "%i" and service["StateDirectory"] == "smolfleet/%i"
    assert not [name for unit in (service, socket) for name in unit if name.startswith(("ExecStartP", "ExecStop"))]


def command(service, program):
    """The words of ExecStart= as systemd makes them, with another program for smolfleet."""
    shell, option, script = shlex.split(service["ExecStart"])
    assert (shell, option) == ("/bin/sh", "-c")
    assert not re.search(r"[$%]", script.replace("$$", "")), "systemd would put something in its place"
    script, count = re.subn(r"\S+/smolfleet(?= up )", lambda _: shlex.quote(str(program)), script)
    assert count == 1, script
    return [shell, option, script.replace("$$", "$")]


def check_main_process(service, state):
    """The shell becomes smolfleet, which gets the feed, and adds to the results that are there."""
    program, results = state / "program", state / "results.jsonl"
    program.write_text('#!/bin/sh\necho $$ "$@"\ncat\n')
    program.chmod(0o755)
    results.write_text("earlier\n")
    process = subprocess.Popen(command(service, program), stdin=subprocess.PIPE, text=True,
                               env={"PATH": "/usr/bin:/bin", "STATE_DIRECTORY": str(state)})
    process.communicate("plan\n")
    assert process.returncode == 0
    assert results.read_text() == f"earlier\n{process.pid} up --journal {state}/journal --resume\nplan\n"


def main():
    path = pathlib.Path(sys.argv[1])
    service, socket = Unit(path)["Service"], Unit(SOCKET)["Socket"]
    check_stop(service)
    check_feed(service, socket)
    check_root_opens_nothing(service, socket)
    with tempfile.TemporaryDirectory(prefix="a state ") as state:
        check_main_process(service, pathlib.Path(state))
    if not shutil.which("systemd-analyze"):
        sys.exit("systemd-analyze is missing: tools/install-deps --check brings it (package systemd)")
    verify(path)


if __name__ == "__main__":
    main()
