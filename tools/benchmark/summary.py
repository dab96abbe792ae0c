# From runs to what is told of each width. Pure functions.
import collections

from benchmark import quantiles, schedule


def good(results):
    return [result for result in results if result["status"] == "ok"]


def failures(results):
    """How many plans ended with which code."""
    codes = (result["error"]["code"] for result in results if result["error"])
    return dict(collections.Counter(codes).most_common())


def retries(results):
    return sum(phase["attempts"] - 1 for result in results for phase in result["phases"])


def phase_names(results):
    """In the order in which guests go through them."""
    return list(dict.fromkeys(p["name"] for result in results for p in result["phases"]))


def waiting_ms(result):
    """For turns, mostly to create; and the little that smolfleet needs itself."""
    return max(result["duration_ms"] - 1000 * schedule.work(result), 0)


def latencies(results):
    """Milliseconds of guests that came up, per phase. What failed took as long as its limit."""
    came_up = good(results)
    told = {name: quantiles.distribution([p["duration_ms"] for result in came_up
                                          for p in result["phases"] if p["name"] == name])
            for name in phase_names(came_up)}
    told["waiting"] = quantiles.distribution(list(map(waiting_ms, came_up)))
    told["in all"] = quantiles.distribution([result["duration_ms"] for result in came_up])
    return told


def makespan(runs):
    """Wall time against the least that was possible, and what that least came from."""
    bounds = [schedule.bound(run.results, run.jobs) for run in runs]
    # Of a run in which nothing was begun the bound is 0.
    least = [max(seconds, 0.001) for seconds, _ in bounds]
    return {
        "bound_s": quantiles.spread(least),
        "bound_by": [why for _, why in bounds],
        "ratio": quantiles.spread([run.wall_s / bound for run, bound in zip(runs, least)]),
    }


def of_width(width, runs):
    results = [result for run in runs for result in run.results]
    return {
        "width": width,
        "jobs": runs[0].jobs,
        "runs": len(runs),
        "guests": len(results),
        "ok": len(good(results)),
        "guests_per_second": quantiles.spread([len(good(run.results)) / run.wall_s
                                               for run in runs]),
        "latency_ms": latencies(results),
        "failures": failures(results),
        "retries": retries(results),
        "makespan": makespan(runs),
        "own_cpu_ms_per_guest": quantiles.spread([1000 * run.cpu_s / len(run.results)
                                                  for run in runs]),
        "own_peak_memory_kib": max(run.peak_memory_kib for run in runs),
        "starts_at_once": max(schedule.most_at_once(schedule.start_intervals(run.results))
                              for run in runs),
    }


def summarise(measured, widths):
    """One entry a width, in the order in which they were asked for."""
    return [of_width(width, [m.run for m in measured if m.width == width]) for width in widths]
