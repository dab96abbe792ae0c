# What is measured of smolfleet alone: its memory, and how soon it spawns its first child.
import json
import os
import signal
import threading
import time

from scene import Failed, names

PATIENCE_S = 120
HOUR_MS = 3_600_000


def settled(process, count):
    """The process's children, as soon as there are `count` and they stay the same: they hang."""
    until, before = time.monotonic() + PATIENCE_S, set()
    while time.monotonic() < until:
        children = process.children()
        if len(children) == count and children == before:
            return children
        before = children
        if process.has_exited(within_ms=300):
            break
    raise Failed(f"{len(before)} of {count} guests hang in their last child")


def resident_in_flight(scene, guests):
    """KiB of a smolfleet whose guests are all in flight, in their last child."""
    process = scene.start(guests, guests, str(scene.input_of("smolfleet", guests)),
                          NOTHING_LATENCY=f"exec={HOUR_MS}")
    children = set()
    try:
        children = settled(process, guests)
        return process.fact("smaps_rollup", "Rss")
    finally:
        os.kill(process.pid, signal.SIGKILL)  # its children go with it
        process.reap()
        await_end(children)


def await_end(pids):
    """Who is still dying would be in the next figures."""
    until = time.monotonic() + PATIENCE_S
    while any(os.path.exists(f"/proc/{pid}") for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)


def peak_after(scene, plans, width):
    """KiB that a smolfleet has had at most when it has answered so many plans."""
    reading, feed = os.pipe()
    process = scene.start(plans, width, reading)
    os.close(reading)
    writer = threading.Thread(target=write_plans, args=(scene, plans, feed))
    writer.start()
    try:
        await_answers(process, plans)
        return process.fact("status", "VmHWM")
    finally:
        if not process.has_exited(within_ms=0):
            os.kill(process.pid, signal.SIGKILL)
        writer.join()
        os.close(feed)  # open until now, because the peak is known only of a living process
        process.reap()


def write_plans(scene, plans, feed):
    try:
        for name in names(plans):
            os.write(feed, scene.plan(name).encode())
    except BrokenPipeError:
        pass  # whoever awaits the answers says so


def await_answers(process, plans):
    up, rest = 0, b""
    while up < plans:
        over = process.has_exited(within_ms=20)
        *lines, rest = (rest + process.said()).split(b"\n")
        up += sum(json.loads(line)["status"] == "ok" for line in lines)
        if over and up < plans:
            raise Failed(f"smolfleet brought up {up} of {plans} guests of a long feed")


def first_spawn_ms(scene, times):
    """From right before smolfleet is spawned to the first instruction of its first child."""
    taken = []
    for _ in range(times):
        first = scene.directory / "first-call"
        process = scene.start(1, 1, str(scene.input_of("smolfleet", 1)),
                              NOTHING_FIRST_CALL=str(first))
        process.has_exited(within_ms=PATIENCE_S * 1000)
        process.reap()
        taken.append((int(first.read_text()) - process.begun_ns) / 1e6)
        first.unlink()
    return taken
