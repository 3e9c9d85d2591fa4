"""How everything grows: from one VIP to 10,000, from 8 neighbors to 256, a million routes; BIRD beside it where it does the same.

Each row has its goal; without names all rows are measured, which takes about half an hour.
"""

import argparse
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

import failover  # noqa: E402
from lab.system import require_root  # noqa: E402
from measure.duel import milliseconds  # noqa: E402
from measure.flips import flips, flips_while_reloading  # noqa: E402
from measure.listing import list_routes  # noqa: E402
from measure.load import check_seconds  # noqa: E402
from measure.neighbors import cpu_until_announced  # noqa: E402
from measure.table import Table, goal  # noqa: E402

SIZES = (1, 10, 100, 1000, 10000)


def median(values):
    return statistics.median(values)


def row_vips(rounds):
    """One of so many VIPs flips: verdict until the neighbor has the withdrawal."""
    table = Table("one of so many VIPs flips: from the verdict until the neighbor has it", "vipgate", "BIRD")
    ours, theirs = {}, {}
    for size in SIZES:
        ours[size], theirs[size] = flips(size, 1, rounds)
        table.row(f"{size:,} VIPs", ours[size], theirs[size], "ms")
    print(f"\n  growth of vipgate: {growth(ours)}; of BIRD: {growth(theirs)}")
    goal("10,000 VIPs: at most twice one VIP, median", median(ours[10000]), 2 * median(ours[1]), "ms")
    for size in SIZES:
        goal(f"{size:,} VIPs: ahead of BIRD, median", median(ours[size]), median(theirs[size]), "ms")


def row_neighbors(rounds):
    """One of 1,000 VIPs flips: until the last of so many neighbors has it."""
    table = Table("one of 1,000 VIPs flips: from the verdict until the last neighbor has it", "vipgate", "BIRD")
    goals = []
    for count in (1, 8, 64, 256):
        ours, theirs = flips(1000, count, rounds)
        table.row(f"{count} neighbors", ours, theirs, "ms")
        goals.append((f"{count} neighbors: ahead of BIRD, median", median(ours), median(theirs), "ms"))
    print()
    for one in goals:
        goal(*one)


def row_load(rounds):
    """A file of so many VIPs, each with a check of its own, checked by the command line."""
    table = Table("a file of so many VIPs and checks: CPU of `config check`", "vipgate", "")
    ours = {}
    for size in (*SIZES, 50000):
        ours[size] = [milliseconds(check_seconds(size)) for _ in range(min(rounds, 5))]
        table.row(f"{size:,} VIPs and checks", ours[size], [], "ms")
    print(f"\n  growth: {growth(ours)}")
    goal("10,000 VIPs and checks, median", median(ours[10000]), 200, "ms")
    goal("50,000: five times as much, median", median(ours[50000]), 1000, "ms")


def row_sessions(rounds):
    """CPU until each of so many neighbors has one route."""
    table = Table("so many neighbors: CPU until each has one route", "vipgate", "BIRD")
    for count in (1, 10, 100, 1000):
        seen = [map(milliseconds, cpu_until_announced(count)) for _ in range(min(rounds, 5))]
        ours, theirs = zip(*seen)
        table.row(f"{count:,} neighbors", ours, theirs, "ms")
    print()
    goal("1,000 neighbors: at most BIRD's, median", median(ours), median(theirs), "ms")


def row_reload(rounds):
    """A verdict while a file of 15,000 VIPs and checks is reloaded, over and over."""
    table = Table("one of 15,000 VIPs flips while the file is reloaded", "vipgate", "")
    busy = flips_while_reloading(15000, 3 * rounds)
    table.row("verdict until the neighbor has it", busy, [], "ms")
    print()
    goal("at worst", max(busy), 5, "ms")


def row_listing(rounds):
    """A million routes received from a neighbor, listed by the command line."""
    ours, theirs = list_routes(1_000_000, min(rounds, 5))
    table = Table("1,000,000 received routes listed", "vipgate", "BIRD")
    table.row("show received-routes; show route all", ours, theirs, "s")
    print()
    goal("ahead of BIRD, median", median(ours), median(theirs), "s")


def row_start(rounds):
    """From starting both daemons until the neighbor has the UPDATE."""
    ours, theirs = failover.start_until_announced(rounds)
    table = Table("start until announced, rise 1", "vipgate", "ExaBGP")
    table.row("start until announced", ours, theirs, "ms")
    print()
    goal("median", median(ours), 10, "ms")
    goal("at worst", max(ours), 20, "ms")


def row_killed(rounds):
    """A target killed until the withdrawal, where the kernel tells of it."""
    seen = failover.proxy_killed(failover.EVENTS["tcp, hold-open"], rounds)
    table = Table("target killed until the neighbor has the withdrawal", "vipgate", "ExaBGP")
    table.row("tcp with hold-open", seen.our_failures, seen.their_failures, "ms")
    print()
    goal("median", median(seen.our_failures), 0.45, "ms")


def row_resident(_):
    """Both daemons at rest, one neighbor, two checks."""
    ours, theirs = failover.resident()
    table = Table("resident, at rest", "vipgate", "ExaBGP")
    table.row("both daemons", ours, theirs, "MB")
    print()
    goal("both daemons", ours[0], 10, "MB")


def growth(series):
    """The medians, each by that of the first size."""
    first = median(series[SIZES[0]])
    return ", ".join(f"{size:,}: {median(series[size]) / first:.1f}" for size in SIZES)


ROWS = {name[4:]: function for name, function in list(globals().items()) if name.startswith("row_")}


def main():
    parser = argparse.ArgumentParser(prog="tools/bench scale", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all unless named")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    for name in options.rows:
        if name not in ROWS:
            parser.error(f"there is no row '{name}'; expected one of {', '.join(ROWS)}")
    require_root()
    for name in options.rows or ROWS:
        ROWS[name](options.rounds)


if __name__ == "__main__":
    main()
