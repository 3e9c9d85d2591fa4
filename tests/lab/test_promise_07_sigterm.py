"""Promise 7: SIGTERM: withdraw everything, send Cease with the reason, remove the addresses that vipgate added, and
exit with 0."""

from lab import bgp_message as bgp
from lab.case import NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.target import TcpTarget

THEIRS = "203.0.113.10/32"
CEASE, ADMINISTRATIVE_SHUTDOWN = 6, 2


class Sigterm(LabCase):
    def start(self):
        TcpTarget(self.lab, self.host)
        self.host.address(THEIRS)
        peers = [self.peer(address) for address in (NEIGHBOR, SECOND)]
        gate = self.vipgate(speaker(NEIGHBOR, SECOND), tcp_check(), gated_vip("web"), gated_vip("web", prefix=THEIRS))
        return gate, peers

    def expect_farewell(self, session):
        """Every route withdrawn, then the Cease, then the end of the connection, in this order."""
        self.assertEqual((CEASE, ADMINISTRATIVE_SHUTDOWN), session.wait_notification()[:2])
        session.wait_closed()
        self.assertEqual({}, session.routes())
        self.assertEqual(bgp.NOTIFICATION, session.received[-1].kind)

    def establish(self, peers):
        sessions = [peer.establish() for peer in peers]
        for session in sessions:
            session.wait_route(VIP)
            session.wait_route(THEIRS)
        return sessions

    def test_bgpd(self):
        gate, peers = self.start()
        gate.start()
        sessions = self.establish(peers)
        self.assertIn(VIP, self.host.addresses())
        self.assertEqual(0, gate.bgpd.stop())
        for session in sessions:
            self.expect_farewell(session)
        self.assertNotIn(VIP, self.host.addresses())
        self.assertIn(THEIRS, self.host.addresses())
        said = gate.bgpd.output()
        self.assertLess(said.index("daemon bgpd: stopping"), said.index("withdrawn: vipgate-bgpd is stopping"))

    def test_the_supervisor_stops_both(self):
        gate, peers = self.start()
        gate.run()
        sessions = self.establish(peers)
        self.assertEqual(0, gate.supervisor.stop())
        for session in sessions:
            self.expect_farewell(session)
        self.assertNotIn(VIP, self.host.addresses())
        self.assertEqual([], self.host.pids())


if __name__ == "__main__":
    main()
