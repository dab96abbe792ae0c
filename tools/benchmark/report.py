# All that was measured as one value: what --json writes, and what tables and page are made of.
import dataclasses
import json
import shlex

from benchmark import host, plans, summary

FORMAT = 1  # raised when a key changes its meaning or goes


def settings_of(options, template, argv):
    return {
        "command": shlex.join(["tools/bench", *argv]),
        "widths": options.widths,
        "guests": options.guests,
        "repeat": options.repeat,
        "seed": options.seed,
        "plan": plans.without_secrets(template),
        "scenario": json.loads(options.scenario.read_text()) if options.scenario else None,
    }


def warnings_of(options, machine):
    yield from host.warnings(machine)
    too_wide = [str(width) for width in options.widths
                if width != "auto" and width > options.guests]
    if too_wide:
        yield (f"with {options.guests} guests a run is never as wide as {', '.join(too_wide)}: "
               "more --guests tell more")


def make(machine, programs, settings, warnings, measured, left_behind):
    return {
        "format": FORMAT,
        "machine": machine,
        "programs": programs,
        "settings": settings,
        "warnings": warnings,
        "summary": summary.summarise(measured, settings["widths"]),
        "left_behind": left_behind,
        "runs": [{"width": m.width, "repeat": m.repeat, "position": m.position,
                  **dataclasses.asdict(m.run)} for m in measured],
    }
