"""Promise 9: no bytes from a neighbor crash bgpd, make it grow without bound, or disturb another neighbor's session.

NEIGHBOR does its worst while SECOND, the witness, has a session; a gate falls and rises, and the witness must hear of it.
"""

import contextlib
import random
import struct
import threading
import time

from lab import bgp_flood
from lab import bgp_message as bgp
from lab.case import LOCAL, NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.process import resident_kilobytes
from lab.system import wait_for
from lab.target import TcpTarget

# What the witness must not miss: long enough for a machine that is busy with other work.
HOLD = 30
EXTENDED_MESSAGE = 6
PREFIXES = 200_000
# Bounds of what bgpd may grow by. It is built with AddressSanitizer: allocations have guards around them, and freed memory
# stays in quarantine for a while. In earnest it is less: tools/bench ingest.
MEGABYTES_PER_100_000_ROUTES, MEGABYTES_FREED = 25, 64


class Hostile(LabCase):
    options = ""

    def setUp(self):
        super().setUp()
        self.target = TcpTarget(self.lab, self.host)
        self.bad, witness = self.peer(), self.peer(SECOND)
        self.gate = self.vipgate(speaker(NEIGHBOR, SECOND, options=self.options, hold=HOLD), tcp_check(), gated_vip("web"))
        self.gate.start()
        self.witness = witness.establish()
        self.witness.wait_route(VIP)
        self.started_with = self.megabytes()

    def megabytes(self):
        return resident_kilobytes(self.gate.bgpd.pid) / 1024

    def assert_undisturbed(self):
        """The gate falls and rises; the witness hears of both, and its session is the first it had."""
        for turn, heard in ((self.target.refuse, self.witness.wait_gone), (self.target.answer, self.witness.wait_route)):
            turn()
            heard(VIP)
        self.assert_alive()

    def assert_alive(self):
        self.assertTrue(self.gate.bgpd.running())
        self.assertIsNone(self.witness.closed)
        times = [one.time for one in self.witness.received] + [time.monotonic()]
        self.assertLess(max(later - earlier for earlier, later in zip(times, times[1:])), HOLD, "the hold time")

    def while_sending(self, session, data):
        """Sends DATA, and until it was read to the end the witness must not notice."""
        sender = threading.Thread(target=session.send, args=(data,), daemon=True)
        sender.start()
        while sender.is_alive():
            self.assert_undisturbed()
        self.assert_undisturbed()

    def prefixes(self):
        return self.gate.neighbor(NEIGHBOR)["prefixes"]


class Floods(Hostile):
    def test_many_prefixes_with_many_paths(self):
        """200,000 prefixes with 50,000 paths, and all of them taken back."""
        session = self.bad.establish()
        self.while_sending(session, bgp_flood.announcements(PREFIXES, 65515, NEIGHBOR))
        wait_for(lambda: self.prefixes()["received"] == PREFIXES, "every prefix to be counted", deadline=60)
        self.assertLess(self.megabytes() - self.started_with, MEGABYTES_PER_100_000_ROUTES * PREFIXES / 100_000)
        self.while_sending(session, bgp_flood.withdrawals(PREFIXES))
        wait_for(lambda: self.prefixes()["received"] == 0, "every prefix to be gone", deadline=60)
        self.assertIsNone(session.closed)

    def test_the_same_again_and_again(self):
        """What replaces what was there must not add to it."""
        session = self.bad.establish()
        again = bgp_flood.announcements(10_000, 65515, NEIGHBOR)
        for number in range(10):
            path = struct.pack("!I", 300000 + number)
            self.while_sending(session, again.replace(struct.pack("!I", 300000), path))
        wait_for(lambda: self.gate.neighbor(NEIGHBOR)["messages"]["received"]["update"] >= 25_000, "the UPDATEs to be read")
        self.assertEqual(10_000, self.prefixes()["received"])
        self.assertLess(self.megabytes() - self.started_with, MEGABYTES_FREED)

    def test_refreshes(self):
        """20,000 requests for all routes; the answers are read."""
        session = self.bad.establish()
        session.wait_route(VIP)
        self.while_sending(session, bgp.route_refresh() * 20_000)
        self.assertLess(self.megabytes() - self.started_with, MEGABYTES_FREED)

    def test_connections(self):
        """Hundreds of connections from the neighbor and from strangers, with and without an OPEN."""
        stranger = self.peer(LOCAL, listen=False)
        for number in range(300):
            for peer in (self.bad, stranger):
                with contextlib.suppress(OSError):
                    session = peer.connect(LOCAL)
                    if number % 2:
                        session.send_open()
                    if number % 3:
                        session.reset()
        self.assert_undisturbed()
        for session in self.bad.sessions + stranger.sessions:
            with contextlib.suppress(OSError):
                session.close()
        self.assert_undisturbed()

    def test_sessions_made_and_lost(self):
        """Session after session, each with routes, each ended in another way; nothing of them stays."""
        routes = bgp_flood.announcements(2_000, 65515, NEIGHBOR)
        for number in range(9):
            session = self.bad.establish()
            session.send(routes)
            wait_for(lambda: self.prefixes()["received"] == 2_000, "the routes")
            (session.reset, session.close, lambda: session.send(bgp.notification(6, 4)))[number % 3]()
            wait_for(lambda: self.gate.neighbor(NEIGHBOR)["session-state"] != "established", "the session to end")
            session.close()
            self.assert_alive()
        self.assertEqual(0, self.prefixes().get("received", 0))
        self.assertLess(self.megabytes() - self.started_with, MEGABYTES_FREED)


