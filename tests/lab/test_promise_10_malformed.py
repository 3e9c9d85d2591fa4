"""Promise 10: a malformed UPDATE is handled by RFC 7606, counted and shown.

First a good route, then its prefix again in the malformed UPDATE: treat-as-withdraw takes the route away, attribute
discard leaves it without the attribute, and only what cannot be told apart costs the session.
"""

import ipaddress

from lab import bgp_message as bgp
from lab.case import LOCAL, NEIGHBOR, VIP, LabCase, gated_vip, main, speaker
from lab.system import wait_for

PREFIX = "192.0.2.0/24"
ORIGIN = bgp.attribute(bgp.ORIGIN, b"\0")
PATH = bgp.attribute(bgp.AS_PATH, b"\2\1" + (65515).to_bytes(4, "big"))
HOP = bgp.attribute(bgp.NEXT_HOP, ipaddress.IPv4Address(NEIGHBOR).packed)
ATOMIC_AGGREGATE, AGGREGATOR, ORIGINATOR, CLUSTER, EXTENDED, AS4_PATH = 6, 7, 9, 10, 16, 17


def path(*octets):
    return bgp.attribute(bgp.AS_PATH, bytes(octets))


def optional(code, size, flags=0xc0):
    return bgp.attribute(code, b"\1" * size, flags)


def more(*attributes):
    return ORIGIN + PATH + HOP + b"".join(attributes)


# (what is wrong, section of RFC 7606 or the other RFC, attributes)
WITHDRAW = (
    ("ORIGIN of 2 octets", "7.1", bgp.attribute(bgp.ORIGIN, b"\0\0") + PATH + HOP),
    ("ORIGIN of an unknown value", "7.1", bgp.attribute(bgp.ORIGIN, b"\3") + PATH + HOP),
    ("ORIGIN that is optional by its flags", "3c", bgp.attribute(bgp.ORIGIN, b"\0", 0xc0) + PATH + HOP),
    ("AS_PATH segment that is longer than the attribute", "7.2", ORIGIN + path(2, 2, 0, 0, 255, 235) + HOP),
    ("AS_PATH segment without an AS", "7.2", ORIGIN + path(2, 0) + HOP),
    ("AS_PATH segment of an unknown type", "7.2", ORIGIN + path(9, 1, 0, 0, 255, 235) + HOP),
    ("AS_PATH with one octet left over", "7.2", ORIGIN + path(2, 1, 0, 0, 255, 235, 2) + HOP),
    ("AS 0 in AS_PATH", "RFC 7607", ORIGIN + path(2, 1, 0, 0, 0, 0) + HOP),
    ("NEXT_HOP of 3 octets", "7.3", ORIGIN + PATH + bgp.attribute(bgp.NEXT_HOP, b"\1\2\3")),
    ("NEXT_HOP that is loopback", "RFC 4271 6.3", ORIGIN + PATH + bgp.attribute(bgp.NEXT_HOP, b"\x7f\0\0\1")),
    ("NEXT_HOP that is our own address", "RFC 4271 6.3",
     ORIGIN + PATH + bgp.attribute(bgp.NEXT_HOP, ipaddress.IPv4Address(LOCAL).packed)),
    ("BGP-LS attribute that claims to be well-known", "3c", more(optional(29, 1, 0x40))),
    ("MED of 3 octets", "7.4", more(optional(bgp.MED, 3, 0x80))),
    ("COMMUNITIES of 6 octets", "7.8", more(optional(bgp.COMMUNITIES, 6))),
    ("COMMUNITIES of no octets", "7.8", more(optional(bgp.COMMUNITIES, 0))),
    ("Extended communities of 9 octets", "7.14", more(optional(EXTENDED, 9))),
    ("Large communities of 13 octets", "RFC 8092 6", more(optional(bgp.LARGE_COMMUNITIES, 13))),
    ("no ORIGIN", "3d", PATH + HOP),
    ("no AS_PATH", "3d", ORIGIN + HOP),
    ("no NEXT_HOP", "3d", ORIGIN + PATH),
    ("an attribute that is longer than what is left", "4", more(b"\x80\x04\x20\0\0\0\1")),
    ("an attribute header cut off", "4", more(b"\x80")),
)
DISCARD = (
    ("ATOMIC_AGGREGATE of 1 octet", "7.6", more(optional(ATOMIC_AGGREGATE, 1, 0x40))),
    ("AGGREGATOR of 5 octets", "7.7", more(optional(AGGREGATOR, 5))),
    ("LOCAL_PREF from another AS", "7.5", more(optional(bgp.LOCAL_PREF, 3, 0x40))),
    ("ORIGINATOR_ID from another AS", "7.9", more(optional(ORIGINATOR, 3, 0x80))),
    ("CLUSTER_LIST from another AS", "7.10", more(optional(CLUSTER, 3, 0x80))),
    ("AS4_PATH from a neighbor with 4-octet ASs", "RFC 6793 6", more(optional(AS4_PATH, 6))),
    ("a second MED", "3g", more(bgp.attribute(bgp.MED, b"\0\0\0\1", 0x80), bgp.attribute(bgp.MED, b"\0\0\0\2", 0x80))),
)
# Not what RFC 7606 calls malformed attributes: where the prefixes are can't be told (sections 3a, 3g and 5).
RESET = (
    ("withdrawn routes that are longer than the message", "3a", b"\0\x40\0\0"),
    ("attributes that are longer than the message", "3b", b"\0\0\0\x40"),
    ("a prefix of 33 bits", "5.3", b"\0\0" + len(more()).to_bytes(2, "big") + more() + b"\x21\1\2\3\4\5"),
    ("a withdrawn prefix of 33 bits", "5.3", b"\0\6\x21\1\2\3\4\5\0\0"),
    ("two MP_REACH_NLRI", "3g", None),
)


