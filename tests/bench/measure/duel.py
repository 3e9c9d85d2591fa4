"""One host with HAProxy, a web server behind it, vipgate and ExaBGP, each speaker with a neighbor of its own; and
rounds in which something in it is killed, one kill measured for both."""

import datetime
import os
import random
import sys
import time

from lab import web
from lab.bgp_peer import Peer
from lab.exabgp import Exabgp
from lab.haproxy import Haproxy
from lab.system import wait_for
from lab.vipgate import Vipgate

INTERVAL, FAST, COUNT = 1.0, 0.2, 3
VIP, PREFIX = "203.0.113.9", "203.0.113.9/32"
OURS, THEIRS = "198.51.100.70", "198.51.100.71"
OUR_NEIGHBOR, THEIR_NEIGHBOR = "198.51.100.4", "198.51.100.5"
WEB = "127.0.0.1"
RELAY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "relay.py")

CONFIG = """
bgp {{ local-as 65010; router-id {ours}; listen {{ enabled false; }}
    neighbor {neighbor} {{ peer-as 65515; local-address {ours}; }} }}
{checks}
vip {prefix} {{ gate {{ check [ {gate} ]; }} address {{ manage false; }} }}
"""
CHECK = "check {name} {{ {probe} interval {interval:.0f}ms; fast-interval {fast:.0f}ms; rise {rise}; fall {fall}; }}\n"
HTTP = f'http {{ url "http://{VIP}/"; }}'


def milliseconds(seconds):
    return seconds * 1000


class Duel:
    """The host and what is in it. RISE and FALL are for both speakers; PROBE is ours, where {socket} and {pidfile} are
    HAProxy's. Theirs fetches the page through the proxy, whatever ours does."""

    def __init__(self, lab, rise=COUNT, fall=COUNT, probe=HTTP, checks=1):
        self.lab, self.rise, self.fall = lab, rise, fall
        addresses = (f"{VIP}/32", *(f"{one}/32" for one in (OURS, THEIRS, OUR_NEIGHBOR, THEIR_NEIGHBOR)))
        self.host = lab.host("host", *addresses)
        self.haproxy = Haproxy(lab, self.host, "haproxy", {"web": f"{WEB}:8080"})
        self.web = None
        self.start_web()
        self.our_peer = Peer(lab, self.host, OUR_NEIGHBOR)
        self.their_peer = Peer(lab, self.host, THEIR_NEIGHBOR)
        names = [f"web{number}" for number in range(checks)]
        probe = probe.replace("{socket}", self.haproxy.socket).replace("{pidfile}", self.haproxy.pidfile)
        text = "".join(CHECK.format(name=name, probe=probe, interval=milliseconds(INTERVAL), fast=milliseconds(FAST),
                                    rise=rise, fall=fall) for name in names)
        self.gate = Vipgate(lab, self.host, CONFIG.format(ours=OURS, neighbor=OUR_NEIGHBOR, checks=text, prefix=PREFIX,
                                                          gate=" ".join(names)))

    def start_web(self):
        self.web = web.start(self.lab, self.host, "web", WEB, "page", port=8080)
        wait_for(self.serves, "the web server behind the proxy")

    def start_haproxy(self):
        self.haproxy.start()
        wait_for(self.serves, "the proxy")

    def serves(self):
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
    """Rounds of kill and recovery; the results are lists of milliseconds. KILL and RECOVER are functions."""

    def __init__(self, duel, kill, recover):
        self.duel, self.kill, self.recover = duel, kill, recover
        self.notes = duel.lab.path("exabgp.notes")
        duel.start_theirs(relay=(sys.executable, "-B", RELAY, self.notes))
        duel.gate.start()
        self.ours, self.theirs = duel.our_peer.establish(), duel.their_peer.establish()
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
            self.recover()
            self.wait_announced()
            print(f"\r  round {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        print("\r" + " " * 30 + "\r", end="", file=sys.stderr)
        return self

    def wait_announced(self):
        for session in (self.ours, self.theirs):
            session.wait_route(PREFIX, deadline=30)

    @staticmethod
    def withdrawn(session):
        """When the newest withdrawal came."""
        session.wait_gone(PREFIX, deadline=30)
        return max(update.time for update in session.updates() if PREFIX in update.withdrawn)

    def our_verdict(self):
        """The check's newest change to down, by healthd's own event, on the monotonic clock."""
        times = [real_time(event["time"]) for event in self.duel.gate.events(kind="check", to="down")
                 if event["daemon"].endswith("healthd")]
        return max(times) - (time.time() - time.monotonic())

    def their_verdict(self):
        """When the healthcheck last said withdraw."""
        with open(self.notes) as notes:
            return max(float(line.split()[0]) for line in notes if "withdraw" in line)


def real_time(text):
    """An event's time, in seconds since 1970."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
