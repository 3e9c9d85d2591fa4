"""A host that does not let vipgate have what it needs: one clear line that says what to do, and no harm beyond it."""

import os

from lab.case import LOCAL, NEIGHBOR, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.system import wait_for
from lab.target import TcpTarget
from lab.vipgate import without


class BadHost(LabCase):
    def expect_refusal(self, process, *words):
        """The daemon ends by itself, not with 0, and its last words name the trouble in one line."""
        self.assertNotEqual(0, process.wait())
        last = process.output().strip().splitlines()[-1]
        for word in words:
            self.assertIn(word, last)

    def test_a_socket_directory_that_cannot_be_made(self):
        gate = self.vipgate(speaker(), tcp_check(), gated_vip("web"))
        gate.directory = os.path.join(self.lab.write("file", ""), "below")
        gate.configure(speaker() + tcp_check() + gated_vip("web"))
        gate.start()
        self.expect_refusal(gate.bgpd, gate.directory)
        self.expect_refusal(gate.healthd, gate.directory)

    def test_a_socket_directory_where_others_could_pose_as_a_daemon(self):
        gate = self.vipgate(speaker(), tcp_check(), gated_vip("web"))
        os.mkdir(gate.directory)
        for owner, mode, remedy in ((54321, 0o755, "chown"), (0, 0o757, "chmod go-w")):
            os.chown(gate.directory, owner, 0)
            os.chmod(gate.directory, mode)
            gate.start()
            for daemon in (gate.bgpd, gate.healthd):
                self.expect_refusal(daemon, gate.directory, remedy, "control { directory")
            self.assertEqual([], os.listdir(gate.directory))

    def test_a_port_that_cannot_be_bound(self):
        self.peer(LOCAL)
        gate = self.vipgate(speaker(), gated_vip())
        gate.start_bgpd()
        self.expect_refusal(gate.bgpd, LOCAL, "179", "in use")

    def test_an_address_without_the_right_to_add_it(self):
        """Nothing is announced whose address is not there; the session stands, and status and log say why."""
        peer = self.peer()
        gate = self.vipgate(speaker(), gated_vip())
        gate.start_healthd()
        gate.start_bgpd(*without("net_admin"))
        session = peer.establish()
        session.quiet()
        self.assertEqual({}, session.routes())
        vip = gate.vip(VIP)
        self.assertFalse(vip["address-present"])
        self.assertRegex(vip["reason"], "CAP_NET_ADMIN|permi")
        self.assertRegex(gate.bgpd.output(), rf"{VIP}.*(CAP_NET_ADMIN|permi)")

    def test_an_interface_that_is_not_there(self):
        peer = self.peer()
        gate = self.vipgate(speaker(), gated_vip(extra="address { interface nowhere; }"))
        gate.start()
        session = peer.establish()
        session.quiet()
        self.assertEqual({}, session.routes())
        self.assertIn("nowhere", gate.vip(VIP)["reason"])

    def test_no_health_daemon(self):
        TcpTarget(self.lab, self.host)
        peer = self.peer()
        gate = self.vipgate("health { lease 500ms; }\n", speaker(), tcp_check(), gated_vip("web"))
        gate.start_bgpd()
        session = peer.establish()
        self.assertIn("health daemon", gate.wait_vip(VIP, "withdrawn")["reason"])
        self.assertRegex(gate.bgpd.output(), r"verdict\.sock")
        self.assertEqual(3, gate.cli("show", "checks").returncode)
        gate.start_healthd()
        session.wait_route(VIP)

    def test_no_bgp_daemon(self):
        TcpTarget(self.lab, self.host)
        gate = self.vipgate(speaker(), tcp_check(), gated_vip("web"))
        gate.start_healthd()
        gate.wait_check("web", "up")
        result = gate.cli("show", "vips")
        self.assertEqual(3, result.returncode)
        self.assertIn("bgpd", result.stderr)

    def test_a_stale_socket_is_replaced(self):
        peer = self.peer()
        gate = self.vipgate(speaker(), gated_vip())
        gate.start()
        peer.establish().wait_route(VIP)
        gate.bgpd.kill()
        gate.healthd.kill()
        gate.start()
        peer.establish().wait_route(VIP)
        gate.wait_ready()
        self.assertEqual("established", gate.neighbor(NEIGHBOR)["session-state"])

    def test_a_second_daemon_does_not_take_the_socket_of_the_first(self):
        gate = self.vipgate(speaker(), tcp_check(), gated_vip("web"))
        gate.start()
        gate.wait_ready()
        first = gate.healthd
        gate.start_healthd()
        self.expect_refusal(gate.healthd, gate.directory)
        gate.healthd = first
        wait_for(lambda: gate.cli("show", "checks").returncode == 0, "the first to answer still")


if __name__ == "__main__":
    main()
