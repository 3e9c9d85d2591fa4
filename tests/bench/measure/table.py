"""Rows of two contenders side by side: minimum, median and maximum, and the ratio of the medians."""

import statistics


class Table:
    """HEADS are the names of ours and theirs; ratios are theirs by ours, so more than 1 is in our favour."""

    def __init__(self, title, ours, theirs):
        print(f"\n{title}\n", flush=True)
        print(f"  {'':<40}{ours:>24}{theirs:>24}{'ratio':>9}")

    def row(self, name, ours, theirs, unit):
        """OURS and THEIRS are lists of measurements; THEIRS may be empty."""
        ratio = f"{statistics.median(theirs) / statistics.median(ours):.1f}" if ours and theirs else "-"
        print(f"  {name:<40}{spread(ours, unit):>24}{spread(theirs, unit):>24}{ratio:>9}", flush=True)


def spread(values, unit):
    """min / median / max, or the one value."""
    if not values:
        return "-"
    if len(values) == 1:
        return f"{number(values[0])} {unit}"
    return " / ".join(number(one) for one in (min(values), statistics.median(values), max(values))) + f" {unit}"


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def goal(name, reached, wanted, unit):
    """A line that holds a measurement against what is to be reached."""
    word = "reached" if reached <= wanted else "NOT REACHED"
    print(f"  {name:<64}{number(reached):>9} {unit:<3} of {number(wanted):>6} {unit:<3} {word}")
