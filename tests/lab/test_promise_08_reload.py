"""Promise 8: reload is all or nothing; sessions, checks and VIPs that the change does not touch are not touched."""

from lab.case import LOCAL, NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.system import wait_for
from lab.target import TcpTarget

OTHER = "203.0.113.10/32"
FAR = "profile far { as-path-prepend 2; }\n"


class Reload(LabCase):
    def setUp(self):
        super().setUp()
        self.target, self.first, self.second = TcpTarget(self.lab, self.host), self.peer(), self.peer(SECOND)
        self.gate = self.vipgate(self.config())
        self.gate.start()
        self.session = self.first.establish()
        self.session.wait_end_of_rib()

    def config(self, *more, vip=gated_vip("web"), neighbors=speaker()):
        return "".join((FAR, neighbors, tcp_check(), vip, *more))

    def reload(self, *more, **changed):
        self.gate.configure(self.config(*more, **changed))
        self.gate.done("reload")

    def assert_untouched(self):
        """The first session is the one from the beginning and VIP was announced once."""
        self.session.quiet()
        self.assertEqual(1, self.gate.neighbor(NEIGHBOR)["transitions"])
        self.assertIsNone(self.session.closed)
        self.assertEqual(["65010"], self.session.story(VIP))

    def test_a_new_vip_and_its_end(self):
        runs = self.gate.check("web")["runs"]
        self.reload(gated_vip("web", prefix=OTHER))
        self.session.wait_route(OTHER)
        self.assertIn(OTHER, self.host.addresses())
        self.reload()
        self.session.wait_gone(OTHER)
        wait_for(lambda: OTHER not in self.host.addresses(), "its address to go")
        self.assertGreaterEqual(self.gate.check("web")["runs"], runs)
        wait_for(lambda: self.gate.check("web")["runs"] > runs, "the check to go on")
        self.assert_untouched()

    def test_a_changed_profile_is_an_update(self):
        self.reload(vip=gated_vip("web", extra="profile far;"))
        self.session.wait_route(VIP, "65010 65010 65010")
        self.assertEqual(["65010", "65010 65010 65010"], self.session.story(VIP))
        self.assertEqual(1, self.gate.neighbor(NEIGHBOR)["transitions"])

    def test_a_new_neighbor_a_changed_one_and_its_end(self):
        self.reload(neighbors=speaker(NEIGHBOR, SECOND))
        other = self.second.establish()
        other.wait_route(VIP)
        self.second.asn = 65516
        self.reload(neighbors=speaker(extra=f"neighbor {SECOND} {{ peer-as 65516; local-address {LOCAL}; }}"))
        self.assertEqual(6, other.wait_notification()[0])
        self.second.establish(capabilities=[]).wait_end_of_rib()
        self.reload()
        self.assertEqual((6, 3), self.second.sessions[-1].wait_notification()[:2])
        left = self.gate.state("show", "neighbors")["neighbor"]
        self.assertEqual([NEIGHBOR], [one["remote-address"] for one in left])
        self.assert_untouched()

    def test_a_changed_check_judges_anew_without_a_flap(self):
        self.gate.configure(self.config().replace("interval 100ms", "interval 150ms"))
        self.gate.done("reload")
        self.gate.wait_check("web", "up")
        self.assert_untouched()

    def test_an_error_changes_nothing(self):
        shown = self.gate.done("show", "config")
        self.gate.configure(self.config(gated_vip("web", prefix=OTHER), "vip 203.0.113.11/32 { profil far; }\n"))
        result = self.gate.cli("reload")
        self.assertEqual(2, result.returncode, result.stderr)
        self.assertRegex(result.stderr, r"vipgate\.conf:\d+:\d+: .*profil")
        self.assertEqual(shown, self.gate.done("show", "config"))
        self.assertEqual([VIP], [one["prefix"] for one in self.gate.state("show", "vips")["vip"]])
        self.assert_untouched()

    def test_what_cannot_be_applied_changes_nothing(self):
        """The file is right, but the address to listen on is not this host's."""
        elsewhere = speaker().replace(f"address [ {LOCAL} ]", "address [ 192.0.2.77 ]")
        self.gate.configure(self.config(gated_vip("web", prefix=OTHER), neighbors=elsewhere))
        result = self.gate.cli("reload")
        self.assertEqual(1, result.returncode, result.stderr)
        self.assertIn("192.0.2.77", result.stderr)
        self.assertEqual([VIP], [one["prefix"] for one in self.gate.state("show", "vips")["vip"]])
        self.assert_untouched()


if __name__ == "__main__":
    main()
