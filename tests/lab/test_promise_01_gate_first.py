"""Promise 1: nothing is announced before the gate's first verdict; End-of-RIB waits for it too."""

from lab.case import VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.target import TcpTarget

OTHER = "203.0.113.10/32"
# No number of silences that fits into this test is a verdict; one answer is.
UNDECIDED = "timeout 100ms; rise 1; fall 1000;"


class GateFirst(LabCase):
    def start(self, *config):
        peer = self.peer()
        self.gate = self.vipgate(speaker(), *config)
        self.gate.start()
        return peer.establish()

    def silent_target(self, port=8080):
        target = TcpTarget(self.lab, self.host, port=port)
        target.silent = True
        return target

    def test_announcement_and_end_of_rib_wait_for_the_verdict(self):
        target = self.silent_target()
        session = self.start(tcp_check(timing=UNDECIDED), gated_vip("web"))
        session.quiet()
        self.assertEqual([], session.updates())
        self.assertEqual("pending", self.gate.vip(VIP)["state"])
        target.answer()
        session.wait_end_of_rib()
        first, *_, last = session.updates()
        self.assertEqual([VIP], first.announced)
        self.assertTrue(last.end_of_rib)

    def test_end_of_rib_waits_for_the_last_of_all_gates(self):
        late = self.silent_target(8081)
        TcpTarget(self.lab, self.host)
        session = self.start(tcp_check(), tcp_check("late", "127.0.0.1:8081", UNDECIDED), gated_vip("web"),
                             gated_vip("late", prefix=OTHER))
        session.wait_route(VIP)
        session.quiet()
        self.assertEqual([[VIP]], [update.announced for update in session.updates()])
        late.answer()
        session.wait_end_of_rib()
        self.assertEqual([[VIP], [OTHER], []], [update.announced for update in session.updates()])

    def test_a_first_verdict_of_down_announces_nothing(self):
        session = self.start(tcp_check(), gated_vip("web"))
        session.wait_end_of_rib()
        self.assertEqual(["UPDATE End-of-RIB"], [repr(update) for update in session.updates()])
        self.assertEqual("withdrawn", self.gate.vip(VIP)["state"])

    def test_nothing_is_announced_while_the_health_daemon_is_not_there(self):
        peer = self.peer()
        gate = self.vipgate("health { lease 200ms; }\n", speaker(), tcp_check(), gated_vip("web"))
        gate.start_bgpd()
        session = peer.establish()
        session.quiet()
        self.assertEqual({}, session.routes())


if __name__ == "__main__":
    main()
