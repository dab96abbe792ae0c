# Which fleets are brought up in which order, so that a machine that changes meanwhile does not look
# like a difference between widths.
import dataclasses
import os
import random
import sys

from benchmark.failure import CannotGoOn
from benchmark.fleet import Run


@dataclasses.dataclass
class Measured:
    """A run and where it stood."""
    width: int | str
    repeat: int
    position: int
    run: Run


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def in_order(widths, repeats, seed):
    """[(width, repeat)]: all widths once in each repeat, each time in another order."""
    dice = random.Random(seed)
    return [(width, repeat) for repeat in range(1, repeats + 1)
            for width in dice.sample(widths, len(widths))]


def largest(options):
    return max((width for width in options.widths if width != "auto"), default=options.guests)


def prefix(programs):
    """Of all names. The stand-in's are always the same, because its dice look at them; in a smolvm
    that others use they must be new."""
    return "bench" if programs.is_stand_in else f"bench-{os.urandom(3).hex()}"


def names(prefix_, run, count):
    return [f"{prefix_}-{run}-{number:04}" for number in range(1, count + 1)]


def warm_up(fleet, options, prefix_):
    """A run that does not count. One guest of it stays up until the end: on a host where no machine
    was ever started smolfleet's first start goes alone, and that would be part of every run."""
    count = min(options.guests, largest(options))
    note(f"warming up with {count} guests")
    made = names(prefix_, "warm", count)
    results = fleet.bring_up(made, count, count).results
    up = [result["target"] for result in results if result["status"] == "ok"]
    if not up:
        error = results[0]["error"]
        raise CannotGoOn(f"no guest came up: {error['code']}: {error['message']}"
                         + (f"\n{error['hint']}" if error["hint"] else ""))
    fleet.take_down([name for name in made if name != up[0]])


def measure(fleet, options, width, repeat, prefix_):
    jobs = largest(options) if width == "auto" else width
    made = names(prefix_, f"w{width}r{repeat}", options.guests)
    run = fleet.bring_up(made, jobs, width)
    fleet.take_down(made)
    return run


def all_runs(fleet, options):
    prefix_ = prefix(fleet.programs)
    warm_up(fleet, options, prefix_)
    order = in_order(options.widths, options.repeat, options.seed)
    measured = []
    for position, (width, repeat) in enumerate(order, 1):
        run = measure(fleet, options, width, repeat, prefix_)
        measured.append(Measured(width, repeat, position, run))
        note(f"run {position} of {len(order)}: width {width}: {options.guests} guests "
             f"in {run.wall_s:.2f} s")
    return measured
