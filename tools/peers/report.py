# From runs to tables, and to the budgets of the specification's chapter 14 line by line.
import math
import statistics

US = 1e6


class Spread:
    """Median, least and most of some figures."""

    def __init__(self, figures):
        figures = list(figures)
        self.median, self.least, self.most = statistics.median(figures), min(figures), max(figures)

    def text(self, digits):
        return f"{self.median:.{digits}f} [{self.least:.{digits}f}..{self.most:.{digits}f}]"


def bound_s(guests, width, chain_s):
    """The best possible makespan of equal guests, each of them a chain, `width` at a time."""
    return math.ceil(guests / width) * chain_s


class Runs:
    """All runs of one part, looked up by peer and width; figures of a round belong together."""

    def __init__(self, runs, part):
        self.runs = [run for run in runs if run["part"] == part]
        self.peers = list(dict.fromkeys(run["peer"] for run in self.runs))
        self.peers.sort(key=("floor", "smolfleet").__contains__, reverse=True)
        self.widths = sorted({run["width"] for run in self.runs})

    def figures(self, peer, width, figure):
        """One per round, in the order of the rounds."""
        return [figure(run) for run in self.runs if run["peer"] == peer and run["width"] == width]

    def spread(self, peer, width, figure):
        return Spread(self.figures(peer, width, figure))

    def ratio(self, peer, other, width, figure):
        """Of what was measured in the same round."""
        pairs = zip(self.figures(peer, width, figure), self.figures(other, width, figure))
        return Spread(mine / its for mine, its in pairs)


def rate(run):
    return run["guests"] / run["wall_s"]


def own_cpu_us(run):
    return run["own_cpu_s"] / run["guests"] * US


def all_cpu_us(run):
    return run["all_cpu_s"] / run["guests"] * US


def over_bound(run):
    return run["wall_s"] / run["bound_s"]


def table(head, rows):
    columns = list(zip(head, *rows))
    widths = [max(map(len, column)) for column in columns]
    for row in (head, *rows):
        print(("  " + "  ".join(map(str.ljust, row, widths))).rstrip())


def speed_tables(runs):
    speed = Runs(runs, "speed")
    for width in speed.widths:
        guests = speed.figures("floor", width, lambda run: run["guests"])[0]
        print(f"\nDo-nothing children, {guests} guests, {width} at a time: median [least..most]")
        table(("", "guests/s", "of the floor", "own CPU µs/guest", "with children"),
              [(peer, speed.spread(peer, width, rate).text(0),
                speed.ratio(peer, "floor", width, rate).text(3),
                speed.spread(peer, width, own_cpu_us).text(0),
                speed.spread(peer, width, all_cpu_us).text(0)) for peer in speed.peers])


def makespan_table(runs, latencies):
    makespan = Runs(runs, "makespan")
    said = ", ".join(f"{verb} {ms}" for verb, ms in latencies.items())
    print(f"\nKnown latencies ({said} ms): makespan over the best possible, ceil(guests / width) × "
          f"{sum(latencies.values())} ms")
    table(("width", *makespan.peers),
          [(str(width), *(makespan.spread(peer, width, over_bound).text(3)
                          for peer in makespan.peers)) for width in makespan.widths])


def line(figure, said, budget, met):
    """One of chapter 14's; `met` is None where the machine cannot tell."""
    return {"figure": figure, "measured": said, "budget": budget, "met": met}


def worst(runs, peer, other, figure, least):
    """The ratio at the width where it looks worst."""
    ratios = {width: runs.ratio(peer, other, width, figure) for width in runs.widths}
    width = (min if least else max)(ratios, key=lambda width: ratios[width].median)
    return ratios[width], width


def speed_lines(speed):
    for peer in speed.peers:
        if peer == "smolfleet":
            continue
        ratio, width = worst(speed, "smolfleet", peer, rate, least=True)
        said = f"{ratio.text(3)} at width {width}"
        if peer == "floor":
            yield line("guests/s over the floor's", said, ">= 0.95", ratio.median >= 0.95)
        else:
            yield line(f"guests/s over {peer}'s", said, "> 1", ratio.median > 1)
    ratio, width = worst(speed, "smolfleet", "floor", own_cpu_us, least=False)
    yield line("own CPU over the floor's", f"{ratio.text(3)} at width {width}", "<= 1.2",
               ratio.median <= 1.2)


def makespan_line(makespan):
    """Widths at which the floor itself is too late are beyond the machine and not judged."""
    most, figure, budget = 1.02, "makespan over the best possible", "<= 1.02"
    floors = {width: makespan.spread("floor", width, over_bound).median
              for width in makespan.widths}
    judged = [width for width in makespan.widths if floors[width] <= most]
    beyond = "".join(f"; not judged at {width}, the floor has {floor:.3f}"
                     for width, floor in floors.items() if width not in judged)
    if not judged:
        return line(figure, beyond.removeprefix("; "), budget, None)
    spreads = {width: makespan.spread("smolfleet", width, over_bound) for width in judged}
    width = max(judged, key=lambda width: spreads[width].median)
    return line(figure, f"{spreads[width].text(3)} at width {width}{beyond}", budget,
                spreads[width].median <= most)


def memory_lines(memory):
    (few, few_kib), (many, many_kib) = memory["in_flight_kib"].items()
    each = (many_kib - few_kib) / (int(many) - int(few))
    yield line("resident per guest in flight",
               f"{each:.1f} KiB ({few_kib} KiB with {few}, {many_kib} with {many})", "<= 16 KiB",
               each <= 16)
    peaks = memory["peak_kib"]
    said = ", ".join(f"{plans} plans {kib} KiB" for plans, kib in peaks.items())
    kib = list(peaks.values())
    yield line("peak however long the feed", said, "flat: within 5 %", max(kib) <= 1.05 * kib[0])


def chapter_14(record):
    start = Spread(record["first_spawn_ms"])
    return [*speed_lines(Runs(record["runs"], "speed")),
            makespan_line(Runs(record["runs"], "makespan")),
            *memory_lines(record["memory"]),
            line("start-up to first spawn", f"{start.text(1)} ms", "<= 10 ms", start.median <= 10)]


def print_report(record):
    speed_tables(record["runs"])
    makespan_table(record["runs"], record["latencies_ms"])
    print("\nChapter 14 of the specification, each figure where it looks worst")
    words = {True: "met", False: "NOT MET", None: "not judged"}
    table(("", "budget", "", "measured"),
          [(each["figure"], each["budget"], words[each["met"]], each["measured"])
           for each in record["chapter_14"]])