class Trickles(Hostile):
    def test_an_octet_at_a_time(self):
        session = self.bad.accept()
        for data in (bgp.open_message(**self.bad.open_fields()), bgp.keepalive(),
                     bgp.update(["192.0.2.0/24"], bgp.usual_attributes([65515], NEIGHBOR)), bgp.keepalive()):
            session.send_octets(data)
        wait_for(lambda: self.prefixes()["received"] == 1, "the route")
        self.assert_undisturbed()

    def test_an_open_that_never_ends(self):
        """A connection that says nothing, or half an OPEN, does not keep the neighbor's good one away."""
        mute, half = self.bad.connect(LOCAL), self.bad.accept()
        half.send(bgp.open_message(**self.bad.open_fields())[:20])
        self.assert_undisturbed()
        mute.close()
        half.close()
        self.bad.establish().wait_route(VIP)


class Garbage(Hostile):
    def setUp(self):
        super().setUp()
        self.random = random.Random(9)

    def octets(self, size):
        return self.random.randbytes(size)

    def test_instead_of_an_open(self):
        for size in (1, 19, 100, 5000, 100_000):
            session = self.bad.accept()
            session.send(self.octets(size))
            session.close()
        self.assert_undisturbed()

    def test_in_messages_of_every_kind(self):
        """Sound headers around nonsense, on an established session."""
        for number in range(24):
            session = self.bad.establish()
            session.send(bgp.message(number % 6, self.octets(self.random.randrange(200))))
            session.send(bgp.message(bgp.UPDATE, self.octets(self.random.randrange(4000))))
            session.close()
        self.assert_undisturbed()

    def test_good_messages_with_flipped_bits(self):
        good = bgp.update(["192.0.2.0/24", "192.0.2.128/25"],
                          bgp.usual_attributes([65515, 65001], NEIGHBOR) + bgp.attribute(bgp.MED, b"\0\0\0\1", 0x80) +
                          bgp.attribute(bgp.COMMUNITIES, b"\0\1\0\2\0\3\0\4", 0xc0) +
                          bgp.attribute(bgp.LARGE_COMMUNITIES, bytes(24), 0xc0))
        session = self.bad.establish()
        for _ in range(400):
            if session.closed:
                session = self.bad.establish()
            bad = bytearray(good)
            for _ in range(self.random.randrange(1, 5)):
                bad[self.random.randrange(bgp.HEADER_SIZE, len(bad))] ^= 1 << self.random.randrange(8)
            session.send(bytes(bad))
        self.assert_undisturbed()


class BigAttributes(Hostile):
    def big(self, room):
        """An UPDATE whose attributes fill ROOM octets: many communities and an unknown transitive attribute."""
        usual = bgp.usual_attributes([65515], NEIGHBOR)
        communities = struct.pack("!BBH", 0xd0, bgp.COMMUNITIES, room // 8 * 4) + b"\0\1\0\2" * (room // 8)
        unknown = room - len(usual) - len(communities) - 4
        return bgp.update(["192.0.2.0/24"], usual + communities + struct.pack("!BBH", 0xd0, 99, unknown) + bytes(unknown))

    def test_64_kilobytes(self):
        """RFC 8654: with extended messages an UPDATE has up to 65,535 octets."""
        session = self.bad.establish(capabilities=self.bad.capabilities + [bgp.capability(EXTENDED_MESSAGE)])
        session.send(self.big(65535 - bgp.HEADER_SIZE - 4 - 4))
        wait_for(lambda: self.prefixes()["received"] == 1, "the route")
        self.gate.done("show", "received-routes", "neighbor", NEIGHBOR)
        self.assertIsNone(session.closed)
        self.assert_undisturbed()

    def test_64_kilobytes_from_one_that_did_not_offer_them(self):
        """vipgate did, and so must take them (RFC 8654 section 4)."""
        session = self.bad.establish()
        session.send(self.big(65535 - bgp.HEADER_SIZE - 4 - 4))
        wait_for(lambda: self.prefixes()["received"] == 1, "the route")
        self.assertIsNone(session.closed)
        self.assert_undisturbed()

    def test_many_big_ones(self):
        """2,000 paths with attributes of 4 KB each, all for one prefix: only the last is kept."""
        session = self.bad.establish()
        big = self.big(4096 - bgp.HEADER_SIZE - 4 - 4)
        path = struct.pack("!I", 65515)
        many = b"".join(big.replace(b"\0\1\0\2" * 2, struct.pack("!II", number, number), 1) for number in range(2000))
        self.assertIn(path, many)
        self.while_sending(session, many)
        wait_for(lambda: self.gate.neighbor(NEIGHBOR)["messages"]["received"]["update"] == 2000, "the UPDATEs to be read")
        self.assertEqual(1, self.prefixes()["received"])
        self.assertLess(self.megabytes() - self.started_with, MEGABYTES_FREED)


class Limits(Hostile):
    options = "maximum-prefix 1000; import none;"

    def test_too_many_prefixes(self):
        """Cease/1 (RFC 4486) at the first that is too many, and nothing of them is kept."""
        session = self.bad.establish()
        self.while_sending(session, bgp_flood.announcements(PREFIXES, 65515, NEIGHBOR))
        self.assertEqual((6, 1), session.wait_notification()[:2])
        self.assertLess(self.megabytes() - self.started_with, MEGABYTES_FREED)


if __name__ == "__main__":
    main()
