"""The session from both ends: who connects, both at once, timers that run out, what a neighbor may do without harm."""

from lab import bgp_message as bgp
from lab.case import LOCAL, NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker
from lab.slow_file import SlowFile
from lab.system import wait_for

CEASE, HOLD_TIMER_EXPIRED, CONNECTION_COLLISION, ADMINISTRATIVE_RESET = 6, 4, 7, 4


class Sides(LabCase):
    def start(self, options=""):
        self.gate = self.vipgate(speaker(options=options), gated_vip())
        self.gate.start()
        self.gate.wait_ready()

    def test_active(self):
        peer = self.peer()
        self.start()
        session = peer.establish()
        session.wait_route(VIP)
        self.assertEqual(LOCAL, session.sock.getpeername()[0])
        opened = bgp.Open(session.messages(bgp.OPEN)[0])
        self.assertEqual((4, 65010, 6, LOCAL), (opened.version, opened.asn, opened.hold_time, opened.router_id))
        codes = {code for code, _ in opened.capabilities}
        self.assertLessEqual({bgp.CAPABILITY_MULTIPROTOCOL, bgp.CAPABILITY_ROUTE_REFRESH, bgp.CAPABILITY_AS4}, codes)

    def test_passive_waits_and_is_connected_to(self):
        peer = self.peer()
        self.start("passive true;")
        session = peer.connect(LOCAL).establish()
        session.wait_route(VIP)
        with self.assertRaises(AssertionError):
            peer.accept(deadline=2)

    def test_loading_is_none_of_the_time_to_connect(self):
        """A file that takes longer to load than a connection may take: the first one is the session."""
        peer, file = self.peer(), SlowFile(self.lab)
        self.gate = self.vipgate(speaker().replace("connect-retry-time 1s", "connect-retry-time 2s"), gated_vip(),
                                 f"include {file.path};\n")
        self.gate.start_bgpd()
        file.wait_reader(self.gate.bgpd)
        file.let_go(after=2.1)
        peer.establish().wait_route(VIP)

    def test_a_refused_connection_is_tried_again(self):
        peer = self.peer(listen=False)
        self.start()
        wait_for(lambda: "refused" in self.gate.neighbor(NEIGHBOR).get("last-transport-error", {}).get("message", ""),
                 "the refusal to be shown")
        peer.listen()
        peer.establish().wait_route(VIP)

    def test_a_lost_session_comes_back_and_has_everything(self):
        peer = self.peer()
        self.start()
        for end in ("reset", "close"):
            session = peer.establish()
            session.wait_route(VIP)
            getattr(session, end)()
        peer.establish().wait_route(VIP)

    def test_the_operator_resets_it(self):
        peer = self.peer()
        self.start()
        session = peer.establish()
        session.wait_route(VIP)
        self.gate.done("neighbor", NEIGHBOR, "reset", "--message", "new cable")
        self.assertEqual((CEASE, ADMINISTRATIVE_RESET, b"\x09new cable"), session.wait_notification())
        peer.establish().wait_route(VIP)
        self.assertEqual(2, self.gate.neighbor(NEIGHBOR)["transitions"])

    def test_a_stranger_is_not_served(self):
        stranger = self.peer(SECOND)
        self.start()
        session = stranger.connect(LOCAL)
        session.send_open()
        session.wait_closed()
        self.assertEqual([], session.messages(bgp.OPEN) + session.updates())


class Collision(LabCase):
    """Both ends connect: RFC 4271 section 6.8 keeps the connection of the higher BGP identifier's side."""

    def collide(self, router_id):
        """Both connections, each with both OPENs said but ours not yet confirmed: (theirs, ours)."""
        peer = self.peer(router_id=router_id)
        self.gate = self.vipgate(speaker(), gated_vip())
        self.gate.start()
        theirs = peer.accept()
        ours = peer.connect(LOCAL)
        for session in (theirs, ours):
            session.wait_message(bgp.OPEN)
        for session in (theirs, ours):
            session.send_open()
        return theirs, ours

    def expect(self, kept, dropped):
        self.assertEqual((CEASE, CONNECTION_COLLISION), dropped.wait_notification()[:2])
        kept.send(bgp.keepalive())
        kept.wait_route(VIP)
        dropped.wait_closed()
        self.gate.wait_session(NEIGHBOR)
        self.assertEqual(1, self.gate.neighbor(NEIGHBOR)["transitions"])
        self.assertEqual([], dropped.updates())
        kept.fall_silent()

    def test_the_neighbors_identifier_is_higher(self):
        from_vipgate, to_vipgate = self.collide("198.51.100.200")
        self.expect(kept=to_vipgate, dropped=from_vipgate)

    def test_our_identifier_is_higher(self):
        from_vipgate, to_vipgate = self.collide("198.51.100.4")
        self.expect(kept=from_vipgate, dropped=to_vipgate)

    def test_an_established_session_outlives_a_second_connection(self):
        peer = self.peer()
        gate = self.vipgate(speaker(), gated_vip())
        gate.start()
        session = peer.establish()
        session.wait_route(VIP)
        second = peer.connect(LOCAL)
        second.send_open()
        second.wait_closed()
        session.quiet()
        self.assertIsNone(session.closed)
        self.assertEqual(["65010"], session.story(VIP))


class Timers(LabCase):
    def start(self, hold=6):
        peer = self.peer()
        self.gate = self.vipgate(speaker(hold=hold), gated_vip())
        self.gate.start()
        return peer

    def test_a_silent_neighbor_is_let_go(self):
        peer = self.start(3)
        session = peer.establish()
        session.wait_route(VIP)
        session.fall_silent()
        self.assertEqual((HOLD_TIMER_EXPIRED, 0), session.wait_notification()[:2])
        error = wait_for(lambda: self.gate.neighbor(NEIGHBOR).get("last-error"), "the error to be shown")
        self.assertEqual(("sent", 4), (error["direction"], error["code"]))
        peer.establish().wait_route(VIP)

    def test_the_smaller_hold_time_counts(self):
        session = self.start(90).establish(hold_time=3)
        session.wait_route(VIP)
        neighbor = self.gate.neighbor(NEIGHBOR)
        self.assertEqual((3, 1), (neighbor["hold-time"], neighbor["keepalive-time"]))
        session.fall_silent()
        self.assertEqual((HOLD_TIMER_EXPIRED, 0), session.wait_notification()[:2])

    def test_a_refresh_is_answered_with_everything(self):
        session = self.start().establish()
        session.wait_end_of_rib()
        session.send(bgp.route_refresh())
        wait_for(lambda: session.story(VIP) == ["65010", "65010"], "the route again")


if __name__ == "__main__":
    main()
