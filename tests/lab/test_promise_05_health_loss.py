"""Promise 5: healthd dead, stopped or hung: after the lease the VIP does as on-health-loss says; when healthd is back,
the state is that of its first verdicts, with no flap in between where nothing changed."""

import signal
from lab.case import VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.slow_file import SlowFile
from lab.system import wait_for
from lab.target import TcpTarget

SHORT, LONG = "health { lease 1s; }\n", "health { lease 60s; }\n"
FAR = "profile far { as-path-prepend 3; }\n"


class HealthLoss(LabCase):
    def start(self, lease, extra=""):
        self.target, peer = TcpTarget(self.lab, self.host), self.peer()
        self.gate = self.vipgate(lease, speaker(), FAR, tcp_check(), gated_vip("web", extra=extra))
        self.gate.start()
        self.session = peer.establish()
        self.session.wait_route(VIP, "65010")
        return self.session

    def link(self):
        """bgpd's own word on its line to healthd."""
        daemons = self.gate.status()["daemon"]
        return next(daemon["health-link"] for daemon in daemons if "health-link" in daemon)

    def test_dead(self):
        session = self.start(SHORT)
        self.gate.healthd.kill()
        session.wait_gone(VIP)
        self.assertEqual("withdrawn", self.gate.vip(VIP)["state"])
        self.gate.start_healthd()
        session.wait_route(VIP)
        self.assertEqual(["65010", "-", "65010"], session.story(VIP))

    def test_hung(self):
        session = self.start(SHORT)
        self.gate.healthd.signal(signal.SIGSTOP)
        session.wait_gone(VIP)
        self.gate.healthd.signal(signal.SIGCONT)
        session.wait_route(VIP)
        self.assertEqual(["65010", "-", "65010"], session.story(VIP))

    def test_hung_while_the_backend_died(self):
        """What it knew before it hung is not announced again: the state is that of its first verdicts."""
        session = self.start(SHORT)
        self.gate.healthd.signal(signal.SIGSTOP)
        session.wait_gone(VIP)
        self.target.refuse()
        self.gate.healthd.signal(signal.SIGCONT)
        self.gate.wait_check("web", "down")
        wait_for(lambda: "connected" == self.link(), "healthd to be back")
        session.quiet()
        self.assertEqual(["65010", "-"], session.story(VIP))
        self.target.answer()
        session.wait_route(VIP)

    def test_stopped(self):
        session = self.start(SHORT)
        self.assertEqual(0, self.gate.healthd.stop())
        session.wait_gone(VIP)

    def test_back_within_the_lease_without_a_flap(self):
        session = self.start(LONG)
        before = len(session.updates())
        for _ in range(3):
            self.gate.healthd.kill()
            wait_for(lambda: self.link() == "lost", "the loss to be noticed")
            self.gate.start_healthd()
            wait_for(lambda: self.link() == "connected", "healthd to be back")
            self.gate.wait_check("web", "up")
        session.quiet()
        self.assertEqual(before, len(session.updates()), session.updates())

    def test_back_with_other_verdicts(self):
        session = self.start(LONG)
        self.gate.healthd.kill()
        self.target.refuse()
        self.gate.start_healthd()
        session.wait_gone(VIP)
        self.assertEqual(["65010", "-"], session.story(VIP))

    def test_loading_is_no_standstill(self):
        """A file that takes longer to load than the lease: healthd was not stalled when bgpd comes."""
        file, lease_s = SlowFile(self.lab), 2
        self.gate = self.vipgate(f"health {{ lease {lease_s}s; }}\n", speaker(), f"include {file.path};\n")
        self.gate.start_healthd()
        file.wait_reader(self.gate.healthd)
        file.let_go(after=lease_s + 0.1)
        wait_for(lambda: "started" in self.gate.healthd.output(), "healthd to run")
        self.gate.configure(speaker())
        self.gate.start_bgpd()
        wait_for(lambda: "-> connected" in self.gate.bgpd.output(), "the daemons to know each other")
        self.assertNotIn("stalled", self.gate.healthd.output())

    def test_hold(self):
        session = self.start(SHORT, "on-health-loss hold;")
        self.gate.healthd.kill()
        wait_for(lambda: self.link() == "expired", "the lease to run out")
        session.quiet()
        self.assertEqual(["65010"], session.story(VIP))
        self.target.refuse()
        self.gate.start_healthd()
        session.wait_gone(VIP)

    def test_degrade(self):
        session = self.start(SHORT, "degraded-profile far; on-health-loss degrade;")
        self.gate.healthd.kill()
        session.wait_route(VIP, "65010 65010 65010 65010")
        self.assertEqual("degraded", self.gate.vip(VIP)["state"])
        self.gate.start_healthd()
        session.wait_route(VIP, "65010")
        self.assertNotIn("-", session.story(VIP))


if __name__ == "__main__":
    main()
