"""What a check costs, side by side with HAProxy doing the same number of them a second; then ten thousand at once.

One host has nginx and both contenders; each opens a new connection for every check. CPU time is the kernel's own
count for the process, over the same seconds. With ten thousand HTTP checks nginx notes when each request came: how
late it was after its predecessor and one interval. Then nginx is killed, and each check says since when it is down.
The same is noted of a thousand checks beside a thousand that time out and a thousand whose names nobody resolves.
"""

import argparse
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

from lab.lab import Lab  # noqa: E402
from lab.system import require_root  # noqa: E402
from measure.probe_host import PROBES, ProbeHost  # noqa: E402
from measure.scale import FALL, Scale, name_server, nameless, percentiles, silent  # noqa: E402
from measure.table import Table, goal  # noqa: E402


def compare(table, kind, count, rounds, seconds):
    """Rounds of both; the lists of microseconds a check."""
    with Lab() as lab:
        bench = ProbeHost(lab)
        contenders = [bench.ours(kind, count).healthd, bench.theirs(kind, count)]
        results = [bench.microseconds(contenders, count, seconds) for _ in range(rounds)]
    ours, theirs = [one for one, _ in results], [other for _, other in results]
    table.row(f"CPU for one {kind} check", ours, theirs, "us")
    return statistics.median(ours) / statistics.median(theirs)


def measure_scale(count, seconds):
    alone = Scale(count, seconds)
    print(f"\n{count} HTTP checks at 1 s: {alone.cost:.1f} us of CPU each, {alone.cost * count / 1e4:.0f} % of one "
          f"core; {alone.kilobytes:.1f} kB of memory each")
    print(f"  begun late: {percentiles(alone.late)}; down after the target's death: {percentiles(alone.down)}")
    beside = Scale(1000, seconds, lambda bench: silent(bench) + nameless(bench), name_server)
    print("1000 of them beside 1000 that time out at once and 1000 without an answer from their name server:")
    print(f"  begun late: {percentiles(beside.late)}; down after the target's death: {percentiles(beside.down)}\n")
    return alone, beside


def main():
    parser = argparse.ArgumentParser(prog="tools/bench probes", description=__doc__.splitlines()[0])
    parser.add_argument("--checks", type=int, default=1000)
    parser.add_argument("--many", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    require_root()
    table = Table(f"min / median / max of {options.rounds} rounds of {options.seconds:g} s; {options.checks} checks a "
                  "second, a new connection each, against nginx", "vipgate", "HAProxy")
    ratios = {kind: compare(table, kind, options.checks, options.rounds, options.seconds) for kind in PROBES}
    alone, beside = measure_scale(options.many, options.seconds)
    goal("CPU of a TCP check, against HAProxy's", ratios["TCP"], 1, "x")
    goal("CPU of an HTTP check, against HAProxy's", ratios["HTTP"], 1.5, "x")
    for name, scale in ((f"{options.many} checks", alone), ("beside those that hang", beside)):
        goal(f"{name}: the latest run", scale.late[-1], 50, "ms")
        goal(f"{name}: the latest verdict", scale.down[-1], 1000 * FALL + 50, "ms")


if __name__ == "__main__":
    main()
