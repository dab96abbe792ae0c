#!/usr/bin/env python3
# Opens reports of a fleet that was really brought up (with the stand-in) in Chromium, without any
# network, and holds what the page shows against the results. Exit 77: skipped, there is no browser.
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import browser

SMOLFLEET, SMOLVM = os.environ.get("SMOLFLEET_EXE"), os.environ.get("SMOLVM_EXE")
HOSTILE = "</script><img src=x onerror=\"document.title='broken'\"><!--\u2028<script>"
SCENARIO = {"seed": 5, "rules": [
    {"verb": "create", "attempts": [1], "probability": 0.3, "action": {"error": "locked"}},
    {"verb": "start", "machine": "g-3*", "probability": 0.5, "action": {"error": "vm-not-found"}},
    {"verb": "start", "action": {"latency": {"uniform": [5, 60]}}}]}


def bring_up(directory, guests):
    """The results of a run, as text."""
    ca = directory / "ca.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", directory / "key.pem", "-out",
                    ca, "-subj", "/CN=test CA", "-days", "30", "-addext",
                    "basicConstraints=critical,CA:TRUE"], check=True, capture_output=True)
    (directory / "scenario.json").write_text(json.dumps(SCENARIO))
    plans = [{"id": f"run/{i}", "target": f"g-{i}", "machine": {"image": "debian:12"},
              "proxy_plan": {"ca_cert_host_path": str(ca)}} for i in range(guests)]
    feed = "".join(json.dumps(plan) + "\n" for plan in plans) + "{}\n"
    environment = dict(os.environ, SMOLVM_GUEST="none", SMOLVM_DATA_DIR=str(directory / "vm"),
                       SMOLVM_SCENARIO=str(directory / "scenario.json"), TMPDIR=str(directory))
    done = subprocess.run([SMOLFLEET, "up", "--smolvm", SMOLVM, "--quiet", "--events", "--jobs", "16"],
                          input=feed, capture_output=True, text=True, env=environment)
    return done.stdout


def nearest_rank(values, percent):
    return sorted(values)[max(1, math.ceil(len(values) * percent / 100)) - 1]


def hostile_result(result):
    """The same with texts that want to be markup."""
    changed = json.loads(json.dumps(result))
    changed.update(id=HOSTILE, target=HOSTILE, run=HOSTILE, line=100_000)
    for key in ("message", "hint", "stderr", "stdout", "code"):
        changed["error"][key] = HOSTILE
    return changed


TABLE = """[...document.getElementById(ID).rows].map(
    row => [...row.cells].map(cell => cell.textContent))"""


class ReportPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.stream = bring_up(cls.directory, 40)
        lines = map(json.loads, cls.stream.splitlines())
        cls.results = [line for line in lines if "status" in line]
        cls.chromium = cls.enterClassContext(browser.Browser(browser.find()))

    @classmethod
    def enterClassContext(cls, context):
        """What Python 3.11 brings."""
        cls.addClassCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def show(self, stream, name="page", options=(), width=1200):
        page = self.directory / f"{name}.html"
        subprocess.run([SMOLFLEET, "report", "-", "--output", page, *options], input=stream,
                       text=True, check=True, capture_output=True)
        self.chromium.messages.clear()
        self.chromium.requests.clear()
        self.chromium.look(width, 900)
        self.chromium.open(page)
        self.assertEqual(self.chromium.evaluate("document.documentElement.dataset.ready"), "yes")
        return page

    def table(self, name):
        return self.chromium.evaluate(TABLE.replace("ID", json.dumps(name)))

    def text(self, selector):
        return self.chromium.evaluate(f"document.querySelector({json.dumps(selector)}).textContent")

    def assert_quiet(self):
        """No error in the console, and nothing asked for but the file itself."""
        self.assertEqual(self.chromium.messages, [])
        wanted = [url for url in self.chromium.requests if not url.startswith("file://")]
        self.assertEqual(wanted, [])
        self.assertEqual(len(self.chromium.requests), 1)

    def test_the_numbers_are_those_of_the_results(self):
        self.show(self.stream)
        statuses = [result["status"] for result in self.results]
        self.assertEqual(len(statuses), 41)
        self.assertGreater(statuses.count("failed"), 0)
        totals = dict(self.chromium.evaluate(
            "[...document.querySelectorAll('#totals div')].map(d => "
            "[d.children[0].textContent, d.children[1].textContent])"))
        retries = sum(phase["attempts"] - 1 for result in self.results
                      for phase in result["phases"])
        self.assertGreater(retries, 0)
        self.assertEqual(totals["plans"], "41")
        self.assertEqual(totals["ok"], str(statuses.count("ok")))
        self.assertEqual(totals["failed"], str(statuses.count("failed")))
        self.assertEqual(totals["rejected"], "1")
        self.assertEqual(totals["retries"], str(retries))
        self.assertIn(f"{statuses.count('ok')} of 41 guests came up", self.text("#finding"))
        self.assert_quiet()

    def test_percentiles_are_the_nearest_ranks(self):
        self.show(self.stream)
        head, *rows = self.table("phases")
        self.assertEqual(head[2:6], [f"{name}, ms" for name in ("p50", "p90", "p99", "max")])
        shown = {row[0]: row[1:6] for row in rows}
        times = {}
        for result in self.results:
            for phase in result["phases"]:
                times.setdefault(phase["name"], []).append(phase["duration_ms"])
        times["in all"] = [result["duration_ms"] for result in self.results
                           if result["started_at"]]
        decimals = 1 if max(times["in all"]) < 1000 else 0
        self.assertEqual(set(shown), {*times, "waiting"})
        for name, values in times.items():
            self.assertEqual(shown[name][0], str(len(values)))
            for cell, percent in zip(shown[name][1:], (50, 90, 99, 100)):
                value = float(cell.replace(",", ""))
                self.assertAlmostEqual(value, nearest_rank(values, percent),
                                       delta=0.5001 * 10 ** -decimals, msg=name)

    def test_failures_are_counted_and_quoted(self):
        self.show(self.stream)
        failed = [result for result in self.results if result["status"] == "failed"]
        rows = [row for row in self.table("failure-groups") if row[0] == failed[0]["error"]["code"]]
        self.assertEqual(sum(int(row[2]) for row in rows), len(failed))
        quoted = self.text("#failure-groups")
        self.assertIn(min(failed, key=lambda one: one["started_at"])["error"]["message"], quoted)

    def test_the_slowest_come_first(self):
        self.show(self.stream)
        admitted = [result for result in self.results if result["started_at"]]
        slowest = max(admitted, key=lambda result: result["duration_ms"])
        rows = self.table("slowest")
        self.assertEqual(rows[1][0], slowest["id"])
        self.assertEqual(len(rows), 21)

    def test_plots_are_drawn_and_follow_their_controls(self):
        self.show(self.stream)
        for plot in ("concurrency-plot", "timeline-plot", "durations-plot"):
            drawn = self.chromium.evaluate(f"""(() => {{
                const canvas = document.querySelector("#{plot} canvas");
                const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
                return new Set(new Uint32Array(data.buffer)).size;
            }})()""")
            self.assertGreater(drawn, 20, plot)
        self.chromium.evaluate("""document.getElementById("only").click()""")
        rows = self.chromium.evaluate("""echarts.getInstanceByDom(document.getElementById(
            "timeline-plot")).getOption().yAxis[0].data.length""")
        failed = sum(result["status"] == "failed" for result in self.results)
        self.assertEqual(rows, failed)
        self.chromium.evaluate("""echarts.getInstanceByDom(document.getElementById("timeline-plot"))
            .dispatchAction({type: "dataZoom", dataZoomIndex: 0, start: 25, end: 50})""")
        self.chromium.evaluate("new Promise(done => setTimeout(done, 50))")
        self.assertFalse(self.chromium.evaluate("document.getElementById('whole').disabled"))
        self.chromium.evaluate("document.getElementById('whole').click()")
        self.assertTrue(self.chromium.evaluate("document.getElementById('whole').disabled"))
        self.assert_quiet()

    def test_hostile_text_is_shown_as_text(self):
        failed = next(result for result in self.results if result["status"] == "failed")
        stream = self.stream + json.dumps(hostile_result(failed)) + "\n"
        self.show(stream, "hostile", ["--title", HOSTILE])
        self.assertEqual(self.chromium.evaluate("document.title"), HOSTILE)
        self.assertEqual(self.text("h1"), HOSTILE)
        self.assertIn(HOSTILE, self.text("#failure-groups"))
        self.assertEqual(self.chromium.evaluate("document.images.length"), 0)
        self.assertEqual(self.chromium.evaluate("document.scripts.length"), 3)
        tip = self.chromium.evaluate("""(() => {
            const fleet = readFleet();
            const guest = fleet.guests.find(one => one.name.startsWith("</script>"));
            const tip = guestTip(fleet, guest);
            return [tip.textContent, tip.querySelectorAll("img, script").length];
        })()""")
        self.assertIn(HOSTILE, tip[0])
        self.assertEqual(tip[1], 0)
        self.assert_quiet()

    def test_a_phone_shows_it_without_scrolling_sideways(self):
        self.show(self.stream, width=400)
        self.assertLessEqual(self.chromium.evaluate("document.documentElement.scrollWidth"), 400)

    def test_nothing_one_guest_and_only_failures(self):
        ok = next(result for result in self.results if result["status"] == "ok")
        failed = next(result for result in self.results if result["status"] == "failed")
        rejected = next(result for result in self.results if result["status"] == "rejected")
        for stream, finding, plots in (([], "No results", False), ([ok], "came up", True),
                                       ([failed], "did not come up", True),
                                       ([rejected], "did not come up", False)):
            self.show("".join(json.dumps(one) + "\n" for one in stream), "few")
            self.assertIn(finding, self.text("#finding"))
            self.assertEqual(self.chromium.evaluate("!document.getElementById('timeline').hidden"),
                             plots)
            self.assert_quiet()

    def test_a_hundred_thousand_guests_open(self):
        ok = next(result for result in self.results if result["status"] == "ok")
        lines = []
        for i in range(100_000):
            second, milli = divmod(i * 3, 1000)
            moment = f"2026-11-23T10:{second // 60:02}:{second % 60:02}.{milli:03}Z"
            lines.append(json.dumps({**ok, "id": f"b-{i}", "target": f"b-{i}", "line": i + 1,
                                     "started_at": moment}))
        self.show("\n".join(lines) + "\n", "large")
        self.assertIn("All 100,000 guests came up", self.text("#finding"))
        self.assertIn("A row is", self.text("#timeline-hint"))
        self.assert_quiet()


if __name__ == "__main__":
    if browser.find() is None:
        print("skipped: there is no Chromium (tools/install-deps --check brings it)")
        sys.exit(77)
    unittest.main(verbosity=2)
