#!/usr/bin/env python3
# tools/bench brings tiny fleets up against the stand-in; what it tells must agree with itself, and
# no guest may be left. usage: run_test.py SMOLFLEET SMOLVM
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "tools" / "bench"
SMOLFLEET, SMOLVM = sys.argv[1:3]
GUESTS = 6

# Starts that never end, to be interrupted in; those of the warm-up do.
STUCK = {"rules": [{"verb": "start", "machine": "*-w1r1-*", "action": {"hang": "polite"}}]}
ONE_FAILS = {"rules": [{"verb": "exec", "machine": "*-w2r1-0003", "action": {"exit": 3}}]}
DELETE_ASKS = {"rules": [{"verb": "delete", "machine": "*-w1r1-0002", "action": {"prompt": True}}]}


class Bench(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="bench-test.")
        self.addCleanup(self.place.cleanup)
        self.directory = pathlib.Path(self.place.name)
        self.log = self.directory / "calls"
        # Whatever the bench makes for itself lies there and can be looked at.
        self.environment = dict(os.environ, TMPDIR=self.place.name, SMOLVM_LOG=str(self.log))

    def argv(self, *arguments, scenario=None):
        argv = [sys.executable, BENCH, "--smolfleet", SMOLFLEET, "--smolvm", SMOLVM,
                "--guest", "none", "--repeat", "1", *arguments]
        if scenario:
            file = self.directory / "scenario.json"
            file.write_text(json.dumps(scenario))
            argv += ["--scenario", file]
        return argv

    def measure(self, *arguments, scenario=None, status=0):
        """The report of a run at widths 1 and 2, and all that was printed."""
        file = self.directory / "report.json"
        done = subprocess.run(
            self.argv("--widths", "1,2", "--guests", str(GUESTS), "--json", file, *arguments,
                      scenario=scenario),
            env=self.environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(file.read_text()), done.stdout + done.stderr

    def calls(self, verb):
        """Machines that the verb was called for."""
        told = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [call["machine"] for call in told if call["verb"] == verb]

    def assert_nothing_left(self):
        self.assertEqual(list(self.directory.glob("bench.*")), [])
        self.assertEqual(set(self.calls("create")) - set(self.calls("delete")), set())

    def test_what_is_told_agrees_with_itself(self):
        report, _ = self.measure()
        self.assertEqual([entry["width"] for entry in report["summary"]], [1, 2])
        self.assertEqual({run["width"] for run in report["runs"]}, {1, 2})
        for run in report["runs"]:
            self.assertEqual(run["jobs"], run["width"])
            self.assertEqual(len({result["target"] for result in run["results"]}), GUESTS)
            self.assertGreater(run["cpu_s"], 0)
            self.assertGreater(run["peak_memory_kib"], 0)
        for entry in report["summary"]:
            self.agrees(entry, [run for run in report["runs"] if run["width"] == entry["width"]])
        self.assertEqual(report["left_behind"], [])
        self.assert_nothing_left()

    def agrees(self, entry, runs):
        self.assertEqual((entry["guests"], entry["ok"], entry["failures"]), (GUESTS, GUESTS, {}))
        rate = entry["guests_per_second"]
        self.assertEqual(rate["median"], GUESTS / runs[0]["wall_s"])
        self.assertEqual(set(entry["latency_ms"]), {"create", "start", "copy_ca", "install_ca",
                                                    "waiting", "in all"})
        for told in entry["latency_ms"].values():
            self.assertEqual(told["count"], GUESTS)
            ordered = [told[key] for key in ("p50", "p90", "p99", "max")]
            self.assertEqual(ordered, sorted(ordered))
        # No run is faster than the best possible one, and none is wider than it may be.
        self.assertGreaterEqual(entry["makespan"]["ratio"]["min"], 1)
        self.assertLessEqual(entry["starts_at_once"], entry["width"])

    def test_a_guest_that_fails_is_counted_under_its_code(self):
        report, printed = self.measure(scenario=ONE_FAILS)
        one, two = report["summary"]
        self.assertEqual((one["failures"], two["failures"]), ({}, {"install_failed": 1}))
        self.assertEqual(two["ok"], GUESTS - 1)
        self.assertIn("install_failed", printed)
        self.assert_nothing_left()

    def test_a_guest_that_cannot_be_removed_is_named(self):
        report, printed = self.measure(scenario=DELETE_ASKS, status=1)
        self.assertEqual(report["left_behind"], ["bench-w1r1-0002"])
        self.assertIn("smolfleet down", printed.replace(SMOLFLEET, "smolfleet"))
        self.assertIn("bench-w1r1-0002", printed)

    def test_when_interrupted_it_removes_what_it_made(self):
        # The log of the stand-in's calls says when a guest hangs in its start.
        with subprocess.Popen(self.argv("--widths", "1", "--guests", "3", scenario=STUCK),
                              env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, preexec_fn=default_interrupt) as bench:
            while bench.poll() is None and not self.hangs():
                time.sleep(0.02)
            bench.send_signal(signal.SIGINT)
            printed = bench.stdout.read().decode()
        self.assertEqual(bench.returncode, 128 + signal.SIGINT, printed)
        self.assertIn("interrupted", printed)
        self.assert_nothing_left()

    def hangs(self):
        return self.log.exists() and any("-w1r1-" in name for name in self.calls("start"))

    def test_a_smolvm_that_cannot_create_is_told_of_before_anything_is_measured(self):
        self.environment["SMOLVM_VERSION"] = "1.0.1"
        done = subprocess.run(self.argv("--widths", "1", "--guests", "1"), env=self.environment,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no guest came up: smolvm_unsupported", done.stderr)
        self.assertEqual(list(self.directory.glob("bench.*")), [])


def default_interrupt():
    """A shell ignores it for what runs in its background, and so would we."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
