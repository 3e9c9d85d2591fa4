"""What the kernel tells of a proxy is noticed at once: the checks here run once an hour, so whatever else they find
out, they were told. Then that what only looks like the end of the proxy is no verdict."""

import os

from lab import web
from lab.case import VIP, LabCase, gated_vip, main, speaker
from lab.haproxy import Haproxy
from lab.system import LabError, wait_for

PROBES = {
    "tcp": "tcp { target 127.0.0.1:80; hold-open true; }",
    "process": "process { pidfile PIDFILE; }",
    "haproxy": "haproxy { socket SOCKET; backend http_back; }",
}


class Event(LabCase):
    def start(self, kind, interval="1h", **options):
        """A VIP behind a proxy with a check of KIND."""
        web.start(self.lab, self.host, "web", "127.0.0.1", "page", port=8080)
        self.proxy = Haproxy(self.lab, self.host, "proxy", {"web": "127.0.0.1:8080"}, **options)
        wait_for(self.serves, "the proxy to serve")
        probe = PROBES[kind].replace("PIDFILE", self.proxy.pidfile).replace("SOCKET", self.proxy.socket)
        check = f"check proxy {{ {probe} interval {interval}; timeout 5s; rise 1; fall 3; }}\n"
        peer = self.peer()
        self.gate = self.vipgate(speaker(), check, gated_vip("proxy")).start()
        self.session = peer.establish()
        self.session.wait_route(VIP)
        if kind == "haproxy":
            wait_for(self.follows_a_process, "the process behind the socket to be followed")

    def serves(self):
        try:
            return self.host.run("curl", "-sf", "-m", "1", "http://127.0.0.1/")
        except LabError:
            return False

    def follows_a_process(self):
        folder = f"/proc/{self.gate.healthd.pid}/fd"
        return any("pidfd" in os.readlink(os.path.join(folder, name)) for name in os.listdir(folder))

    def expect_no_verdict(self, runs):
        """Once the check has run so often nothing but the beginning has been said of it."""
        check = wait_for(lambda: (check := self.gate.check("proxy"))["runs"] >= runs and check,
                         lambda: f"{runs} runs; there is {self.gate.check('proxy')}")
        self.assertEqual("up", check["verdict"])
        self.assertEqual(["up"], [event["to"] for event in self.gate.events(kind="check", subject="proxy")
                                  if event["from"] in ("up", "down", "unknown")])
        self.session.quiet()
        self.assertEqual(["65010"], self.session.story(VIP))

    def expect_withdrawal(self, *reasons):
        self.session.wait_gone(VIP)
        check = self.gate.check("proxy")
        self.assertEqual(1, check["failures"], "it did not wait for fall")
        self.assertIn(check["last"]["reason"], reasons)


class Killed(Event):
    def test_seen_by_the_connection_held_open(self):
        self.start("tcp")
        self.proxy.process.kill()
        self.expect_withdrawal("refused")

    def test_seen_by_its_process(self):
        self.start("process")
        self.proxy.process.kill()
        self.expect_withdrawal("missing")

    def test_seen_by_its_stats_socket(self):
        self.start("haproxy")
        self.proxy.process.kill()
        self.expect_withdrawal("refused", "connection-lost")


class Alive(Event):
    def test_idle_connections_that_it_closes_cost_a_probe_each(self):
        self.start("tcp", idle="100ms")
        self.expect_no_verdict(runs=6)

    def test_and_do_not_hide_its_end(self):
        """It closes connections more often than it is looked at; the schedule's runs hold new ones."""
        self.start("tcp", interval="1s", idle="50ms")
        self.expect_no_verdict(runs=20)
        self.proxy.process.kill()
        self.session.wait_gone(VIP)

    def test_a_reload_is_no_end_of_the_connection_held_open(self):
        self.start("tcp")
        self.proxy.reload()
        self.expect_no_verdict(runs=2)
        self.proxy.process.kill()
        self.expect_withdrawal("refused")

    def test_a_reload_is_no_end_of_the_process(self):
        self.start("process")
        self.proxy.reload()
        self.expect_no_verdict(runs=2)
        self.proxy.process.kill()
        self.expect_withdrawal("missing")

    def test_a_reload_is_no_end_of_the_stats_socket(self):
        self.start("haproxy")
        self.proxy.reload()
        self.expect_no_verdict(runs=2)
        wait_for(self.follows_a_process, "the new process to be followed")
        self.proxy.process.kill()
        self.expect_withdrawal("refused", "connection-lost")


if __name__ == "__main__":
    main()
