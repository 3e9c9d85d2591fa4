"""A host that does not let vipgate have what it needs: one clear line that says what to do, and no harm beyond it."""

import contextlib
import os
import signal

from lab.case import LOCAL, NEIGHBOR, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.dead_mount import DeadMount
from lab.system import wait_for
from lab.target import TcpTarget
from lab.vipgate import without


def is_alive(pid):
    """A zombie is not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def read_line(path):
    """The first line of a file once it is there as a whole, else nothing."""
    with contextlib.suppress(FileNotFoundError), open(path) as file:
        line = file.readline()
        return line if line.endswith("\n") else ""


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

    def test_dead_file_systems(self):
        """Six of them: what lies there is unable, what lies elsewhere is not touched, and SIGTERM ends the daemon."""
        mounts = [DeadMount(self.lab.path(f"dead{number}")) for number in range(6)]
        for mount in mounts:
            self.addCleanup(mount.close)
        switch = self.lab.write("switch", "")
        timing = "interval 100ms; timeout 100ms; rise 1; fall 1;"
        checks = [f"check dead{number} {{ file {{ path {mount.path}/switch; }} {timing} }}\n"
                  for number, mount in enumerate(mounts)]
        peer = self.peer()
        gate = self.vipgate("health { lease 1s; }\n", speaker(), *checks, gated_vip("here"),
                            f"check here {{ file {{ path {switch}; }} {timing} }}\n",
                            f"check pid {{ process {{ pidfile {mounts[0].path}/pid; }} {timing} }}\n",
                            f"check tls {{ http {{ url \"https://127.0.0.1/\"; ca-file {mounts[0].path}/ca; }} {timing} }}\n",
                            f"check run {{ exec {{ command {mounts[0].path}/run; }} {timing} }}\n")
        gate.start()
        session = peer.establish()
        session.wait_route(VIP)
        for name in ("dead0", "dead5", "pid", "tls", "run"):
            check = wait_for(lambda name=name: (check := gate.check(name)).get("last") and check, f"{name} to have run")
            self.assertEqual(("unknown", "unable"), (check["verdict"], check["last"]["outcome"]))
            self.assertEqual("local" if name in ("run", "tls") else "no-file-system", check["last"]["reason"])
        os.unlink(switch)
        session.wait_gone(VIP)
        self.assertEqual(0, gate.healthd.stop(), "the daemon ends all the same")

    def test_commands_end_with_the_daemon(self):
        """However it ends."""
        note = self.lab.path("pid")
        script = self.lab.write("run.sh", f"sleep 1000 &\necho $! >{note}\nwait\n")
        gate = self.vipgate(f'check run {{ exec {{ command "/bin/sh {script}"; }} interval 1h; timeout 1h; }}\n')

        def start():
            gate.start_healthd()
            pid = int(wait_for(lambda: read_line(note), "the command to run"))
            os.unlink(note)
            return pid

        pid = start()
        os.kill(gate.healthd.pid, signal.SIGKILL)
        wait_for(lambda: not is_alive(pid), "the command to end with the daemon that was killed")
        gate.healthd.wait()
        pid = start()
        self.assertEqual(0, gate.healthd.stop())
        wait_for(lambda: not is_alive(pid), "the command to end with the daemon")

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
