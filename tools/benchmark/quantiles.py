# Percentiles and spreads. Pure functions over lists of numbers.
import math

PERCENTILES = (50, 90, 99)


def percentile(values, percent):
    """By nearest rank: a value that was observed, never one between two."""
    ordered = sorted(values)
    return ordered[max(math.ceil(percent / 100 * len(ordered)), 1) - 1]


def distribution(values):
    """What is told of many guests; None of none."""
    if not values:
        return None
    told = {f"p{percent}": percentile(values, percent) for percent in PERCENTILES}
    return {"count": len(values), **told, "max": max(values)}


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def spread(values):
    """What is told of a few repeats."""
    return {"median": median(values), "min": min(values), "max": max(values)}
