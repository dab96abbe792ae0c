# What machine this is, and whether it has nothing else to do.
import datetime
import os
import pathlib
import platform
import re
import time

LOOK = 0.5  # seconds
BUSY = 0.1  # of all cores; more is not idle


def read(path):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def field(text, pattern, otherwise="unknown"):
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1).strip() if found else otherwise


def cpu_times():
    """(idle, all) ticks of all cores since boot."""
    ticks = [int(word) for word in read("/proc/stat").splitlines()[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def busy_share():
    """What others use of the cores now. The load average would still tell of a build that ended a
    minute ago."""
    idle, total = cpu_times()
    time.sleep(LOOK)
    idle_then, total_then = cpu_times()
    return 1 - (idle_then - idle) / max(total_then - total, 1)


def describe():
    return {
        "cpu": field(read("/proc/cpuinfo"), r"^model name\s*:(.*)$", platform.machine()),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": int(field(read("/proc/meminfo"), r"^MemTotal:\s+(\d+)", "0")) // 1024,
        "system": field(read("/etc/os-release"), r'^PRETTY_NAME="?([^"\n]*)'),
        "kernel": platform.release(),
        "kvm": os.access("/dev/kvm", os.R_OK | os.W_OK),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "load": list(os.getloadavg()),
        "busy": busy_share(),
    }


def warnings(machine):
    if machine["busy"] > BUSY:
        yield (f"this machine was not idle: others used {machine['busy']:.0%} of its cores "
               "when the benchmark began")
