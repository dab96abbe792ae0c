# The tables of a report: their cells as text, and how they look in a terminal. The page has
# the same.
import dataclasses

from benchmark import schedule


@dataclasses.dataclass
class Table:
    title: str
    head: list
    rows: list  # of lists of text
    left: int = 1  # so many columns hold words, the others numbers


def number(value):
    """Three digits that matter."""
    if value < 10:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def quantiles_of(distribution):
    if distribution is None:
        return ["-"] * 4
    return [number(distribution[key]) for key in ("p50", "p90", "p99", "max")]


def overview(summary):
    head = ["width", "guests/s", "least", "most", "p50 ms", "p90", "p99", "max", "makespan",
            "own CPU ms", "own MiB", "starts at once", "retries", "failed"]
    rows = []
    for of_width in summary:
        rate = of_width["guests_per_second"]
        rows.append([
            str(of_width["width"]), *(number(rate[key]) for key in ("median", "min", "max")),
            *quantiles_of(of_width["latency_ms"]["in all"]),
            number(of_width["makespan"]["ratio"]["median"]),
            number(of_width["own_cpu_ms_per_guest"]["median"]),
            number(of_width["own_peak_memory_kib"] / 1024), str(of_width["starts_at_once"]),
            str(of_width["retries"]), str(of_width["guests"] - of_width["ok"])])
    return Table("Widths", head, rows)


def latencies(summary):
    names = list(dict.fromkeys(name for of_width in summary for name in of_width["latency_ms"]))
    rows = [[name, str(of_width["width"]), *quantiles_of(of_width["latency_ms"].get(name))]
            for name in names for of_width in summary]
    return Table("Latency of phases, in ms", ["phase", "width", "p50", "p90", "p99", "max"], rows)


def failures(summary):
    rows = [[code, str(of_width["width"]), str(count)]
            for of_width in summary for code, count in of_width["failures"].items()]
    return Table("Failures", ["code", "width", "plans"], rows)


def bounds(summary):
    rows = []
    for of_width in summary:
        told = of_width["makespan"]
        why = sorted({schedule.BINDING[why] for why in told["bound_by"]})
        rows.append([str(of_width["width"]), ", ".join(why), number(told["bound_s"]["median"]),
                     *(number(told["ratio"][key]) for key in ("median", "min", "max"))])
    return Table("Makespan against the best possible schedule",
                 ["width", "what bounds it", "bound s", "ratio", "least", "most"], rows, left=2)


def machine(report):
    of, programs, settings = report["machine"], report["programs"], report["settings"]
    rows = [
        ["CPU", f"{of['cpu']}, {of['cores']} cores"],
        ["memory", f"{of['memory_mib']} MiB"],
        ["system", f"{of['system']}, kernel {of['kernel']}, KVM {'yes' if of['kvm'] else 'no'}"],
        ["date", of["date"]],
        ["load", f"{' '.join(f'{load:.2f}' for load in of['load'])}, "
                 f"{of['busy']:.0%} of the cores busy at the beginning"],
        ["smolfleet", programs["smolfleet"]],
        ["smolvm", programs["smolvm"] +
         (f", the stand-in, guests: {programs['guest']}" if programs["stand_in"] else "")],
        ["runs", f"{settings['repeat']} of {settings['guests']} guests at each width, "
                 f"order by seed {settings['seed']}"],
        ["command", settings["command"]],
    ]
    return Table("Machine and settings", ["", ""], rows, left=2)


def all_tables(report):
    summary = report["summary"]
    tables = [overview(summary), latencies(summary), bounds(summary), failures(summary)]
    return [table for table in tables if table.rows]


def as_text(table):
    lines = [table.head, *table.rows] if any(table.head) else table.rows
    widths = [max(map(len, column)) for column in zip(*lines)]
    shown = [table.title]
    for line in lines:
        cells = [cell.ljust(width) if i < table.left else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(line, widths))]
        shown.append(f"  {'  '.join(cells)}".rstrip())
    return "\n".join(shown)
