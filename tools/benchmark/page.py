# The report as one HTML page that needs nothing from anywhere.
import html
import pathlib

from benchmark import plots, tables

STYLE = pathlib.Path(__file__).with_name("page.css")

HOW_TO_READ = """\
Throughput: guests that came up, divided by the time from smolfleet's start to its last answer;
median of the repeats, with the least and the most. Best possible schedule: no order of the same
commands is faster, given how long each took, the width, and that guests are created one at a time.
Latency of guests that came up, over all repeats: the wide bar reaches from the median to the 90th
percentile, the narrow one to the 99th, the line to the slowest; percentiles are nearest ranks.
“In all” is from a guest's admission to its answer, “waiting” the part of it in which it waited for
its turn, mostly to be created. At a fixed width so many guests are in flight; with auto as many as
at the largest width, and smolfleet finds the number of starts by itself. Own: of smolfleet, without
the smolvm processes that it runs."""


def escaped(text):
    return html.escape(str(text))


def as_html(table):
    def cells(kind, row):
        return "".join(f"<{kind}{' class=word' if i < table.left else ''}>{escaped(cell)}</{kind}>"
                       for i, cell in enumerate(row))
    head = f"<thead><tr>{cells('th', table.head)}</tr></thead>" if any(table.head) else ""
    body = "".join(f"<tr>{cells('td', row)}</tr>\n" for row in table.rows)
    return (f"<section><h2>{escaped(table.title)}</h2><div class=scroll><table>{head}"
            f"<tbody>\n{body}</tbody></table></div></section>")


def rate(entry):
    return entry["guests_per_second"]["median"]


def headline(summary):
    """The finding, in a sentence."""
    fixed = [entry for entry in summary if entry["width"] != "auto"]
    auto = [entry for entry in summary if entry["width"] == "auto"]
    told = []
    if fixed:
        best = max(fixed, key=rate)
        told.append(f"The best width was {best['width']}, with {tables.number(rate(best))} guests "
                    "per second.")
    if auto:
        against = f", {rate(auto[0]) / rate(best):.0%} of that" if fixed and rate(best) else ""
        told.append(f"auto reached {tables.number(rate(auto[0]))}{against}.")
    failed = sum(entry["guests"] - entry["ok"] for entry in summary)
    told.append(f"{failed or 'None'} of {sum(entry['guests'] for entry in summary)} guests failed.")
    return " ".join(told)


def notes(report):
    left = report["left_behind"]
    said = report["warnings"] + ([f"not removed: {', '.join(left)}"] if left else [])
    return "".join(f"<p class=warning>{escaped(note)}</p>" for note in said)


def render(report):
    figures = "".join(f"<figure><figcaption>{escaped(title)}</figcaption>{svg}</figure>"
                      for title, svg in plots.all_plots(report["summary"]))
    sections = "".join(map(as_html, [*tables.all_tables(report), tables.machine(report)]))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>smolfleet: concurrent bring-up</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<h1>Concurrent bring-up with smolfleet</h1>
<p class=finding>{escaped(headline(report["summary"]))}</p>
{notes(report)}
<div class=plots>{figures}</div>
<p class=how>{escaped(HOW_TO_READ)}</p>
{sections}
</body>
</html>
"""
