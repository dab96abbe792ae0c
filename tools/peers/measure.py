# Runs one program and measures it from outside: its time, its own CPU, its memory, what it said.
import dataclasses
import fcntl
import os
import pathlib
import select
import signal
import time

# What has been said is fetched every so often: a reader that woke for each answer would take the
# CPU from those who answer often.
FETCH_EVERY_MS = 20
PIPE_BYTES = 1 << 20


@dataclasses.dataclass
class Measured:
    wall_s: float     # from before it was spawned until it had exited
    own_cpu_s: float  # without its children
    all_cpu_s: float  # with them
    exit_code: int
    output: bytes


class Process:
    """A program with a pipe for its stdout, from its spawn until it is reaped."""

    def __init__(self, argv, environment, stdin, errors):
        """`stdin` is a path or a descriptor, `errors` the path of a file for its stderr."""
        self.out, out = os.pipe()
        fcntl.fcntl(self.out, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        os.set_blocking(self.out, False)
        feed = ((os.POSIX_SPAWN_DUP2, stdin, 0) if isinstance(stdin, int) else
                (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0))
        log = (os.POSIX_SPAWN_OPEN, 2, errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.begun_ns = time.monotonic_ns()
        self.pid = os.posix_spawn(argv[0], argv, environment,
                                  file_actions=[feed, (os.POSIX_SPAWN_DUP2, out, 1), log],
                                  setsigdef=[signal.SIGPIPE, signal.SIGXFSZ])
        os.close(out)
        self.pidfd = os.pidfd_open(self.pid)

    def said(self):
        """What has come since the last time."""
        pieces = []
        try:
            while piece := os.read(self.out, PIPE_BYTES):
                pieces.append(piece)
        except BlockingIOError:
            pass
        return b"".join(pieces)

    def has_exited(self, within_ms):
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(within_ms))

    def fact(self, file, name):
        """A number that /proc gives by name, in KiB where it has a unit."""
        for line in pathlib.Path(f"/proc/{self.pid}/{file}").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        raise KeyError(name)

    def children(self):
        """Their pids; not every kernel lists them in one place."""
        found = set()
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended since
            if int(fields[1]) == self.pid:
                found.add(stat.parent.name)
        return found

    def own_cpu_s(self):
        """Of an exited process that was not reaped. `stat` counts all its threads, in ticks of
        10 ms; `schedstat` only the first, in nanoseconds. Both fall short: the larger is nearer."""
        here = pathlib.Path(f"/proc/{self.pid}")
        fields = (here / "stat").read_text().rpartition(")")[2].split()
        ticks = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return max(ticks, int((here / "schedstat").read_text().split()[0]) / 1e9)

    def reap(self):
        _, status, usage = os.wait4(self.pid, 0)
        os.close(self.out)
        os.close(self.pidfd)
        return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


def measure(argv, environment, stdin, errors):
    """Runs the program to its end."""
    process, output = Process(argv, environment, stdin, errors), []
    while not process.has_exited(within_ms=FETCH_EVERY_MS):
        output.append(process.said())
    wall = (time.monotonic_ns() - process.begun_ns) / 1e9
    output.append(process.said())
    own = process.own_cpu_s()
    exit_code, all_cpu = process.reap()
    return Measured(wall, own, all_cpu, exit_code, b"".join(output))
