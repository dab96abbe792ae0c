#!/usr/bin/env python3
# The benchmark's page holds what it should, needs nothing from elsewhere, and cannot be broken by
# what others wrote. Skipped where matplotlib is missing, which nothing else needs.
import html.parser
import os
import pathlib
import re
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

try:
    import matplotlib
except ImportError:
    # Debian's package is for Debian's Python, and another one may come first on PATH.
    DEBIANS = "/usr/bin/python3"
    if os.path.exists(DEBIANS) and os.path.realpath(DEBIANS) != os.path.realpath(sys.executable):
        os.execv(DEBIANS, [DEBIANS, *sys.argv])
    print("skipped: there is no matplotlib; tools/install-deps --bench installs it")
    sys.exit(77)  # as meson wants it

from benchmark import page, summary
from benchmark.campaign import Measured
from benchmark.fleet import Run

EVIL = "<script>alert('&\"')</script>"


def result(number, failed):
    phases = [{"name": name, "start_ms": 0.0, "duration_ms": 10.0 + number, "attempts": 1,
               "exit_code": 0} for name in ("create", "start", "step[0]")]
    return {"target": f"g{number}", "status": "failed" if failed else "ok",
            "started_at": "2026-01-01T00:00:00.000Z", "duration_ms": 40.0 + 3 * number,
            "phases": phases, "error": {"code": EVIL, "message": EVIL} if failed else None}


def report(widths, failed=()):
    measured = [Measured(width, repeat, 1, Run(4, str(width), [result(n, n in failed)
                                                               for n in range(5)], 1.5, 0.01, 9000))
                for width in widths for repeat in (1, 2)]
    return {
        "machine": {"cpu": EVIL, "cores": 2, "memory_mib": 1, "system": EVIL, "kernel": "6",
                    "kvm": False, "date": "2026", "load": [0.0, 0.0, 0.0], "busy": 0.5},
        "programs": {"smolfleet": EVIL, "smolvm": EVIL, "stand_in": True, "guest": "none"},
        "settings": {"command": EVIL, "widths": widths, "guests": 5, "repeat": 2, "seed": 1},
        "warnings": [EVIL], "left_behind": [EVIL],
        "summary": summary.summarise(measured, widths),
    }


class Elements(html.parser.HTMLParser):
    """Collects tags and attributes, and that each tag that is opened is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


class Page(unittest.TestCase):
    def test_all_is_there(self):
        elements = Elements(page.render(report([1, 4, "auto"], failed=(2,))))
        self.assertEqual(elements.open, [])
        # In all, waiting, three phases, throughput, own CPU.
        self.assertEqual(elements.tags.count("svg"), 7)
        # Widths, latencies, makespan, failures, machine.
        self.assertEqual(elements.tags.count("table"), 5)

    def test_nothing_that_others_wrote_becomes_an_element(self):
        text = page.render(report([1, 2], failed=(0,)))
        self.assertNotIn("script", Elements(text).tags)
        self.assertIn("&lt;script&gt;", text)

    def test_nothing_is_fetched(self):
        text = page.render(report([1, 2]))
        for name, value in Elements(text).attributes:
            if name in ("src", "href", "xlink:href"):
                self.assertTrue(value.startswith("#"), value)
        self.assertNotRegex(text, r"@import|url\((?!#)")

    def test_plots_take_their_colours_from_the_page(self):
        svg = "".join(re.findall(r"<svg.*?</svg>", page.render(report([1, "auto"])), re.DOTALL))
        self.assertIn("var(--first)", svg)
        self.assertIn("var(--second)", svg)
        self.assertEqual(set(re.findall(r"#[0-9a-f]{6}\b", svg)) - {"#000000", "#ffffff"}, set())

    def test_parts_of_plots_have_names_of_their_own(self):
        ids = [value for name, value in Elements(page.render(report([1, 2]))).attributes
               if name == "id"]
        self.assertEqual(len(ids), len(set(ids)))

    def test_the_same_report_makes_the_same_page(self):
        self.assertEqual(page.render(report([1, 2])), page.render(report([1, 2])))

    def test_one_width_and_auto_alone_can_be_drawn(self):
        for widths in ([8], ["auto"]):
            self.assertIn("</html>", page.render(report(widths)))

    def test_when_every_guest_failed_there_is_still_a_page(self):
        self.assertIn("10 of 10 guests failed", page.render(report([1], failed=range(5))))


if __name__ == "__main__":
    unittest.main()
