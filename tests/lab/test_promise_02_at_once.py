"""Promise 2: a verdict's change is on the wire at once: no timer, no batching delay, no MRAI.

No time is asserted. If an interval of BGP's own (MRAI's 30 s, or 5 s) stood between two changes, so many of them would
not fit into the deadlines.
"""

from lab.case import VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.target import TcpTarget

CHANGES = 15


class AtOnce(LabCase):
    def flap(self, session, target, prefixes):
        for _ in range(CHANGES):
            target.refuse()
            for prefix in prefixes:
                session.wait_gone(prefix, deadline=4)
            target.answer()
            for prefix in prefixes:
                session.wait_route(prefix, deadline=4)

    def start(self, *config):
        peer, self.target = self.peer(), TcpTarget(self.lab, self.host)
        self.vipgate(*config).start()
        return peer.establish()

    def test_every_change_arrives_and_none_waits_for_the_next(self):
        session = self.start(speaker(), tcp_check(), gated_vip("web"))
        session.wait_route(VIP)
        self.flap(session, self.target, [VIP])
        self.assertEqual(["65010", "-"] * CHANGES + ["65010"], session.story(VIP))

    def test_without_any_timer_of_the_session(self):
        """Hold time zero: no keepalive ever, so nothing of the session's own can carry a change along."""
        session = self.start(speaker(hold=0), tcp_check(), gated_vip("web"))
        session.wait_route(VIP)
        self.flap(session, self.target, [VIP])
        self.assertEqual(["65010", "-"] * CHANGES + ["65010"], session.story(VIP))

    def test_many_vips_of_one_check(self):
        prefixes = [f"203.0.113.{number}/32" for number in range(1, 101)]
        session = self.start(speaker(), tcp_check(), *(gated_vip("web", prefix=prefix) for prefix in prefixes))
        for prefix in prefixes:
            session.wait_route(prefix)
        self.target.refuse()
        for prefix in prefixes:
            session.wait_gone(prefix, deadline=4)


if __name__ == "__main__":
    main()
