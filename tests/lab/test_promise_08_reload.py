"""Promise 8: reload is all or nothing; sessions, checks and VIPs that the change does not touch are not touched."""

import contextlib
import json
import select
import signal
import socket
import struct

from lab.case import LOCAL, NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.slow_file import SlowFile
from lab.system import wait_for
from lab.target import TcpTarget
from lab.vipgate import binary

OTHER = "203.0.113.10/32"
FAR = "profile far { as-path-prepend 2; }\n"


def answer(client):
    """The next answer on a connection, its kind before it."""
    with client.makefile("rb", buffering=0) as stream:
        return stream.read(struct.unpack("!I", stream.read(4))[0])


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

    def ask(self, daemon, rpc, **arguments):
        """A request to DAEMON: the connection on which its answer will come."""
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.settimeout(15)
        client.connect(f"{self.gate.directory}/{daemon}.sock")
        request = json.dumps({f"vipgate:{rpc}": arguments}).encode()
        client.sendall(struct.pack("!I", len(request)) + request)
        return client

    def reload(self, *more, **changed):
        self.gate.configure(self.config(*more, **changed))
        self.gate.done("reload")

    def assert_untouched(self):
        """The first session is the one from the beginning and VIP was announced once."""
        self.session.quiet()
        self.assertEqual(1, self.gate.neighbor(NEIGHBOR)["transitions"])
        self.assertIsNone(self.session.closed)
        self.assertEqual(["65010"], self.session.story(VIP))

    def test_a_password_that_cannot_be_read_ends_no_session(self):
        missing = self.lab.path("no.key")
        self.gate.configure(self.config(neighbors=speaker(options=f"password-file {missing};")))
        result = self.gate.cli("reload")
        self.assertEqual(1, result.returncode)
        self.assertIn(f"neighbor {NEIGHBOR} would be left out", result.stderr)
        self.assertIn(missing, result.stderr)
        self.assert_untouched()

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

    def test_a_check_that_goes_away_is_said_to_be_removed(self):
        self.reload(tcp_check("other"))
        stream = socket.socket(socket.AF_UNIX)
        self.addCleanup(stream.close)
        stream.settimeout(15)
        stream.connect(f"{self.gate.directory}/verdict.sock")
        self.reload()
        heard = bytearray()

        def is_told():
            heard.extend(stream.recv(4096))
            return b"\0\x07\x04\x05other" in heard  # REMOVED

        wait_for(is_told, "the end of the check on the stream")
        self.assertEqual(["web"], [check["name"] for check in self.gate.state("show", "checks")["check"]])
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

    def test_it_says_what_has_changed_and_every_warning(self):
        web, far = tcp_check(), gated_vip("web", extra="profile far;")
        self.gate.configure(FAR + speaker(options="password hunter2;") + web + far + "log { level debug; }\n" +
                            gated_vip("web", prefix="203.0.113.128/25"))
        result = self.gate.cli("reload")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual(["log level debug added", "bgp neighbor 198.51.100.4: password added",
                          "vip 203.0.113.128/25 added", "vip 203.0.113.9/32: profile far added"],
                         result.stdout.splitlines())
        self.assertRegex(result.stderr, r"^\S+vipgate\.conf:\d+:\d+: warning: vip 203.0.113.128/25 is not a host prefix")
        self.assertEqual(1, len(result.stderr.splitlines()), result.stderr)
        for daemon in (self.gate.bgpd, self.gate.healthd):
            wait_for(lambda: "password added" in daemon.output(), "the changes in the log")
            self.assertIn("warning: vip 203.0.113.128/25", daemon.output())
            self.assertNotIn("hunter2", daemon.output())
            self.assertNotIn("x0a", daemon.output())
        self.assertEqual("nothing has changed\n", self.gate.done("reload"))

    def test_a_signal_reloads_one_daemon(self):
        self.gate.configure(self.config(gated_vip("web", prefix=OTHER)))
        self.gate.bgpd.signal(signal.SIGHUP)
        self.session.wait_route(OTHER)
        self.gate.configure(self.config("vip 203.0.113.11/32 {\n profil far;\n profile fear;\n}\n"))
        self.gate.healthd.signal(signal.SIGHUP)
        wait_for(lambda: "reload refused" in self.gate.healthd.output(), "its refusal")
        self.assertRegex(self.gate.healthd.output(), r"(?m)conf:\d+:2: unknown statement 'profil'[^\n]*\n\S+ vipgate-healthd error: [^\n]*'fear'")
        self.assert_untouched()

    def test_the_loop_turns_while_a_large_file_is_read(self):
        """The lease is much shorter than the time that reading takes."""
        many = "".join(f"check c{i} {{ file {{ path /; }} interval 1h; rise 1; }}\n"
                       f"vip 198.18.{i >> 8}.{i & 255}/32 {{ address {{ manage false; }} gate {{ check c{i}; }} }}\n"
                       for i in range(1500))
        self.gate.configure(self.config("health { lease 500ms; }\n"))
        self.gate.done("reload")
        self.gate.configure(self.config("health { lease 500ms; }\n", many))
        self.gate.bgpd.signal(signal.SIGHUP)
        self.gate.healthd.signal(signal.SIGHUP)
        self.session.wait_route("198.18.5.219/32")
        quiet = self.session.story(VIP)
        self.gate.done("reload")
        self.assertEqual(quiet, self.session.story(VIP))
        self.assert_untouched()

    def test_a_verdict_does_not_wait_while_the_file_is_read(self):
        """Each daemon in turn reads for as long as it takes until the neighbor knows; nothing else is said."""
        file = SlowFile(self.lab)
        self.reload(gated_vip(prefix=OTHER))
        self.session.wait_route(OTHER)
        self.gate.configure(self.config(gated_vip(prefix=OTHER), f"include {file.path};\n"))
        readers = []
        for daemon, change, said in (("bgpd", self.target.refuse, "-"), ("healthd", self.target.answer, "65010")):
            readers.append(self.ask(daemon, "reload", phase="prepare", token="slow"))
            file.wait_reader(getattr(self.gate, daemon))
            change()
            wait_for(lambda: self.session.story(VIP)[-1] == said, f"{said} to be said of {VIP}")
            self.assertEqual([], select.select(readers[-1:], [], [], 0)[0], "still reading")
            file.let_go()
            self.assertIn(b"vipgate:state", answer(readers[-1]))
            file.hold()
        for daemon in ("bgpd", "healthd"):
            self.assertEqual(b"\1", answer(self.ask(daemon, "reload", phase="apply", token="slow")))
        self.session.quiet()
        self.assertEqual(["65010", "-", "65010"], self.session.story(VIP))
        self.assertEqual(["65010"], self.session.story(OTHER))

    def test_the_daemon_is_stopped_while_the_file_is_read(self):
        """What runs is left to the thread that reads; a neighbor that does not read keeps the daemon for a while."""
        file = SlowFile(self.lab)
        self.gate.configure(self.config(f"include {file.path};\n"))
        self.gate.bgpd.signal(signal.SIGHUP)
        file.wait_reader(self.gate.bgpd)
        self.session.stop_reading()
        self.gate.bgpd.signal(signal.SIGTERM)
        wait_for(lambda: "stopping" in self.gate.bgpd.output(), "it to stop")
        for rpc, arguments in (("get-config", {}), ("reload", {"phase": "prepare", "token": "late"})):
            with contextlib.suppress(OSError, struct.error):  # it may have ended by now
                self.assertEqual(b"\3vipgate-bgpd is stopping", answer(self.ask("bgpd", rpc, **arguments)))
        self.assertEqual(0, self.gate.bgpd.wait())

    def test_a_daemon_that_does_not_run_is_no_hindrance(self):
        self.gate.healthd.kill()
        self.gate.configure(self.config(vip=gated_vip("web", extra="profile far;")))
        result = self.gate.cli("reload")
        self.assertEqual((0, "vip 203.0.113.9/32: profile far added\n"), (result.returncode, result.stdout))
        self.assertIn("healthd does not run", result.stderr)
        self.session.wait_route(VIP, "65010 65010 65010")
        self.gate.start_healthd()
        self.gate.wait_check("web", "up")

    def test_none_applies_unless_all_can(self):
        """Each daemon in turn is busy with the reload of another, and what the other has prepared goes with its
        client."""
        self.gate.configure(self.config(gated_vip("web", prefix=OTHER)))
        for daemon in ("healthd", "bgpd"):
            other = self.ask(daemon, "reload", phase="prepare", token="other")
            self.assertIn(b"vip 203.0.113.10/32 added", answer(other))
            self.assertIn(b"no longer prepared", answer(self.ask(daemon, "reload", phase="apply", token="wrong")))
            result = self.gate.cli("reload")
            self.assertEqual((1, ""), (result.returncode, result.stdout))
            self.assertIn("another reload is in progress", result.stderr)
            self.assertEqual([VIP], [one["prefix"] for one in self.gate.state("show", "vips")["vip"]])
            other.close()
        self.session.quiet()
        self.gate.done("reload")
        self.session.wait_route(OTHER)
        self.assert_untouched()

    def test_a_check_that_is_run_by_hand_goes_away(self):
        """The probe is under way for as long as it takes: nobody answers it."""
        self.target.silent = True
        self.reload(tcp_check("slow", timing="timeout 60s;"))
        waiting = [self.ask("healthd", "check-run", name="slow") for _ in range(2)]
        for _ in range(2):
            self.assertIn(b"vipgate:state", answer(self.ask("healthd", "get", what=["daemon"])))
        self.reload()
        for client in waiting:
            self.assertIn(b"removed this check", answer(client))
        self.assertTrue(self.gate.healthd.running())

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
