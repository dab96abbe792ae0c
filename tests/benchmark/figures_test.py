#!/usr/bin/env python3
# The benchmark's arithmetic on cases that can be checked by hand.
import argparse
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

from benchmark import campaign, options, plans, quantiles, schedule, summary, tables


def guest(*phases, started_at="2026-01-01T00:00:00.000Z", waited_ms=0, error=None):
    """A result whose phases, (name, ms), follow each other."""
    told, at = [], waited_ms
    for name, duration in phases:
        told.append({"name": name, "start_ms": at, "duration_ms": duration, "attempts": 1})
        at += duration
    return {"status": "failed" if error else "ok", "started_at": started_at, "duration_ms": at,
            "phases": told, "error": error}


class Quantiles(unittest.TestCase):
    def test_a_percentile_is_a_value_that_was_observed(self):
        self.assertEqual(quantiles.percentile([4, 1, 3, 2], 50), 2)
        self.assertEqual(quantiles.percentile([4, 1, 3, 2], 51), 3)
        self.assertEqual(quantiles.percentile(range(1, 101), 90), 90)
        self.assertEqual(quantiles.percentile(range(1, 101), 99), 99)

    def test_of_one_value_each_percentile_is_that_value(self):
        self.assertEqual(quantiles.distribution([7]),
                         {"count": 1, "p50": 7, "p90": 7, "p99": 7, "max": 7})

    def test_of_no_values_nothing_is_told(self):
        self.assertIsNone(quantiles.distribution([]))

    def test_the_median_of_an_even_number_lies_between(self):
        self.assertEqual(quantiles.spread([3, 1, 8]), {"median": 3, "min": 1, "max": 8})
        self.assertEqual(quantiles.spread([4, 1]), {"median": 2.5, "min": 1, "max": 4})


class Bound(unittest.TestCase):
    def test_guests_that_are_alike_share_the_width(self):
        four = [guest(("start", 1000))] * 4
        self.assertEqual(schedule.bound(four, 1), (4.0, "width"))
        self.assertEqual(schedule.bound(four, 2), (2.0, "width"))

    def test_nothing_is_shorter_than_the_longest_guest(self):
        mixed = [guest(("start", 5000)), guest(("start", 1000)), guest(("start", 1000))]
        self.assertEqual(schedule.bound(mixed, 3), (5.0, "longest"))

    def test_creates_go_one_at_a_time_and_the_last_guest_has_yet_to_start(self):
        # 3 creates of 1 s; what follows the last of them takes 0.25 s at least.
        three = [guest(("create", 1000), ("start", ms)) for ms in (250, 500, 1500)]
        self.assertEqual(schedule.bound(three, 3), (3.25, "creates"))

    def test_a_delete_takes_its_turn_among_the_creates(self):
        failed = guest(("create", 1000), ("start", 500), ("stop", 100), ("delete", 1000))
        self.assertEqual(schedule.bound([failed] * 2, 2), (4.0, "creates"))

    def test_time_spent_waiting_for_a_turn_does_not_count(self):
        waited = guest(("start", 1000), waited_ms=9000)
        self.assertEqual(schedule.bound([waited] * 2, 2)[0], 1.0)

    def test_guests_that_never_began_make_no_bound(self):
        self.assertEqual(schedule.bound([guest()], 4)[0], 0)


class Starts(unittest.TestCase):
    def test_the_most_that_overlap_are_counted(self):
        self.assertEqual(schedule.most_at_once([(0, 3), (1, 4), (2, 5), (6, 7)]), 3)

    def test_one_that_begins_as_another_ends_does_not_overlap(self):
        self.assertEqual(schedule.most_at_once([(0, 1), (1, 2)]), 1)
        self.assertEqual(schedule.most_at_once([]), 0)

    def test_starts_are_placed_by_the_admission_of_their_guests(self):
        one = guest(("start", 1000))
        later = guest(("start", 500), started_at="2026-01-01T00:00:00.500Z")
        after = guest(("start", 500), started_at="2026-01-01T00:00:00.500Z", waited_ms=500)
        self.assertEqual(schedule.most_at_once(schedule.start_intervals([one, later])), 2)
        self.assertEqual(schedule.most_at_once(schedule.start_intervals([one, after])), 1)


class Summary(unittest.TestCase):
    def test_waiting_is_what_no_phase_accounts_for(self):
        self.assertEqual(summary.waiting_ms(guest(("create", 10), ("start", 20), waited_ms=5)), 5)

    def test_latencies_are_those_of_guests_that_came_up(self):
        failed = guest(("start", 9000), error={"code": "timeout"})
        told = summary.latencies([guest(("start", 20)), failed])
        self.assertEqual(told["start"]["max"], 20)
        self.assertEqual(told["in all"]["count"], 1)

    def test_when_none_came_up_there_are_no_latencies(self):
        told = summary.latencies([guest(error={"code": "timeout"})])
        self.assertEqual(told, {"waiting": None, "in all": None})

    def test_failures_are_counted_by_code(self):
        results = [guest(), *(guest(error={"code": code}) for code in ("timeout", "start_failed",
                                                                       "timeout"))]
        self.assertEqual(summary.failures(results), {"timeout": 2, "start_failed": 1})


class Order(unittest.TestCase):
    def test_each_repeat_has_each_width_once(self):
        order = campaign.in_order([1, 2, "auto"], 4, 7)
        for repeat in range(1, 5):
            self.assertEqual({width for width, r in order if r == repeat}, {1, 2, "auto"})
        self.assertEqual(len(order), 12)

    def test_a_seed_always_gives_the_same_order_and_repeats_differ(self):
        widths = list(range(1, 20))
        order = campaign.in_order(widths, 2, 7)
        self.assertEqual(order, campaign.in_order(widths, 2, 7))
        self.assertNotEqual([width for width, _ in order[:19]], [width for width, _ in order[19:]])


class CommandLine(unittest.TestCase):
    def test_widths_are_numbers_and_auto(self):
        self.assertEqual(options.widths("1,16,auto"), [1, 16, "auto"])

    def test_a_width_twice_and_a_width_of_none_are_refused(self):
        for text in ("1,1", "0", "1,,2", "many"):
            with self.assertRaises((argparse.ArgumentTypeError, ValueError)):
                options.widths(text)


class Plans(unittest.TestCase):
    def test_values_of_variables_are_not_shown(self):
        plan = {"machine": {"image": "x", "env": {"TOKEN": "secret"}},
                "steps": [{"exec": {"argv": ["id"], "env": {"KEY": "secret"}}}]}
        shown = plans.without_secrets(plan)
        self.assertNotIn("secret", str(shown))
        self.assertIn("TOKEN", str(shown))
        self.assertEqual(plan["machine"]["env"]["TOKEN"], "secret")


class Tables(unittest.TestCase):
    def test_words_stand_left_and_numbers_right(self):
        table = tables.Table("T", ["width", "n"], [["1", "10"], ["auto", "9.5"]])
        self.assertEqual(tables.as_text(table), "T\n  width    n\n  1       10\n  auto   9.5")


if __name__ == "__main__":
    unittest.main()
