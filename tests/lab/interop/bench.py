"""Two hosts on one cable: vipgate on one, the other implementation on the other, and between them one session for each
thing that needs a session of its own. All tests of an implementation share it, so that it is started once."""

import time
import unittest

from lab import namespace
from lab.case import SANITIZER_WORDS, gated_vip, tcp_check
from lab.lab import Lab
from lab.system import wait_for
from lab.target import TcpTarget
from lab.vipgate import Vipgate

from .link import IPV4, IPV6, Link, Route

OUR_AS, THEIR_AS = 65010, 65515
WIDE_AS, THEIR_WIDE_AS = 4200000001, 4200000002
# Gated, with every attribute a profile can give; and one with none, always announced.
VIP, VIP6, PLAIN_VIP = "203.0.113.9/32", "2001:db8:9::9/128", "203.0.113.10/32"
COMMUNITIES = frozenset({"65010:666", "65010:667"})
LARGE_COMMUNITIES = frozenset({"65010:1:2", "4200000001:4294967295:0"})
EXTENDED_COMMUNITIES = frozenset({"rt 65010:1"})
PROFILE = f"""profile full {{
    as-path-prepend 2; med {{med}}; origin egp; local-preference 50; community [ {' '.join(sorted(COMMUNITIES))} ];
    large-community [ {' '.join(sorted(LARGE_COMMUNITIES))} ]; extended-community [ "rt 65010:1" ];
}}
"""
MED = 77


def ours(number):
    return f"198.51.100.{70 + number}"


def theirs(number):
    return f"198.51.100.{4 + number}"


CABLE = "cable"
OURS6, THEIRS6 = "2001:db8:1::70", "2001:db8:1::4"


def _link(name, number, **options):
    return Link(name, ours(number), theirs(number), OUR_AS, THEIR_AS, **options)


# Sessions that stay up. A name is what a feature calls it.
LASTING = (
    _link("outward", 0, families=(IPV4, IPV6)),
    _link("inward", 1, passive="ours"),
    _link("brief", 14, hold_time=3),
    _link("both", 2, passive=None),
    _link("key", 3, password="a-secret-of-two"),
    _link("key_inward", 4, password="another-secret", passive="ours"),
    _link("near", 5, ttl_security=True),
    _link("graceful", 7, graceful_restart=True, families=(IPV4, IPV6)),
    _link("role", 8, role="customer"),
    Link("six", OURS6, THEIRS6, OUR_AS, THEIR_AS, families=(IPV4, IPV6), extended_next_hop=True),
)
# Sessions that must not come up, or not stay.
REFUSED = (
    _link("wrong_key", 9, password="what-vipgate-has", wrong_password="what-it-has"),
    _link("wrong_as", 10, expected_as=65514),
    _link("wrong_role", 11, role="customer", wrong_role="peer"),
    _link("their_limit", 12, their_maximum=1),
    _link("our_limit", 13, families=(IPV4, IPV6), our_maximum=1),
)
# vipgate's own AS has four octets; for a neighbor without that capability it is AS_TRANS.
WIDE = (Link("wide", ours(0), theirs(0), WIDE_AS, THEIR_WIDE_AS),)
NARROW = (Link("narrow", ours(0), theirs(0), WIDE_AS, THEIR_AS, four_octet_as=False),)
INTERNAL = (Link("internal", ours(0), theirs(0), OUR_AS, OUR_AS),)
# Alone, because OpenBGPD 7.7 does not live through it.
LINK_LOCAL = (Link("near_by", "fe80::70", "fe80::4", OUR_AS, THEIR_AS, scope=CABLE, families=(IPV6,)),)
BENCHES = {"main": LASTING + REFUSED, "wide": WIDE, "narrow": NARROW, "internal": INTERNAL, "link-local": LINK_LOCAL}
REFUSED_NAMES = {link.name for link in REFUSED}


