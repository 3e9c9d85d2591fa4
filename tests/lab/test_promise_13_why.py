"""Promise 13: every change of what is announced has an event with its cause; `why` explains the present from them."""

from lab.case import NEIGHBOR, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.system import wait_for
from lab.target import TcpTarget


class Why(LabCase):
    def start(self, *config):
        peer, self.target = self.peer(), TcpTarget(self.lab, self.host)
        self.gate = self.vipgate("health { lease 1s; }\n", speaker(), tcp_check(), *(config or [gated_vip("web")]))
        self.gate.start()
        self.session = peer.establish()
        self.session.wait_route(VIP)

    def changes(self):
        """The VIP's way through its states, by its events, and each one's cause."""
        events = self.gate.events(kind="vip", subject=VIP)
        return [event["to"] for event in events], [event.get("cause", "") for event in events]

    def why(self):
        """The chain of causes, as text and as JSON."""
        return self.gate.done("why", VIP), self.gate.state("why", VIP)["vip"][0]["cause"]

    def test_the_check_is_the_cause(self):
        self.start()
        self.target.refuse()
        self.session.wait_gone(VIP)
        self.gate.wait_vip(VIP, "withdrawn")
        states, causes = self.changes()
        self.assertEqual(["announced", "withdrawn"], states[-2:])
        self.assertTrue(all(causes), causes)
        self.assertIn("web", causes[-1])
        text, chain = self.why()
        self.assertIn("web", text)
        self.assertIn("refused", text)
        kinds = [step["kind"] for step in chain]
        self.assertEqual(["vip", "check"], [kind for kind in kinds if kind in ("vip", "check")], chain)
        self.assertIn("refused", chain[kinds.index("check")]["text"])

    def test_each_change_has_one_event(self):
        self.start()
        for _ in range(3):
            self.target.refuse()
            self.session.wait_gone(VIP)
            self.target.answer()
            self.session.wait_route(VIP)
        self.gate.wait_vip(VIP, "announced")
        states, _ = self.changes()
        self.assertEqual(["announced"] + ["withdrawn", "announced"] * 3, states[-7:])
        verdicts = [event["to"] for event in self.gate.events(kind="check", subject="web", daemon="healthd")]
        self.assertEqual(["up"] + ["down", "up"] * 3, verdicts[-7:])

    def test_a_lost_health_daemon_is_the_cause(self):
        self.start()
        self.gate.healthd.kill()
        self.session.wait_gone(VIP)
        self.gate.wait_vip(VIP, "withdrawn")
        self.assertIn("health", self.changes()[1][-1])
        self.assertIn("health", self.why()[0])
        self.gate.start_healthd()
        self.gate.wait_vip(VIP, "announced")
        self.assertEqual("announced", self.changes()[0][-1])

    def test_a_reload_is_the_cause(self):
        self.start()
        self.gate.configure("".join((speaker(), tcp_check(), "profile far { as-path-prepend 1; }\n",
                                     gated_vip("web", extra="profile far;"))))
        self.gate.done("reload")
        self.session.wait_route(VIP, "65010 65010")
        event = self.gate.events(kind="vip", subject=VIP)[-1]
        self.assertIn("reload", event["cause"])
        self.assertEqual(["reloaded", "announced"], [one["to"] for one in self.gate.events(daemon="bgpd")][-2:])

    def test_an_ungated_vip_says_so(self):
        self.start(gated_vip())
        self.assertIn("no gate", self.why()[0])

    def test_sessions_have_events_too(self):
        self.start()
        self.session.reset()
        wait_for(lambda: any(event.get("cause") for event in self.gate.events(
            kind="session", subject=NEIGHBOR, **{"from": "established"})), "the loss to be an event")


if __name__ == "__main__":
    main()
