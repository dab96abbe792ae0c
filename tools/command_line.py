# Which commands and options smolfleet has, as its own help tells it. Used by tools/completions and
# by the tests that hold help, manual pages and completions against each other.
import dataclasses
import re
import subprocess

ENTRY = re.compile(r"  (?P<names>\S+(?: \S+)?)(?:\s{2,}(?P<text>\S.*))?$")
FILES = {"FILE", "PATH", "DIR"}


@dataclasses.dataclass
class Option:
    """An option, or a positional argument when its name has no hyphen."""
    names: list
    metavar: str  # empty: a flag
    text: str = ""

    @property
    def long(self):
        return next(name for name in self.names if name.startswith("--"))

    @property
    def description(self):
        """The text without its default."""
        return re.sub(r" *\[[^]]*\]$", "", self.text)

    @property
    def default(self):
        """What stands in brackets at the end of the text; None: there is none."""
        found = re.search(r"\[([^]]*)\]$", self.text)
        return found and found.group(1)

    @property
    def takes_file(self):
        return not FILES.isdisjoint(self.metavar.split("|"))

    @property
    def choices(self):
        """What may be given literally: alternatives in small letters, the phases of PHASE=…"""
        if self.metavar.startswith("PHASE="):
            return re.findall(r"\w+=", self.default or "")
        return [word for word in self.metavar.split("|") if re.fullmatch(r"[a-z]\S*", word)]


@dataclasses.dataclass
class Command:
    name: str  # empty: smolfleet without a command
    text: str
    options: list
    positionals: list


def help_of(program, *argv):
    return subprocess.run([program, *argv], capture_output=True, text=True, check=True).stdout


def sections(text):
    """Heading to entries, each as [names, text]; what stands before and behind them is left out."""
    found, entries = {}, None
    for line in text.splitlines():
        if re.fullmatch(r"\S.*:", line):
            entries = found.setdefault(line[:-1], [])
        elif entries is None or not line.startswith("  "):
            continue
        elif line.startswith("    ") and entries:
            entries[-1][1] = f"{entries[-1][1]} {line.strip()}".strip()
        elif entry := ENTRY.match(line):
            entries.append([entry["names"], entry["text"] or ""])
    return found


def command(program, name, text):
    """Every option counts, rare ones too. --help-all itself is shown only where it makes a difference."""
    told = sections(help_of(program, *filter(None, [name]), "--help-all"))
    positionals = [Option([names], names, text) for names, text in told.pop("Positionals", [])]
    told.pop("Subcommands", None)
    options = []
    for names, about in (entry for entries in told.values() for entry in entries):
        names, _, metavar = names.partition(" ")
        options.append(Option(names.split(","), metavar, about))
    return Command(name, text, options, positionals)


def commands(program):
    """The program itself first, then its commands."""
    listed = sections(help_of(program, "--help"))["Subcommands"]
    return [command(program, name, text) for name, text in [("", ""), *listed]]
