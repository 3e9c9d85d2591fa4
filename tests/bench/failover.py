"""How fast a failure becomes a withdrawal, side by side with ExaBGP's healthcheck in the same rounds.

One host has HAProxy, a web server behind it, vipgate and ExaBGP; each speaker has a neighbour of its own, and both
fetch the page through the proxy at the same interval, fast interval, rise and fall. The web server is killed at a
random moment of the interval; one kill is measured for both. With --event it is the proxy that is killed, and vipgate
is told by the kernel: tcp with hold-open, or the proxy's own socket.
"""

import argparse
import datetime
import os
import random
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

from lab import web  # noqa: E402
from lab.bgp_peer import Peer  # noqa: E402
from lab.exabgp import Exabgp  # noqa: E402
from lab.haproxy import Haproxy  # noqa: E402
from lab.lab import Lab  # noqa: E402
from lab.process import resident_kilobytes  # noqa: E402
from lab.system import require_root, wait_for  # noqa: E402
from lab.vipgate import Vipgate  # noqa: E402
from measure.table import Table, goal  # noqa: E402

INTERVAL, FAST, COUNT = 1.0, 0.2, 3
VIP, PREFIX = "203.0.113.9", "203.0.113.9/32"
OURS, THEIRS = "198.51.100.70", "198.51.100.71"
OUR_NEIGHBOR, THEIR_NEIGHBOR = "198.51.100.4", "198.51.100.5"
WEB = "127.0.0.1"

CONFIG = """
bgp {{ local-as 65010; router-id {ours}; listen {{ enabled false; }}
    neighbor {neighbor} {{ peer-as 65515; local-address {ours}; }} }}
{checks}
vip {prefix} {{ gate {{ check [ {gate} ]; }} address {{ manage false; }} }}
"""
CHECK = "check {name} {{ {probe} interval {interval:.0f}ms; fast-interval {fast:.0f}ms; " \
        "rise {rise}; fall {fall}; }}\n"


# Whoever learns of the proxy's death from the kernel. Not waited for: interval, fast interval, fall.
EVENT_CHECKS = {
    "tcp, hold-open": "tcp {{ target {vip}:80; hold-open true; }}",
    "haproxy": "haproxy {{ socket {socket}; backend http_back; }}",
}


def milliseconds(seconds):
    return seconds * 1000


def real_time(text):
    """An event's time, in seconds since 1970."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Bench:
    """The host and what is in it. RISE and FALL are for both speakers."""

    def __init__(self, lab, rise, fall, checks=1, probe="http {{ url \"http://{vip}/\"; }}"):
        self.lab, self.rise, self.fall = lab, rise, fall
        addresses = (f"{VIP}/32", *(f"{one}/32" for one in (OURS, THEIRS, OUR_NEIGHBOR, THEIR_NEIGHBOR)))
        self.host = lab.host("host", *addresses)
        self.haproxy = Haproxy(lab, self.host, "haproxy", {"web": f"{WEB}:8080"})
        self.start_web()
        self.our_peer = Peer(lab, self.host, OUR_NEIGHBOR)
        self.their_peer = Peer(lab, self.host, THEIR_NEIGHBOR)
        names = [f"web{number}" for number in range(checks)]
        probe = probe.format(vip=VIP, socket=self.haproxy.socket)
        text = "".join(CHECK.format(name=name, probe=probe, interval=milliseconds(INTERVAL), fast=milliseconds(FAST),
                                    rise=rise, fall=fall) for name in names)
        self.gate = Vipgate(lab, self.host, CONFIG.format(ours=OURS, neighbor=OUR_NEIGHBOR, checks=text, prefix=PREFIX,
                                                          gate=" ".join(names)))

    def start_web(self):
        self.web = web.start(self.lab, self.host, "web", WEB, "page", port=8080)
        wait_for(self.web_serves, "the web server behind the proxy")

    def web_serves(self):
        try:
            self.host.run("curl", "-sf", "-m", "1", f"http://{VIP}/")
            return True
        except Exception:
            return False

    def start_theirs(self, relay=(), checks=1):
        return Exabgp(self.lab, self.host, "exabgp", THEIRS, 65010, {THEIR_NEIGHBOR: 65515}, VIP,
                      f"curl -sf -m 1 http://{VIP}/", f"{INTERVAL:g}", f"{FAST:g}", self.rise, self.fall, relay=relay,
                      checks=checks)


class Failover:
    """Rounds of kill and recovery; the results are lists of milliseconds."""

    def __init__(self, bench):
        self.bench = bench
        self.notes = bench.lab.path("exabgp.notes")
        bench.start_theirs(relay=(sys.executable, "-B", os.path.join(HERE, "measure", "relay.py"), self.notes))
        bench.gate.start()
        self.ours, self.theirs = bench.our_peer.establish(), bench.their_peer.establish()
        self.our_failures, self.their_failures, self.our_wires, self.their_wires = [], [], [], []

    def measure(self, rounds):
        self.wait_announced()
        for number in range(rounds):
            time.sleep(1 + random.uniform(0, INTERVAL))
            killed = time.monotonic()
            self.kill()
            ours, theirs = self.withdrawn(self.ours), self.withdrawn(self.theirs)
            self.our_failures.append(milliseconds(ours - killed))
            self.their_failures.append(milliseconds(theirs - killed))
            self.our_wires.append(milliseconds(ours - self.our_verdict()))
            self.their_wires.append(milliseconds(theirs - self.their_verdict()))
            self.revive()
            self.wait_announced()
            print(f"\r  round {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        print("\r" + " " * 30 + "\r", end="", file=sys.stderr)

    def kill(self):
        self.bench.web.kill()

    def revive(self):
        self.bench.start_web()

    def wait_announced(self):
        for session in (self.ours, self.theirs):
            session.wait_route(PREFIX, deadline=30)

    def withdrawn(self, session):
        """When the newest withdrawal came."""
        session.wait_gone(PREFIX, deadline=30)
        return max(update.time for update in session.updates() if PREFIX in update.withdrawn)

    def our_verdict(self):
        """The check's newest change to down, by healthd's own event, on the monotonic clock."""
        times = [real_time(event["time"]) for event in self.bench.gate.events(kind="check", to="down")
                 if event["daemon"].endswith("healthd")]
        return max(times) - (time.time() - time.monotonic())

    def their_verdict(self):
        """When the healthcheck last said withdraw."""
        with open(self.notes) as notes:
            return max(float(line.split()[0]) for line in notes if "withdraw" in line)


class ProxyDeath(Failover):
    """The same, with HAProxy itself killed."""

    def kill(self):
        self.bench.haproxy.process.kill()

    def revive(self):
        self.bench.haproxy.start()


def measure_events(rounds):
    """Kills the proxy under each check that is told of it; the medians of ours by the check's name."""
    medians = {}
    for name, probe in EVENT_CHECKS.items():
        table = Table(f"min / median / max of {rounds} rounds; HAProxy killed with SIGKILL; check {name}", "vipgate",
                      "ExaBGP")
        with Lab() as lab:
            failover = ProxyDeath(Bench(lab, COUNT, COUNT, probe=probe))
            failover.measure(rounds)
        table.row("proxy killed until withdrawal", failover.our_failures, failover.their_failures, "ms")
        medians[name] = statistics.median(failover.our_failures)
    print()
    for name, median in medians.items():
        goal(f"proxy killed until withdrawal, median, check {name}", median, 3, "ms")


