"""The probes tcp, udp, icmp, exec, file and process from the command line: each up, each down, each explained."""

import os

from lab import web
from lab.case import main
from lab.haproxy import Haproxy
from lab.nginx import Nginx
from lab.probes import TIMING, ProbeCase
from lab.system import wait_for
from lab.target import TcpTarget

ECHO = """
stream {
    server { listen 127.0.0.1:9000 udp; return "pong $remote_addr\\n"; }
    upstream nobody { server 127.0.0.1:9009; }
    server { listen 127.0.0.1:9001 udp; proxy_pass nobody; proxy_timeout 1s; }
}
"""


class Simple(ProbeCase):
    def test_tcp(self):
        TcpTarget(self.lab, self.host)
        ports = self.bad_servers(b"o")
        target = "tcp {{ target 127.0.0.1:{}; expect ok; }}".format
        results = self.run_checks({"connects": "tcp { target 127.0.0.1:8080; }", "says": target(8080),
                                   "nobody": target(8081), **{habit: target(port) for habit, port in ports.items()}})
        self.assert_ok(results["connects"])
        self.assert_ok(results["says"])
        self.assert_fail(results["nobody"], "refused")
        self.assertIn("127.0.0.1:8081", results["nobody"]["detail"])
        # They wait for a word before they speak, or speak without the expected one.
        for habit in ("silent", "garbage", "half", "endless"):
            self.assert_fail(results[habit], "timeout", "too-large", "closed")
        for habit in ("closes", "resets"):
            self.assert_fail(results[habit], "closed", "reset")

    def test_udp(self):
        Nginx(self.lab, self.host, ECHO)
        ports = self.bad_datagrams()
        target = "udp {{ target 127.0.0.1:{}; send ping; expect pong; }}".format
        results = self.run_checks({"nginx": target(9000), "balanced-nobody": target(9001), "nobody": target(9002),
                                   **{habit: target(port) for habit, port in ports.items()}})
        self.assert_ok(results["nginx"])
        self.assert_fail(results["nobody"], "refused")
        # nginx may answer for nobody with an empty datagram: it takes an expected text to tell.
        self.assert_fail(results["balanced-nobody"], "timeout", "refused", "mismatch")
        self.assert_fail(results["silent"], "timeout")
        self.assert_fail(results["garbage"], "mismatch")

    def test_icmp(self):
        results = self.run_checks({"here": "icmp { target 127.0.0.1; }",
                                   "six": 'icmp { target "::1"; }',
                                   "nowhere": "icmp { target 192.0.2.1; }"})
        self.assert_ok(results["here"])
        self.assert_ok(results["six"])
        # There is no route in this host: our own trouble.
        self.assertEqual("unable", results["nowhere"]["outcome"], results["nowhere"])
        self.assertEqual("no-route", results["nowhere"]["reason"])

    def test_exec(self):
        results = self.run_checks({
            "well": "exec { command \"/bin/sh -c 'echo fine; exit 0'\"; }",
            "ill": "exec { command \"/bin/sh -c 'echo no disk >&2; exit 3'\"; }",
            "missing": "exec { command /nonexistent; }",
            "slow": "exec { command \"/bin/sleep 100\"; }",
            "endless": "exec { command /usr/bin/yes; }",
            "nobody": 'exec { command "/usr/bin/id -u"; user nobody; }',
        })
        self.assert_ok(results["well"])
        self.assert_fail(results["ill"], "exit-status")
        self.assertIn("no disk", results["ill"]["detail"])
        self.assertEqual("unable", results["missing"]["outcome"])
        self.assert_fail(results["slow"], "timeout")
        self.assert_fail(results["endless"], "too-large")
        self.assert_ok(results["nobody"])
        self.assertIn("65534", results["nobody"]["detail"])

    def test_file(self):
        switch = self.lab.write("maintenance", "")
        results = self.run_checks({"there": f"file {{ path {switch}; }}",
                                   "maintenance": f"file {{ path {switch}; expect absent; }}",
                                   "none": f"file {{ path {switch}.not; expect absent; }}"})
        self.assert_ok(results["there"])
        self.assert_fail(results["maintenance"], "mismatch")
        self.assert_ok(results["none"])

    def test_haproxy(self):
        """What HAProxy sends no traffic to is not up: weight 0, maintenance, a backup server that stands by."""
        web.start(self.lab, self.host, "web", "127.0.0.1", "page", port=8080)
        proxy = Haproxy(self.lab, self.host, "proxy", {"web": "127.0.0.1:8080", "light": "127.0.0.1:8080 weight 0",
                                                       "spare": "127.0.0.1:8080 backup", "dead": "127.0.0.1:8081"})
        gate = self.vipgate(f"check web {{ haproxy {{ socket {proxy.socket}; backend http_back; }} {TIMING} }}\n")
        gate.start_healthd()

        def wait_for_detail(words):
            return wait_for(lambda: words in (last := self.run_one(gate, "web"))["detail"] and last,
                            lambda: f"{words}; there is {gate.check('web')}")

        wait_for(lambda: gate.cli("show", "checks").returncode == 0, "the health daemon to answer")
        self.assert_ok(wait_for_detail("1 of 3 servers up (1 down, 1 draining)"))
        self.assertEqual(33, gate.check("web")["healthy-percent"])
        proxy.tell("set server http_back/web state maint")
        self.assert_ok(wait_for_detail("1 of 3 servers up (1 down, 1 draining, 1 in maintenance, 1 backup in use)"))
        proxy.tell("set server http_back/spare weight 0")
        self.assert_fail(wait_for_detail("0 of 3 servers up"), "too-few")

    def test_process(self):
        pidfile = self.lab.write("own.pid", f"{os.getpid()}\n")
        empty = self.lab.write("empty.pid", "")
        results = self.run_checks({"runs": f"process {{ pidfile {pidfile}; }}",
                                   "empty": f"process {{ pidfile {empty}; }}",
                                   "none": f"process {{ pidfile {pidfile}.not; }}"})
        self.assert_ok(results["runs"])
        self.assert_fail(results["empty"], "missing")
        self.assert_fail(results["none"], "missing")


if __name__ == "__main__":
    main()
