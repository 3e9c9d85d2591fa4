"""Graceful restart (RFC 4724) as the speaker that restarts: what a killed bgpd says when it is back, and that End-of-RIB
waits for the first verdicts."""

from lab import bgp_message as bgp
from lab.case import VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.target import TcpTarget

GRACEFUL_RESTART = 64
RESTARTED, PRESERVED = 0x8, 0x80


class Graceful(LabCase):
    def said(self, session):
        """The restart flags, the restart time and the flags of IPv4 unicast in vipgate's OPEN."""
        values = bgp.Open(session.wait_message(bgp.OPEN)).values(GRACEFUL_RESTART)
        self.assertEqual(1, len(values))
        head = int.from_bytes(values[0][:2], "big")
        families = {values[0][at:at + 3]: values[0][at + 3] for at in range(2, len(values[0]), 4)}
        return head >> 12, head & 0xfff, families[b"\x00\x01\x01"]

    def test_a_killed_speaker(self):
        target, peer = TcpTarget(self.lab, self.host), self.peer()
        self.gate = self.vipgate(speaker(options="graceful-restart { restart-time 30s; }"), tcp_check(),
                                 gated_vip("web"))
        self.gate.start()
        session = peer.establish()
        flags, time, ipv4 = self.said(session)
        self.assertEqual((0, 30, 0), (flags & RESTARTED, time, ipv4))
        session.wait_route(VIP)

        # The address outlives the daemon, and with it what the neighbour's packets find here.
        self.gate.bgpd.kill()
        self.gate.healthd.kill()
        target.silent = True
        self.gate.start()
        session = peer.establish()
        flags, time, ipv4 = self.said(session)
        self.assertEqual((RESTARTED, 30, PRESERVED), (flags & RESTARTED, time, ipv4 & PRESERVED))
        self.assertEqual([], session.updates())
        target.answer()
        session.wait_route(VIP)
        session.wait_end_of_rib()


if __name__ == "__main__":
    main()
