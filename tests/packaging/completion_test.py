#!/usr/bin/env python3
# The shells complete what the program takes: options, closed lists, files. Each file is loaded by its
# own shell, and asked as the shell asks. usage: completion_test.py SMOLFLEET FILE…
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import command_line  # noqa: E402

HARD_LIMIT_SECONDS = 60
ASK_BASH = r'''
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_smolfleet smolfleet "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
'''


class Bash:
    def __init__(self, file):
        self.file = file

    def offers(self, *words):
        """What is offered for the last word. Readline hands --name=value over as three."""
        words = [part for word in words for part in re.split("(=)", word)]
        words = [word for at, word in enumerate(words) if word or at == len(words) - 1]
        said = subprocess.run(["bash", "-c", ASK_BASH, "bash", self.file, "smolfleet", *words],
                              capture_output=True, text=True, check=True)
        assert not said.stderr, said.stderr
        return set(said.stdout.split("\n")) - {""}


class Fish:
    def __init__(self, file):
        self.file = file

    def offers(self, *words):
        line = " ".join(["smolfleet", *words])
        said = subprocess.run(["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]",
                               self.file, line], capture_output=True, text=True, check=True)
        assert not said.stderr, said.stderr
        offered = {line.split("\t")[0] for line in said.stdout.splitlines()}
        # Of --name=value it repeats the name.
        return {word.split("=", 1)[-1] if word.startswith("--") and "=" in words[-1] else word
                for word in offered}


def ask_zsh(file, line, expected):
    """Types a line and a TAB into a terminal, and reads until all that is expected was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="dumb", PS1="", LISTMAX="1000")
        os.execvp("zsh", ["zsh", "-f", "-i"])
    folder = pathlib.Path(file).parent
    setup = f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -D -u; echo re''ady\n"
    try:
        read_until(terminal, setup, ["ready"])
        read_until(terminal, line + "\t\t", expected)
    finally:
        os.close(terminal)
        os.kill(pid, 9)
        os.waitpid(pid, 0)


def read_until(terminal, typed, expected):
    os.write(terminal, typed.encode())
    shown = ""
    while not all(word in shown for word in expected):
        ready, _, _ = select.select([terminal], [], [], HARD_LIMIT_SECONDS)
        assert ready, f"zsh shows {shown!r}, not {expected}"
        shown += os.read(terminal, 65536).decode(errors="replace")


def check_all_options(shell, commands):
    """Every option is offered, and nothing else."""
    for command in commands:
        words = [command.name] if command.name else []
        known = {name for option in command.options for name in option.names if name.startswith("--")}
        assert shell.offers(*words, "--") == known, (type(shell), command.name)
        for option in command.options:
            if option.choices:
                assert shell.offers(*words, option.long, "") == set(option.choices), option
                first = option.choices[0]
                assert first in shell.offers(*words, f"{option.long}={first[0]}"), option
            elif option.metavar and not option.takes_file:
                assert shell.offers(*words, option.long, "") == set(), option


def check_words(shell, commands):
    """Commands at the beginning; files where a file belongs, names with blanks too."""
    names = {command.name for command in commands if command.name}
    assert names <= shell.offers(""), type(shell)
    assert shell.offers("u") == {"up"}
    with tempfile.TemporaryDirectory() as directory:
        pathlib.Path(directory, "feed.jsonl").touch()
        file = f"{directory}/feed.jsonl"
        for command in commands:
            files = [[option.long] for option in command.options if option.takes_file]
            files += [[]] if command.positionals else []
            for words in files:
                assert shell.offers(command.name, *words, f"{directory}/f") == {file}, (command.name, words)
        assert shell.offers("up", f"--journal={directory}/f") == {file}


def main():
    program, *files = sys.argv[1:]
    by_shell = {"smolfleet": "bash", "_smolfleet": "zsh", "smolfleet.fish": "fish"}
    places = {by_shell[pathlib.Path(file).name]: os.path.abspath(file) for file in files}
    assert places.keys() == {"bash", "zsh", "fish"}, places
    for shell in places:
        if not shutil.which(shell):
            sys.exit(f"{shell} is missing: tools/install-deps --check brings it")
        subprocess.run([shell, "-n", places[shell]], check=True)
    commands = command_line.commands(program)
    for shell in (Bash(places["bash"]), Fish(places["fish"])):
        check_all_options(shell, commands)
        check_words(shell, commands)
    # Behind a phase stand seconds, in the words that readline makes of it.
    assert Bash(places["bash"]).offers("up", "--deadline", "start=") == set()
    with tempfile.TemporaryDirectory() as directory:
        name = pathlib.Path(directory, "with blank.jsonl")
        name.touch()
        assert Bash(places["bash"]).offers("up", f"{directory}/w") == {str(name)}
    ask_zsh(places["zsh"], "smolfleet up --on-failure ", ["delete", "keep", "stop"])
    ask_zsh(places["zsh"], "smolfleet ", [command.text for command in commands if command.name])
    every = {name for command in commands for option in command.options for name in option.names}
    text = pathlib.Path(places["zsh"]).read_text()
    assert not [name for name in every if not re.search(rf"[)*]{name}[=\[]", text)]


if __name__ == "__main__":
    main()
