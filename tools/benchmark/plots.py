# Draws the plots of the page as SVG that takes its colours and its font from the page.
import html
import io
import re

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot
from matplotlib.ticker import MaxNLocator

# Colours that stand for variables of the page's style sheet, so that a plot turns dark with it.
INK, MUTED, GRID, FIRST, SECOND = "#010101", "#020202", "#030303", "#040404", "#050505"
VARIABLES = {INK: "--ink", MUTED: "--muted", GRID: "--grid", FIRST: "--first", SECOND: "--second"}

STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "smolfleet", "text.parse_math": False,
    "font.size": 10, "text.color": INK, "axes.labelcolor": MUTED, "axes.edgecolor": GRID,
    "xtick.color": MUTED, "ytick.color": MUTED, "axes.grid": True, "axes.grid.axis": "y",
    "grid.color": GRID, "axes.axisbelow": True, "axes.spines.top": False,
    "axes.spines.right": False, "axes.spines.left": False, "ytick.left": False,
    "legend.frameon": False, "legend.fontsize": 9, "legend.handlelength": 1.6,
    "legend.columnspacing": 1.2,
}
SIZE = (4.2, 2.7)  # inches: less than a phone is wide, so that text is nowhere shrunk


def as_svg(figure, name, description):
    """One element for the body of a page. Names of its parts begin with its own, because a page has
    several plots."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    pyplot.close(figure)
    text = file.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg"):], flags=re.DOTALL)
    text = re.sub(r' (width|height)="[\d.]+pt"', "", text, count=2)
    for reference in (' id="', 'href="#', "url(#"):
        text = text.replace(reference, f"{reference}{name}-")
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    return text.replace("<svg ", f'<svg role="img" aria-label="{html.escape(description)}" ', 1)


def begin(summary, unit):
    """(figure, axes, the widths' places): they stand side by side, auto apart from the numbers."""
    figure, axes = pyplot.subplots(figsize=SIZE, layout="constrained")
    places, place = [], 0.0
    for of_width in summary:
        place += 1.4 if of_width["width"] == "auto" and places else 1
        places.append(place)
    axes.set_xticks(places, [str(of_width["width"]) for of_width in summary])
    axes.set_xlim(places[0] - 0.6, places[-1] + 0.6)
    axes.tick_params(length=0)
    axes.set_xlabel("width")
    axes.set_ylabel(unit)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    return figure, axes, places


def numbers_apart(summary, places):
    """[(entry, place)] of the fixed widths, then of auto."""
    pairs = list(zip(summary, places))
    return ([pair for pair in pairs if pair[0]["width"] != "auto"],
            [pair for pair in pairs if pair[0]["width"] == "auto"])


def colour_of(entry):
    return SECOND if entry["width"] == "auto" else FIRST


def leave_room(axes):
    """From nothing to a little more than the most."""
    axes.set_ylim(0, axes.get_ylim()[1] * 1.03)


def draw_spread(axes, pairs, spread_of, label=None):
    """Medians, with the least and the most of the repeats."""
    medians = [spread_of(entry)["median"] for entry, _ in pairs]
    below = [spread_of(entry)["median"] - spread_of(entry)["min"] for entry, _ in pairs]
    above = [spread_of(entry)["max"] - spread_of(entry)["median"] for entry, _ in pairs]
    axes.errorbar([place for _, place in pairs], medians, yerr=[below, above], fmt="o-",
                  color=colour_of(pairs[0][0]), elinewidth=1, capsize=3, linewidth=1.6,
                  markersize=5, label=label)


def throughput(summary):
    figure, axes, places = begin(summary, "guests per second")
    fixed, auto = numbers_apart(summary, places)
    ideal = [entry["ok"] / entry["runs"] / entry["makespan"]["bound_s"]["median"]
             for entry, _ in fixed]
    if fixed:
        axes.plot([place for _, place in fixed], ideal, ":", color=MUTED, linewidth=1.4,
                  label="best possible")
        draw_spread(axes, fixed, lambda entry: entry["guests_per_second"], "measured")
    for entry, place in auto:
        axes.axhline(entry["guests_per_second"]["median"], color=SECOND, linewidth=1.2,
                     linestyle="--", label="auto")
        draw_spread(axes, [(entry, place)], lambda entry: entry["guests_per_second"])
    leave_room(axes)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0)
    return as_svg(figure, "throughput", "Guests per second over width")


def own_cpu(summary):
    figure, axes, places = begin(summary, "ms of CPU per guest")
    for pairs in filter(None, numbers_apart(summary, places)):
        draw_spread(axes, pairs, lambda entry: entry["own_cpu_ms_per_guest"])
    leave_room(axes)
    return as_svg(figure, "own-cpu", "smolfleet's own CPU time per guest over width")


def latency(summary, phase, name):
    figure, axes, places = begin(summary, "ms")
    for entry, place in zip(summary, places):
        told = entry["latency_ms"].get(phase)
        if told is None:
            continue
        colour = colour_of(entry)
        axes.vlines(place, told["p50"], told["p90"], color=colour, linewidth=14, alpha=0.35)
        axes.vlines(place, told["p90"], told["p99"], color=colour, linewidth=5, alpha=0.5)
        axes.vlines(place, told["p99"], told["max"], color=colour, linewidth=1)
        axes.plot(place, told["p50"], "_", color=colour, markersize=14, markeredgewidth=2)
        axes.plot(place, told["max"], "_", color=colour, markersize=6)
    leave_room(axes)
    return as_svg(figure, name, f"Latency of {phase} over width")


def all_plots(summary):
    """[(title, svg)]"""
    phases = list(dict.fromkeys(name for entry in summary for name in entry["latency_ms"]))
    phases.insert(0, phases.pop(phases.index("in all")))
    with matplotlib.rc_context(STYLE):
        return [("Throughput", throughput(summary)),
                *((f"Latency: {phase}", latency(summary, phase, f"latency-{i}"))
                  for i, phase in enumerate(phases)),
                ("smolfleet's own CPU", own_cpu(summary))]
