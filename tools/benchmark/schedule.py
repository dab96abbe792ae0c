# How well a run was scheduled: the least time that its own commands had to take, and how many
# starts ran at once. Pure functions over results as smolfleet prints them.
import datetime

# These phases wait for --create-slots, because smolvm's database refuses two of them at a time.
SERIAL = ("create", "delete")
# What bound() says, in words for people.
BINDING = {
    "longest": "the longest guest", "width": "the width", "creates": "creates, one at a time",
}


def seconds(phases):
    return sum(phase["duration_ms"] for phase in phases) / 1000


def work(result):
    """Seconds that a guest's commands took, retries included; what is missing of its duration it
    waited for its turns."""
    return seconds(result["phases"])


def serial_work(result):
    return seconds(phase for phase in result["phases"] if phase["name"] in SERIAL)


def work_after_serial(result):
    """Seconds of a guest's commands that can only run when its last serial one has ended."""
    last = max((i for i, p in enumerate(result["phases"]) if p["name"] in SERIAL), default=-1)
    return seconds(result["phases"][last + 1:])


def bound(results, width):
    """(seconds, why): no schedule of these commands is shorter, whatever their order.

    longest: a guest's commands follow each other       max w_i
    width:   at most `width` guests at a time           sum w_i / width
    creates: one create or delete at a time, and what   sum c_i + min r_i
             follows the last of them
    """
    at_least = {
        "longest": max(map(work, results)),
        "width": sum(map(work, results)) / width,
        "creates": sum(map(serial_work, results)) + min(map(work_after_serial, results)),
    }
    why = max(at_least, key=at_least.get)
    return at_least[why], why


def start_intervals(results):
    """(begin, end) of every start, in seconds since the epoch."""
    for result in results:
        for phase in result["phases"]:
            if phase["name"] == "start":
                admitted = datetime.datetime.fromisoformat(result["started_at"]).timestamp()
                begin = admitted + phase["start_ms"] / 1000
                yield begin, begin + phase["duration_ms"] / 1000


def most_at_once(intervals):
    """The largest number of intervals that overlap; touching is not overlapping."""
    changes = [change for begin, end in intervals for change in ((begin, 1), (end, -1))]
    now = most = 0
    for _, step in sorted(changes):
        now += step
        most = max(most, now)
    return most
