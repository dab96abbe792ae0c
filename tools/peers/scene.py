# What the peers of a benchmark run on: a smolvm that does nothing, a CA, names and plans; how each
# peer is called, and how many guests it says it brought up.
import json
import os
import pathlib
import shutil
import subprocess
import sys

import measure

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = ("floor", "smolfleet", "xargs", "parallel", "asyncio")


class Failed(Exception):
    """A peer did not bring its guests up: what it took to do so means nothing."""


def names(guests):
    return [f"guest-{i:06}" for i in range(guests)]


class Scene:
    def __init__(self, build, directory):
        self.directory = directory
        self.floor, self.smolfleet = build / "tools/peers/floor", build / "src/smolfleet"
        self.smolvm, self.ca = directory / "smolvm", directory / "ca.pem"
        self.errors = directory / "stderr"
        shutil.copy(build / "tools/peers/nothing", self.smolvm)
        subprocess.run([ROOT / "tools/make-ca", self.ca], check=True)
        (directory / "parallel").mkdir()  # where GNU parallel keeps what it remembers

    def environment(self, **changes):
        """The caller's, less what would change a peer."""
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("SMOLFLEET_", "SMOLVM_", "NOTHING_", "PARALLEL"))}
        own = {"SMOLVM": str(self.smolvm), "CA": str(self.ca), "TMPDIR": str(self.directory),
               "PARALLEL_HOME": str(self.directory / "parallel"), "SHELL": "/bin/sh"}
        return kept | own | changes

    def plan(self, name):
        return json.dumps({"target": name, "proxy_plan": {"ca_cert_host_path": str(self.ca)},
                           "machine": {"image": "debian:12"}}) + "\n"

    def input_of(self, peer, guests):
        """The file that the peer reads on its stdin."""
        plans = peer == "smolfleet"
        path = self.directory / f"{'plans' if plans else 'names'}-{guests}"
        if not path.exists():
            path.write_text("".join(self.plan(name) if plans else name + "\n"
                                    for name in names(guests)))
        return path

    def argv_of(self, peer, guests, width):
        argv = {
            "floor": [self.floor, self.smolvm, self.ca, guests, width],
            "smolfleet": [self.smolfleet, "up", "--jobs", width, "--boot-slots", width,
                          "--create-slots", width, "--quiet", "--smolvm", self.smolvm],
            "xargs": [shutil.which("xargs"), "-n", 1, "-P", width, HERE / "guest"],
            "parallel": [shutil.which("parallel"), "--will-cite", "-j", width, HERE / "guest"],
            "asyncio": [sys.executable, HERE / "asyncio_guests.py", width],
        }[peer]
        return list(map(str, argv))

    def run(self, peer, guests, width, **environment):
        """Brings guests up and returns the figures; all guests must come up."""
        measured = measure.measure(self.argv_of(peer, guests, width),
                                   self.environment(**environment),
                                   str(self.input_of(peer, guests)), str(self.errors))
        done = guests_up(peer, measured.output)
        if measured.exit_code != 0 or done != guests:
            raise Failed(f"{peer} ended with {measured.exit_code} and {done} of {guests} guests at "
                         f"width {width}: {self.errors.read_text(errors='replace')[-500:]}")
        return {"guests": guests, "done": done, "wall_s": measured.wall_s,
                "own_cpu_s": measured.own_cpu_s, "all_cpu_s": measured.all_cpu_s}

    def start(self, guests, width, stdin, **environment):
        """A smolfleet that the caller looks at while it runs."""
        return measure.Process(self.argv_of("smolfleet", guests, width),
                               self.environment(**environment), stdin, str(self.errors))


def guests_up(peer, output):
    """How many distinct guests the peer says are up."""
    if peer == "floor":
        return json.loads(output)["guests"] if output else 0
    lines = output.decode().splitlines()
    if peer != "smolfleet":
        return len(set(lines))
    return len({result["target"] for result in map(json.loads, lines) if result["status"] == "ok"})
