#!/usr/bin/env python3
# Keeps the transcripts in the documents true: runs what they show and compares what comes out.
# usage: tests/docs/transcripts.py [--update] BUILD DOCUMENT…; exit 1 if a transcript is not true.
#   --update  writes what came out into the document instead
#
# A transcript is a block ```console: lines that begin with "$ " are typed, what follows is what they
# print. All blocks of a document are one bash, in an empty directory with `build` and `tools` of the
# checkout in it. Times, durations, ids and fingerprints differ from run to run, and so does the
# width of columns; everything else must be the same, the exit status of what is expected to fail
# among it (the documents print it: `echo $?`).
import argparse
import difflib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading

LIMIT_SECONDS = 60  # of one command
ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# (what differs from run to run, what stands for it)
VARIABLE = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\b[0-9A-HJKMNP-TV-Z]{26}\b", "RUN"),
    (r"\b([0-9A-F]{2}:){7,31}[0-9A-F]{2}\b", "FINGERPRINT"),
    (r"\b[0-9a-f]{64}\b", "SHA256"),
    (r"/tmp/[\w./-]+", "PATH"),
    (r'("(?:\w*_)?(?:start|duration|queued)_ms"\s*:\s*)[\d.]+', r"\1N"),
    (r"\b\d+(\.\d+)? ?(us|ms|s)\b", "DURATION"),
    (r"\b\d+(\.\d+)?/s\b", "RATE"),
    (r"of which \w+", "of which PHASE"),
    (r"(?: \\\n)?[ \t]+", " "),  # and where `check` breaks a line
]


def steady(lines):
    """The lines without what differs from run to run."""
    text = "\n".join(line.rstrip() for line in lines)
    for pattern, word in VARIABLE:
        text = re.sub(pattern, word, text)
    return text.split("\n")


class Session:
    """One bash for all commands of a document; it prints a mark behind each."""

    MARK = "\x1eend of output"

    def __init__(self, build, directory):
        (directory / "build").symlink_to(build)
        (directory / "tools").symlink_to(ROOT / "tools")
        (directory / "tmp").mkdir()
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("SMOLFLEET_", "SMOLVM_"))}
        environment |= {"HOME": str(directory), "TMPDIR": str(directory / "tmp"), "LC_ALL": "C.UTF-8",
                        "NO_COLOR": "1"}
        self.bash = subprocess.Popen(
            ["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=directory, env=environment,
            start_new_session=True)

    def run(self, command):
        """What the command prints, as lines."""
        # Commands must not read the ones that come after them.
        self.bash.stdin.write(f"{{ {command}\n}} < /dev/null\n"
                              f"status=$?; printf '%s\\n' $'{self.MARK}'; (exit $status)\n")
        self.bash.stdin.flush()
        watchdog = threading.Timer(LIMIT_SECONDS, self.kill)
        watchdog.start()
        try:
            return self.read()
        finally:
            watchdog.cancel()

    def kill(self):
        os.killpg(self.bash.pid, signal.SIGKILL)

    def read(self):
        lines = []
        for line in self.bash.stdout:
            if line.endswith(self.MARK + "\n"):
                rest = line.removesuffix(self.MARK + "\n")
                return lines + ([rest] if rest else [])
            lines.append(line.rstrip("\n"))
        return lines + ["(the shell has ended)"]

    def end(self):
        self.bash.stdin.close()
        self.bash.stdout.close()
        self.bash.wait()


def commands_of(block):
    """Pairs of a command, perhaps of several lines, and the lines that it is said to print."""
    pairs = []
    for line in block.splitlines():
        if line.startswith("$ "):
            pairs.append(([line[2:]], []))
        elif line.startswith("> ") and pairs and not pairs[-1][1]:
            pairs[-1][0].append(line[2:])
        else:
            pairs[-1][1].append(line)
    return pairs


def played(block, session, faults):
    """The block as it came out."""
    lines = []
    for command, said in commands_of(block):
        printed = session.run("\n".join(command))
        lines += ["$ " + command[0]] + ["> " + line for line in command[1:]]
        if steady(said) == steady(printed):
            lines += said
            continue
        lines += printed
        faults.append("$ " + command[0] + "\n" + "\n".join(
            difflib.unified_diff(steady(said), steady(printed), "the document", "the program", lineterm="")))
    return "".join(line + "\n" for line in lines)


def check(document, build, update):
    """The number of commands that print something else than the document says."""
    text, faults = document.read_text(encoding="utf-8"), []
    with tempfile.TemporaryDirectory(prefix="docs-", dir="/tmp") as directory:
        session = Session(build, pathlib.Path(directory))
        new = BLOCK.sub(lambda m: f"```console\n{played(m.group(1), session, faults)}```", text)
        session.end()
    if update:
        document.write_text(new, encoding="utf-8")
        return 0
    for fault in faults:
        print(f"{document}: {fault}\n")
    return len(faults)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--update", action="store_true")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("documents", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    faults = sum(check(document, options.build.resolve(), options.update)
                 for document in options.documents)
    if faults:
        print(f"{faults} commands print something else; tests/docs/transcripts.py --update writes it down")
    sys.exit(1 if faults else 0)


main()