def two_reaches():
    reach = bgp.attribute(bgp.MP_REACH, b"\0\2\1\x10" + ipaddress.IPv6Address("2001:db8::1").packed + b"\0\x20\x20\1\x0d\xb8",
                          0x80)
    attributes = ORIGIN + PATH + reach + reach
    return b"\0\0" + len(attributes).to_bytes(2, "big") + attributes


class Malformed(LabCase):
    def setUp(self):
        super().setUp()
        self.bad = self.peer(capabilities=bgp.usual_capabilities(65515, (bgp.IPV4_UNICAST, bgp.IPV6_UNICAST)))
        self.gate = self.vipgate(speaker(options="family [ ipv4-unicast ipv6-unicast ];"), gated_vip())
        self.gate.start()
        self.session = self.bad.establish()
        self.session.wait_route(VIP)

    def shown(self):
        return self.gate.neighbor(NEIGHBOR)

    def route(self):
        found = self.gate.state("show", "received-routes", "neighbor", NEIGHBOR).get("received-route", [])
        return next((one for one in found if one["prefix"] == PREFIX), None)

    def say(self, attributes):
        """The prefix with good attributes, then with ATTRIBUTES; returns when the second was counted as malformed."""
        before = self.shown()["updates-malformed"]
        self.session.send(bgp.update([PREFIX], more()))
        wait_for(self.route, "the good route")
        self.session.send(bgp.update([PREFIX], attributes))
        wait_for(lambda: self.shown()["updates-malformed"] == before + 1, "the UPDATE to be counted")

    def test_treated_as_withdrawn(self):
        for what, section, attributes in WITHDRAW:
            with self.subTest(what, section=section):
                self.say(attributes)
                self.assertIsNone(self.route())
                self.assertIsNone(self.session.closed)
        self.assertEqual(1, self.shown()["transitions"])

    def test_the_attribute_is_discarded(self):
        for what, section, attributes in DISCARD:
            with self.subTest(what, section=section):
                self.say(attributes)
                self.assertIsNotNone(self.route())
                self.assertIsNone(self.session.closed)
        self.assertEqual(1, self.route()["med"], "the first of two counts")
        self.assertEqual(1, self.shown()["transitions"])

    def test_the_session_is_reset(self):
        for what, section, body in RESET:
            with self.subTest(what, section=section):
                self.session.send(bgp.message(bgp.UPDATE, body or two_reaches()))
                self.assertEqual(3, self.session.wait_notification()[0])
                wait_for(lambda: self.shown().get("last-error", {}).get("code") == 3, "the error to be shown")
                self.session = self.bad.establish()
                self.session.wait_route(VIP)

    def test_it_is_shown_and_logged(self):
        """An operator sees how many there were, and the log says what was wrong with one."""
        self.say(dict((what, attributes) for what, _, attributes in WITHDRAW)["ORIGIN of an unknown value"])
        page = self.gate.done("show", "neighbor", NEIGHBOR)
        self.assertRegex(page, r"(?i)malformed\D*1")
        lines = [line for line in self.gate.bgpd.output().splitlines() if NEIGHBOR in line and "ORIGIN" in line]
        self.assertEqual(1, len(lines), lines)
        self.assertIn(PREFIX, lines[0])

    def test_a_reset_is_logged_once(self):
        """What was wrong with the UPDATE stands where the end of the session does."""
        self.session.send(bgp.message(bgp.UPDATE, two_reaches()))
        self.session.wait_closed()
        wait_for(lambda: self.gate.events(kind="session", **{"from": "established"}), "the event")
        said = self.gate.bgpd.output().splitlines()
        lines = [line for line in said if NEIGHBOR in line and ("UPDATE" in line or "MP_REACH_NLRI" in line)]
        self.assertEqual(1, len(lines), lines)
        self.assertRegex(lines[0], "established -> idle: sent UPDATE Message Error/.*MP_REACH_NLRI: appears twice")

    def test_a_loop_is_no_error(self):
        """Our own AS in the path: counted apart, not kept."""
        self.session.send(bgp.update([PREFIX], bgp.usual_attributes([65515, 65010], NEIGHBOR)))
        wait_for(lambda: self.shown()["prefixes"]["looped"] == 1, "the loop to be counted")
        self.assertEqual(0, self.shown()["updates-malformed"])
        self.assertIsNone(self.route())
        self.assertEqual(LOCAL, self.session.sock.getpeername()[0])


if __name__ == "__main__":
    main()