class Bench:
    """Started by open(). A link that the implementation cannot configure is left out: the Lack of its feature says why."""

    def __init__(self, implementation, name):
        self.implementation = implementation
        self.links = {link.name: link for link in BENCHES[name] if link.name not in implementation.without_links}
        self.test = unittest.TestCase()
        self.lab = self.gate = None

    # -- from start to end

    def open(self):
        self.lab = Lab()
        here, there = self.lab.host("vipgate"), self.lab.host("other")
        namespace.connect(here, CABLE, there, CABLE)
        for link in self.links.values():
            length = 64 if link.six else 24
            here.address(f"{link.ours}/{length}", CABLE)
            there.address(f"{link.theirs}/{length}", CABLE)
        if not any(link.six for link in self.links.values()):
            here.address(f"{OURS6}/64", CABLE)
        self.target = TcpTarget(self.lab, here)
        self.peer = self.implementation(self.lab, there, list(self.links.values())).start()
        self.gate = Vipgate(self.lab, here, self.configuration())
        self.gate.start().wait_ready()

    def close(self):
        """Stops all and answers with what went wrong at that: statuses other than 0, words of a sanitizer."""
        statuses = self.gate.stop() if self.gate else {}
        self.lab.close()
        said = [f"{name}: {line}" for name, text in self.lab.logs.items() for line in text.splitlines()
                if any(word in line for word in SANITIZER_WORDS)]
        return said + [f"{name} ended with status {status}" for name, status in statuses.items() if status]

    def configuration(self, med=MED):
        first = next(iter(self.links.values()))
        neighbors = "".join(link.vipgate() for link in self.links.values())
        vips = [gated_vip("web", prefix=prefix, extra="profile full; address { manage false; }") for prefix in (VIP, VIP6)]
        return (f"bgp {{ local-as {first.our_as}; router-id 198.51.100.70;\n{neighbors}}}\n{PROFILE.replace('{med}', str(med))}"
                f"{tcp_check()}{''.join(vips)}{gated_vip(prefix=PLAIN_VIP, extra='address { manage false; }')}")

    # -- what a feature asks

    def address(self, name):
        """The other side's address as vipgate names it."""
        link = self.links[name]
        return link.scoped(link.theirs)

    def wait(self, condition, what, deadline=20.0):
        return wait_for(condition, f"{self.implementation.title}: {what}", deadline, pause=0.03)

    def neighbor(self, name):
        """What vipgate shows of the session."""
        return self.gate.neighbor(self.address(name))

    def up(self, *names):
        """Waits until both sides say that these sessions are up; what vipgate shows of the last."""
        waiting = {self.address(name): self.links[name] for name in names}
        hurried = time.monotonic()

        def all_up():
            nonlocal hurried
            shown = self.gate.state("show", "neighbors")["neighbor"]
            down = [one["remote-address"] for one in shown
                    if one["remote-address"] in waiting and one["session-state"] != "established"]
            if time.monotonic() > hurried + 1:
                hurried = time.monotonic()
                for address in down:
                    if waiting[address].passive == "ours":
                        self.peer.hurry(waiting[address])
            return not down
        self.wait(all_up, f"session {' '.join(names)} up at vipgate")
        for link in waiting.values():
            self.wait(lambda: self.peer.established(link), f"session {link.name} up at its side")
        return self.neighbor(names[-1])

    def all_up(self):
        """Waits for all sessions that should be up."""
        self.up(*(name for name in self.links if name not in REFUSED_NAMES | set(self.implementation.never_up)))

    def route(self, name, prefix, **wanted):
        """The route that the other side has, once it has it and it is as WANTED."""
        link = self.links[name]
        def found():
            route = self.peer.route(link, prefix)
            return route if route and all(getattr(route, key) == value for key, value in wanted.items()) else None
        try:
            return self.wait(found, f"{prefix} on session {name}")
        except AssertionError:
            self.test.assertEqual(wanted, vars(self.peer.route(link, prefix) or Route()))
            raise

    def gone(self, name, prefix):
        self.wait(lambda: self.peer.route(self.links[name], prefix) is None, f"{prefix} withdrawn on session {name}")

    def received(self, name, prefix):
        """The route to PREFIX that vipgate shows as received on this session, once it does."""
        def found():
            shown = self.gate.state("show", "received-routes", "neighbor", self.address(name)).get("received-route", [])
            return next((one for one in shown if one["prefix"] == prefix), None)
        return self.wait(found, f"{prefix} received on session {name}")

    def quiet(self, name):
        """Waits until no UPDATE has come on this session for a second: what was to come at its start has come."""
        last, since = None, time.monotonic()

        def no_more():
            nonlocal last, since
            now = self.neighbor(name)["messages"]["received"]["update"]
            if now != last:
                last, since = now, time.monotonic()
            return time.monotonic() > since + 1
        self.wait(no_more, f"session {name} to have said what it has")

    def error(self, name, code, subcode, direction=None):
        """What vipgate shows of the NOTIFICATION that ended the session, once it does."""
        def found():
            shown = self.neighbor(name)
            errors = [shown.get(key, {}) for key in ("last-error", "last-error-sent", "last-error-received")]
            return next((one for one in errors if (one.get("code"), one.get("subcode")) == (code, subcode)
                         and direction in (None, one["direction"])), None)
        return self.wait(found, f"NOTIFICATION {code}/{subcode} shown for session {name}; shown: {self.neighbor(name)}")
