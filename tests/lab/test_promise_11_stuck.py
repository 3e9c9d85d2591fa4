"""Promise 11: a neighbor that stops reading is let go after the hold time (RFC 9687); nothing else waits for it."""

import time

from lab import bgp_message as bgp
from lab.case import NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.system import wait_for
from lab.target import TcpTarget

HOLD = 6
SEND_HOLD_TIMER_EXPIRED = 8


class Stuck(LabCase):
    """NEIGHBOR goes on sending but reads nothing, until no more fits into either end's buffer. SECOND reads."""

    def setUp(self):
        super().setUp()
        # Small buffers fill soon.
        self.host.sysctl("ipv4/tcp_wmem", "4096 16384 16384")
        self.host.sysctl("ipv4/tcp_rmem", "4096 16384 16384")
        self.target = TcpTarget(self.lab, self.host)
        self.stuck, witness = self.peer(), self.peer(SECOND)
        many = "".join(gated_vip("web", prefix=f"203.0.113.{number}/32", extra="address { manage false; }")
                       for number in range(256))
        self.gate = self.vipgate(speaker(NEIGHBOR, SECOND, hold=HOLD), tcp_check(), many)
        self.gate.start()
        self.witness = witness.establish()
        self.witness.wait_route(VIP)

    def queued(self):
        return self.gate.neighbor(NEIGHBOR)["socket"]["queued"]

    def fill(self, session):
        """Asks for all routes until an answer finds no room in the kernel and waits in vipgate."""
        session.stop_reading()

        def stuck():
            session.send(bgp.route_refresh())
            return self.queued() > 0
        wait_for(stuck, "an answer that finds no room")

    def test_it_is_let_go_and_nobody_waits(self):
        session = self.stuck.establish()
        session.wait_route(VIP)
        self.fill(session)
        self.target.refuse()
        self.witness.wait_gone(VIP)
        self.assertEqual("established", self.gate.neighbor(NEIGHBOR)["session-state"], "the other neighbor had to wait")
        shown = wait_for(lambda: (shown := self.gate.neighbor(NEIGHBOR))["session-state"] != "established" and shown,
                         "the neighbor to be let go", deadline=4 * HOLD)
        self.assertEqual(SEND_HOLD_TIMER_EXPIRED, shown["last-error"]["code"])
        self.assertIsNone(self.witness.closed)
        self.assertEqual(1, self.gate.neighbor(SECOND)["transitions"])
        session.close()
        again = self.stuck.establish()
        again.wait_end_of_rib()
        self.assertEqual({}, again.routes())

    def test_one_that_reads_again_in_time_has_everything(self):
        session = self.stuck.establish()
        session.wait_route(VIP)
        self.fill(session)
        self.target.refuse()
        self.witness.wait_gone(VIP)
        session.resume_reading()
        wait_for(lambda: not session.routes(), "every route to be withdrawn")
        self.assertIsNone(session.closed)
        self.assertEqual(1, self.gate.neighbor(NEIGHBOR)["transitions"])

    def test_a_slow_reader_is_not_let_go(self):
        """What it reads now and then counts: the send hold timer starts again. Two hold times go by."""
        session = self.stuck.establish()
        session.wait_route(VIP)
        end = time.monotonic() + 2 * HOLD
        while time.monotonic() < end:
            self.fill(session)
            session.resume_reading()
            wait_for(lambda: self.queued() == 0, "what waited to be read")
        self.assertIsNone(session.closed)
        self.assertEqual(1, self.gate.neighbor(NEIGHBOR)["transitions"])


if __name__ == "__main__":
    main()
