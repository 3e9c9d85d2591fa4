"""Neighbors that say what they should not: one clear answer, nothing lost, nobody else disturbed."""

import struct

from lab import bgp_message as bgp
from lab.case import NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker
from lab.system import wait_for

OTHERS = [f"198.51.100.{number}" for number in range(10, 17)]
MESSAGE_ERROR, OPEN_ERROR, UPDATE_ERROR = 1, 2, 3
BAD_PEER_AS = 2


class BadPeer(LabCase):
    """NEIGHBOR and OTHERS misbehave, each once, for vipgate waits longer and longer for who cannot be talked to; SECOND
    has a session all the while, which must not notice."""

    def setUp(self):
        super().setUp()
        for address in OTHERS:
            self.host.address(f"{address}/32")
        good = self.peer(SECOND)
        self.bad = self.peer()
        self.others = [self.peer(address) for address in OTHERS]
        self.gate = self.vipgate(speaker(NEIGHBOR, SECOND, *OTHERS), gated_vip())
        self.gate.start()
        self.good = good.establish()
        self.good.wait_end_of_rib()

    def assert_harmless(self):
        """The daemon and the good neighbor's session are as they were."""
        self.good.quiet()
        self.assertTrue(self.gate.bgpd.running())
        self.assertIsNone(self.good.closed)
        self.assertEqual(["65010"], self.good.story(VIP))

    def shown_error(self, code):
        def shown():
            error = self.gate.neighbor(NEIGHBOR).get("last-error", {})
            return error if error.get("code") == code else None
        return wait_for(shown, f"an error {code} to be shown")

    def test_wrong_as(self):
        session = self.bad.accept()
        session.send_open(asn=65099, capabilities=bgp.usual_capabilities(65099))
        self.assertEqual((OPEN_ERROR, BAD_PEER_AS), session.wait_notification()[:2])
        session.wait_closed()
        error = self.shown_error(OPEN_ERROR)
        self.assertEqual(("sent", BAD_PEER_AS), (error["direction"], error["subcode"]))
        self.assertIn("65099", error["message"])
        self.assertRegex(self.gate.bgpd.output(), rf"{NEIGHBOR}.*65099")
        self.assert_harmless()

    def test_no_as4_capability(self):
        """RFC 6793: a session with a 2-octet speaker, paths of 2 octets an AS."""
        session = self.bad.establish(capabilities=[bgp.multiprotocol(bgp.IPV4_UNICAST)])
        self.assertEqual("65010", session.wait_route(VIP).as_path)
        self.assert_harmless()

    def test_no_capabilities_at_all(self):
        session = self.bad.establish(capabilities=[])
        self.assertEqual("65010", session.wait_route(VIP).as_path)
        self.assert_harmless()

    def test_not_bgp_at_all(self):
        session = self.bad.accept()
        session.send(b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
        self.assertEqual((MESSAGE_ERROR, 1), session.wait_notification()[:2])
        self.assert_harmless()

    def test_lengths_that_cannot_be(self):
        for size, peer in zip((0, 18, 4097, 65535), self.others):
            session = peer.accept()
            session.send(bgp.MARKER + struct.pack("!HB", size, bgp.OPEN))
            self.assertEqual((MESSAGE_ERROR, 2), session.wait_notification()[:2])
        self.assert_harmless()

    def test_open_cut_anywhere(self):
        """The connection ends within the OPEN: after none of it, inside the header, inside the body."""
        whole = bgp.open_message(**self.bad.open_fields())
        for size, peer in zip((0, 1, 18, 19, 25, len(whole) - 1), self.others):
            session = peer.accept()
            session.send(whole[:size])
            session.close()
        self.assert_harmless()
        self.bad.establish().wait_route(VIP)

    def test_open_whose_body_is_too_short(self):
        """A whole message whose header says no more than is there, cut at every octet of the body."""
        body = bgp.open_message(**self.bad.open_fields())[bgp.HEADER_SIZE:]
        for size, peer in zip((0, 1, 9, 10, 11, 14, len(body) - 1), self.others):
            session = peer.accept()
            session.send(bgp.message(bgp.OPEN, body[:size]))
            self.assertIn(session.wait_notification()[0], (MESSAGE_ERROR, OPEN_ERROR))
        self.assert_harmless()

    def test_update_cut_anywhere(self):
        whole = bgp.update(["192.0.2.0/24"], bgp.usual_attributes([65515], NEIGHBOR))
        for size, peer in zip((1, 19, 21, 30, len(whole) - 1), self.others):
            session = peer.establish()
            session.send(whole[:size])
            session.close()
        self.assert_harmless()

    def test_update_whose_body_is_too_short(self):
        """RFC 7606: what can be told apart costs the route, what cannot costs the session; never more."""
        body = bgp.update(["192.0.2.0/24"], bgp.usual_attributes([65515], NEIGHBOR))[bgp.HEADER_SIZE:]
        sizes = (0, 1, 3, 4, 10, len(body) - 5, len(body) - 1)
        sessions = [peer.establish() for peer in self.others]
        for size, session in zip(sizes, sessions):
            session.send(bgp.message(bgp.UPDATE, body[:size]))
        for session in sessions[:len(sizes)]:
            wait_for(lambda: session.closed or self.malformed(session), f"an answer to {session.peer.address}")
            said = [one.body[0] for one in session.messages(bgp.NOTIFICATION)]
            self.assertIn(said, ([], [MESSAGE_ERROR], [UPDATE_ERROR]))
        self.assert_harmless()

    def malformed(self, session):
        return self.gate.neighbor(session.peer.address)["updates-malformed"]

    def test_a_malformed_attribute_costs_the_route_only(self):
        """ORIGIN of value 7: treat-as-withdraw (RFC 7606 section 7.1), counted and shown; the session stays."""
        session = self.bad.establish()
        session.send(bgp.update(["192.0.2.0/24"], bgp.usual_attributes([65515], NEIGHBOR)))
        wait_for(lambda: self.gate.neighbor(NEIGHBOR)["prefixes"]["received"] == 1, "the route")
        bad = bgp.usual_attributes([65515], NEIGHBOR).replace(bgp.attribute(bgp.ORIGIN, b"\0"),
                                                              bgp.attribute(bgp.ORIGIN, b"\7"))
        session.send(bgp.update(["192.0.2.0/24"], bad))
        wait_for(lambda: self.gate.neighbor(NEIGHBOR)["updates-malformed"] == 1, "it to be counted")
        self.assertEqual(0, self.gate.neighbor(NEIGHBOR)["prefixes"]["received"])
        self.assertIsNone(session.closed)

    def test_messages_at_the_wrong_time(self):
        for early, peer in zip((bgp.keepalive(), bgp.update(), bgp.route_refresh()), self.others):
            session = peer.accept()
            session.send(early)
            self.assertEqual(5, session.wait_notification()[0])
        self.assert_harmless()


if __name__ == "__main__":
    main()