def start_until_announced(rounds):
    """Milliseconds from starting the daemons until the UPDATE, rise 1, for both; theirs with one round."""
    ours, theirs = [], []
    for number in range(rounds):
        with Lab() as lab:
            bench = Bench(lab, rise=1, fall=COUNT)
            ours.append(announced_after(bench.our_peer, bench.gate.start))
            if number < 3:
                theirs.append(announced_after(bench.their_peer, bench.start_theirs))
    return ours, theirs


def announced_after(peer, start):
    began = time.monotonic()
    start()
    return milliseconds(peer.establish().wait_route(PREFIX, deadline=30).time - began)


def resident(settle=3):
    """Megabytes of each side's processes with one neighbour and two checks, idle."""
    with Lab() as lab:
        bench = Bench(lab, rise=1, fall=COUNT, checks=2)
        bench.gate.start()
        others = set(bench.host.pids())
        bench.start_theirs(checks=2)
        for peer in (bench.our_peer, bench.their_peer):
            peer.establish().wait_route(PREFIX)
        time.sleep(settle)
        ours = [process.pid for process in bench.gate.processes()]
        theirs = set(bench.host.pids()) - others
        return [megabytes(ours)], [megabytes(theirs)]


def megabytes(pids):
    return sum(map(resident_kilobytes, pids)) / 1024


def main():
    parser = argparse.ArgumentParser(prog="tools/bench failover", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--event", action="store_true", help="kill the proxy, not the backend")
    options = parser.parse_args()
    rounds = options.rounds
    require_root()
    if options.event:
        measure_events(rounds)
        return
    table = Table(f"min / median / max of {rounds} rounds; HTTP through HAProxy; interval {INTERVAL:g} s, "
                  f"fast interval {FAST:g} s, rise and fall {COUNT}", "vipgate", "ExaBGP")
    with Lab() as lab:
        failover = Failover(Bench(lab, COUNT, COUNT))
        failover.measure(rounds)
    table.row("backend killed until withdrawal", failover.our_failures, failover.their_failures, "ms")
    table.row("verdict until wire", failover.our_wires, failover.their_wires, "ms")
    starts, their_starts = start_until_announced(rounds)
    table.row("start until announced, rise 1", starts, their_starts, "ms")
    memory, their_memory = resident()
    table.row("resident, one neighbour, two checks", memory, their_memory, "MB")
    print()
    goal("worst withdrawal, by the intervals alone and 5 ms", max(failover.our_failures),
         milliseconds(INTERVAL + (COUNT - 1) * FAST) + 5, "ms")
    goal("verdict until wire, median", statistics.median(failover.our_wires), 1, "ms")
    goal("start until announced, worst", max(starts), 250, "ms")
    goal("both daemons resident", memory[0], 20, "MB")


if __name__ == "__main__":
    main()
