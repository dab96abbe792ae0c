# Brings one fleet up and takes it down, through smolfleet as a user runs it.
import dataclasses
import itertools
import json
import os
import shlex
import signal
import subprocess
import threading
import time

from benchmark import plans, process_cost
from benchmark.failure import CannotGoOn


@dataclasses.dataclass
class Run:
    """What one run of `smolfleet up` was, and what it cost."""
    jobs: int
    boot_slots: str
    results: list
    wall_s: float
    cpu_s: float
    peak_memory_kib: int


class Fleet:
    """Knows which guests may be there because of us, and forgets none before it is gone."""

    def __init__(self, programs, template, directory):
        self.programs = programs
        self.template = template
        self.log = directory / "smolfleet.log"
        self.feed = directory / "left-behind.jsonl"
        self.there = {}  # name to plan

    def bring_up(self, names, jobs, boot_slots):
        """The wall time runs from before smolfleet is spawned to its last answer."""
        feed = {name: plans.plan_for(self.template, name) for name in names}
        self.there |= feed
        begun = time.monotonic()
        with self.begin(jobs, boot_slots) as process:
            try:
                lines = self.talk(process, list(feed.values()))
                wall = time.monotonic() - begun
                # Its feed is still open, so it is alive and can be looked at.
                cpu = process_cost.cpu_seconds(process.pid)
                memory = process_cost.peak_memory_kib(process.pid)
            except BaseException:
                cancel(process)
                raise
        results = list(map(json.loads, lines))
        for result in results:
            if not result["phases"]:  # nothing was begun for it
                self.there.pop(result["target"], None)
        return Run(jobs, str(boot_slots), results, wall, cpu, memory)

    def begin(self, jobs, boot_slots):
        argv = [self.programs.smolfleet, "up", "--quiet", "--smolvm", self.programs.smolvm,
                "--jobs", str(jobs), "--boot-slots", str(boot_slots), "--create-slots", "1"]
        with self.log.open("wb") as log:
            # A group of its own: Ctrl-C is for us, and we decide what becomes of the guests.
            return subprocess.Popen(argv, env=self.programs.environment, stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=log, process_group=0)

    def talk(self, process, feed):
        """Plans in, as many lines out."""
        feeder = threading.Thread(target=write, args=(process.stdin.fileno(), feed), daemon=True)
        feeder.start()
        lines = list(itertools.islice(process.stdout, len(feed)))
        if len(lines) < len(feed):
            self.give_up(process)
        return lines

    def give_up(self, process):
        status = process.wait()
        said = self.log.read_text(encoding="utf-8", errors="replace").strip()
        raise CannotGoOn(f"smolfleet ended early, with {status}; it said:\n{said[-2000:]}")

    def take_down(self, names):
        """By the feed, not by --run: that also finds what a run made that gave no answer, and works
        with a smolvm that has no labels."""
        names = [name for name in names if name in self.there]
        if not names:
            return
        done = subprocess.run(
            [self.programs.smolfleet, "down", "--quiet", "--smolvm", self.programs.smolvm],
            input="".join(map(self.there.get, names)), env=self.programs.environment,
            capture_output=True, text=True, process_group=0, check=False)
        for line in done.stdout.splitlines():
            removal = json.loads(line)
            # Skipped: somebody else's has the name, so ours was never there.
            if removal["status"] in ("removed", "gone", "skipped"):
                self.there.pop(removal["target"], None)

    def take_all_down(self):
        self.take_down(list(self.there))

    def advice_on_rest(self):
        """How to remove what could not be removed."""
        self.feed.write_text("".join(self.there.values()), encoding="utf-8")
        names = ", ".join(list(self.there)[:5]) + (" …" if len(self.there) > 5 else "")
        setting = [f"{name}={self.programs.environment[name]}"
                   for name in ("SMOLVM_DATA_DIR", "SMOLVM_GUEST") if self.programs.is_stand_in]
        command = shlex.join([*setting, str(self.programs.smolfleet), "down", "--smolvm",
                              str(self.programs.smolvm), str(self.feed)])
        return f"not removed, or not yet: {len(self.there)} guests, {names}; try\n  {command}"


def write(descriptor, feed):
    """In a thread: the feed may be longer than a pipe holds. It stays open."""
    left = "".join(feed).encode()
    try:
        while left:
            left = left[os.write(descriptor, left):]
    except BrokenPipeError:
        pass  # smolfleet has ended, and says itself why


def cancel(process):
    """Two signals: the second one ends what is in flight and removes it. Who is interrupted again
    while this lasts waits no longer."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
        process.stdout.read()
        process.wait()
    except BaseException:
        process.kill()
        raise
