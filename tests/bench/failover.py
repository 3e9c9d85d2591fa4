"""How fast a failure becomes a withdrawal, side by side with ExaBGP's healthcheck in the same rounds.

Both speakers fetch the page through the proxy at the same interval, fast interval, rise and fall. The web server behind
it is killed at a random moment of the interval. With --event it is the proxy that is killed, and vipgate has a probe
that the kernel tells of it.
"""

import argparse
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

from lab.lab import Lab  # noqa: E402
from lab.process import resident_kilobytes  # noqa: E402
from lab.system import require_root  # noqa: E402
from measure.duel import COUNT, FAST, INTERVAL, PREFIX, VIP, Duel, Failover, milliseconds  # noqa: E402
from measure.table import Table, goal  # noqa: E402

EVENTS = {
    "tcp, hold-open": f"tcp {{ target {VIP}:80; hold-open true; }}",
    "process": "process { pidfile {pidfile}; }",
    "haproxy": "haproxy { socket {socket}; backend http_back; }",
}


def backend_killed(rounds):
    with Lab() as lab:
        duel = Duel(lab)
        return Failover(duel, lambda: duel.web.kill(), duel.start_web).measure(rounds)


def proxy_killed(probe, rounds):
    with Lab() as lab:
        duel = Duel(lab, probe=probe)
        return Failover(duel, lambda: duel.haproxy.process.kill(), duel.start_haproxy).measure(rounds)


def start_until_announced(rounds):
    """Milliseconds from starting the daemons until the UPDATE, rise 1, for both; theirs with few rounds."""
    ours, theirs = [], []
    for number in range(rounds):
        with Lab() as lab:
            duel = Duel(lab, rise=1)
            ours.append(announced_after(duel.our_peer, duel.gate.start))
            if number < 3:
                theirs.append(announced_after(duel.their_peer, duel.start_theirs))
    return ours, theirs


def announced_after(peer, start):
    began = time.monotonic()
    start()
    return milliseconds(peer.establish().wait_route(PREFIX, deadline=30).time - began)


def resident(settle=3):
    """Megabytes of each side's processes with one neighbor and two checks, idle."""
    with Lab() as lab:
        duel = Duel(lab, rise=1, checks=2)
        duel.gate.start()
        others = set(duel.host.pids())
        duel.start_theirs(checks=2)
        for peer in (duel.our_peer, duel.their_peer):
            peer.establish().wait_route(PREFIX)
        time.sleep(settle)
        ours = [process.pid for process in duel.gate.processes()]
        theirs = set(duel.host.pids()) - others
        return [megabytes(ours)], [megabytes(theirs)]


def megabytes(pids):
    return sum(map(resident_kilobytes, pids)) / 1024


def title(rounds, what):
    return (f"min / median / max of {rounds} rounds; {what}; interval {INTERVAL:g} s, fast interval {FAST:g} s, rise "
            f"and fall {COUNT}")


def bench_events(rounds):
    table = Table(title(rounds, "the proxy killed with SIGKILL until the withdrawal"), "vipgate", "ExaBGP")
    medians = {}
    for name, probe in EVENTS.items():
        failover = proxy_killed(probe, rounds)
        table.row(name, failover.our_failures, failover.their_failures, "ms")
        medians[name] = statistics.median(failover.our_failures)
    print()
    for name, median in medians.items():
        goal(f"{name}, median", median, 3, "ms")


def bench_intervals(rounds):
    table = Table(title(rounds, "HTTP through HAProxy"), "vipgate", "ExaBGP")
    failover = backend_killed(rounds)
    table.row("backend killed until withdrawal", failover.our_failures, failover.their_failures, "ms")
    table.row("verdict until wire", failover.our_wires, failover.their_wires, "ms")
    starts, their_starts = start_until_announced(rounds)
    table.row("start until announced, rise 1", starts, their_starts, "ms")
    memory, their_memory = resident()
    table.row("resident, one neighbor, two checks", memory, their_memory, "MB")
    print()
    goal("worst withdrawal, by the intervals alone and 5 ms", max(failover.our_failures),
         milliseconds(INTERVAL + (COUNT - 1) * FAST) + 5, "ms")
    goal("verdict until wire, median", statistics.median(failover.our_wires), 1, "ms")
    goal("start until announced, worst", max(starts), 250, "ms")
    goal("both daemons resident", memory[0], 20, "MB")


def main():
    parser = argparse.ArgumentParser(prog="tools/bench failover", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--event", action="store_true", help="the proxy is killed, and the kernel tells of it")
    options = parser.parse_args()
    require_root()
    (bench_events if options.event else bench_intervals)(options.rounds)


if __name__ == "__main__":
    main()
