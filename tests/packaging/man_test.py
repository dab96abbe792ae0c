#!/usr/bin/env python3
# The manual pages are well-formed, and say what the program's help and the schemas say, nothing less
# and nothing else. usage: man_test.py SMOLFLEET
import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import command_line  # noqa: E402

PAGES = ROOT / "share/man"
SCHEMAS = ROOT / "share/smolfleet/schema"
LINTERS = [["mandoc", "-T", "lint", "-W", "warning"], ["groff", "-mandoc", "-Tutf8", "-ww", "-z"]]


def lint():
    """What the formatters find, warnings included."""
    for linter in LINTERS:
        if not shutil.which(linter[0]):
            yield f"{linter[0]} is missing: tools/install-deps --check brings it"
            continue
        for page in sorted(PAGES.iterdir()):
            done = subprocess.run([*linter, page], capture_output=True, text=True)
            if done.returncode or done.stdout or done.stderr:
                yield f"{page.name}: {done.stdout}{done.stderr}"


def subsections(page):
    """Heading to lines."""
    found, lines = {}, []
    for line in (PAGES / page).read_text().splitlines():
        if match := re.match(r"\.S[sh] (.*)", line):
            lines = found.setdefault(match.group(1), [])
        lines.append(line)
    return found


def plain(lines):
    """The words of mdoc source without its macros."""
    text = " ".join(re.sub(r"^\.[A-Z][a-z] ", "", line) for line in lines)
    return re.sub(r"\\&", "", text)


def documented(lines):
    """Option name to the words of its entry."""
    entries, words = {}, []
    for line in lines:
        if line.startswith(".It"):
            words = [line]
            for name in re.findall(r"\bFl (\S+)", line):
                entries["-" + name] = words
        elif line == ".El":
            words = []
        else:
            words.append(line)
    return {name: plain(words) for name, words in entries.items()}


def options_of(commands):
    """Each command has its part of smolfleet(1), and the part its options and their defaults."""
    parts = subsections("smolfleet.1")
    named = {heading.split()[1] for heading in parts if heading.startswith("smolfleet ")}
    names = {command.name for command in commands if command.name}
    for name in sorted(names - named):
        yield f"smolfleet(1) does not describe the command {name}"
    for name in sorted(named - names):
        yield f"smolfleet(1) describes {name}, which is no command"
    for command in commands:
        lines = next((lines for heading, lines in parts.items()
                      if command.name and heading.split()[:2] == ["smolfleet", command.name]), None)
        if lines is None:
            continue
        entries = documented(lines)
        known = {name for option in command.options for name in option.names}
        for name in sorted(known - entries.keys()):
            yield f"smolfleet(1) lacks {name} of {command.name}"
        for name in sorted(entries.keys() - known):
            yield f"smolfleet(1) gives {command.name} an option {name}"
        for option in command.options:
            for value in re.split(r",\s*", option.default or ""):
                if " " not in value and value not in entries.get(option.long, value):
                    yield f"smolfleet(1) lacks the default {value} of {command.name} {option.long}"
    synopsis = re.findall(r"\bFl -(\S+)", " ".join(parts["SYNOPSIS"]))
    for option in commands[0].options:
        if option.long[2:] not in synopsis:
            yield f"smolfleet(1), SYNOPSIS, lacks {option.long}"


def items(page):
    """Everything that a page lists as .It Cm, without what stands before a dot."""
    listed = set()
    for line in (PAGES / page).read_text().splitlines():
        if line.startswith(".It Cm "):
            listed |= {word.split(".")[-1] for word in line[len(".It Cm "):].split(" , ")}
    return listed


def properties(schema):
    """Names of all properties, at any depth."""
    if isinstance(schema, list):
        return set().union(*map(properties, schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*(properties(value) for key, value in schema.items() if key not in ("if", "then", "else")))


def values(schema, *path):
    for key in path:
        schema = schema[key]
    return set(schema["enum"])


def read(name):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text())


def keys():
    """The pages about plans and results name every key, status and code of the schemas."""
    plan, result, event, removal = map(read, ("plan", "result", "event", "removal"))
    for key in sorted(properties(plan) ^ items("smolfleet-plan.5")):
        yield f"only one of smolfleet-plan(5) and the plan's schema has {key}"
    error = ("definitions", "error", "properties", "code")
    words = set(re.findall(r"\w+", (PAGES / "smolfleet-result.5").read_text()))
    wanted = (properties(result) | properties(event) | properties(removal) | values(result, *error) |
              values(removal, *error) | values(result, "properties", "status") |
              values(removal, "properties", "status") | values(event, "properties", "event"))
    for word in sorted(wanted - words):
        yield f"smolfleet-result(5) lacks {word}"
    listed = items("smolfleet-result.5")
    for word in sorted(listed - wanted):
        yield f"smolfleet-result(5) lists {word}, which no schema has"
    for word in sorted((values(result, *error) | values(removal, "properties", "status")) - listed):
        yield f"smolfleet-result(5) does not list {word}"


def main():
    commands = command_line.commands(sys.argv[1])
    found = [*lint(), *options_of(commands), *keys()]
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
