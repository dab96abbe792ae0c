# What a running process has cost so far, without its children.
import ctypes
import os
import pathlib
import re
import time

LIBC = ctypes.CDLL(None)


def cpu_seconds(pid):
    """User and system time. /proc/PID/stat has the same in ticks of 10 ms, too coarse for a few
    guests."""
    clock = ctypes.c_int()
    error = LIBC.clock_getcpuclockid(pid, ctypes.byref(clock))
    if error:
        raise OSError(error, os.strerror(error))
    return time.clock_gettime(clock.value)


def peak_memory_kib(pid):
    """The most that was resident."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE).group(1))
