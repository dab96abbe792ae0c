#!/usr/bin/env python3
# Help fits a screen and says what there is. usage: help_test.py SMOLFLEET
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import command_line  # noqa: E402

COLUMNS, LINES = 80, 24


def faults(program, command):
    argv = [command.name] if command.name else []
    shown = command_line.help_of(program, *argv, "--help")
    # The last line is the prompt's.
    if shown.count("\n") > LINES - 1:
        yield f"--help has {shown.count(chr(10))} lines: give rare options a group (see src/cli/help.hpp)"
    everything = command_line.help_of(program, *argv, "--help-all")
    for line in (shown + everything).splitlines():
        if len(line) > COLUMNS:
            yield f"wider than {COLUMNS} columns: {line}"
    often = [names for heading, entries in command_line.sections(shown).items()
             if heading not in ("Subcommands", "Positionals") for names, _ in entries]
    known = [name for option in command.options for name in option.names]
    if not often:
        yield "--help shows no option"
    for names in often:
        if names.split(" ")[0].split(",")[0] not in known:
            yield f"{names} is not in --help-all"
    for option in command.options + command.positionals:
        if not option.text:
            yield f"{option.names[0]} says nothing"
    for word in ("\x1b", "(Env:", "UINT", "FLOAT"):  # CLI11's own words
        if word in everything:
            yield f"shows {word!r}"
    if command.name and any(not name.startswith("-h") for name in known) and "Exit status" not in shown:
        yield "does not give the exit statuses"


def main():
    program = sys.argv[1]
    commands = command_line.commands(program)
    assert {"", "up", "down"} <= {command.name for command in commands}
    found = [f"smolfleet {command.name}: {fault}" for command in commands
             for fault in faults(program, command)]
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
