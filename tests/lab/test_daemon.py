"""What is the same in every daemon: options, what it logs, and what it tells the service manager."""

import json
import os
import signal
import socket
import subprocess

from lab.case import LabCase, main
from lab.system import wait_for
from lab.vipgate import SANITIZERS, binary

DAEMONS = ("vipgate-bgpd", "vipgate-healthd")
GOOD = 'site north;\nlog { level info; format json; }\ncheck "a" { file { path /; } }\n'


class Daemon(LabCase):
    def config(self, text=GOOD):
        return self.lab.write("daemon.conf", f"control {{ directory {self.lab.path('run')}; }}\n{text}")

    def start(self, daemon, config, **environment):
        process = subprocess.Popen([binary(daemon), "-c", config], stderr=subprocess.PIPE, text=True,
                                   env=dict(os.environ, **SANITIZERS, **environment))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stderr.close)
        return process

    def test_options(self):
        good, bad = self.config(), self.lab.write("bad.conf", "sitt north;\n")
        warned = self.lab.write("warned.conf", "bgp { local-as 65010; router-id 198.51.100.70;\n"
                                "neighbor 198.51.100.4 { peer-as 65515; platform azure-route-server; } }\n")
        rows = (  # name, words, exit status, on standard output, on standard error
            ("check a good file", ["-n", "-c", good], 0, "", ""),
            ("check, file first", ["-c", good, "-n"], 0, "", ""),
            ("a warning is no error", ["-n", "-c", warned], 0, "", "warned.conf:2:"),
            ("check a bad file", ["-n", "-c", bad], 2, "", "bad.conf:1:1: "),
            ("a file that is missing", ["-n", "-c", "/nowhere/x.conf"], 2, "", "/nowhere/x.conf"),
            ("an argument too many", ["-n", "-c", good, "x"], 2, "", "usage: "),
            ("an unknown option", ["-x"], 2, "", "usage: "),
            ("an unknown long option", ["--nothing"], 2, "", "usage: "),
            ("an option without its argument", ["-c"], 2, "", "usage: "),
            ("help", ["-h"], 0, "usage: ", ""),
            ("version", ["-V"], 0, " 0.", ""),
        )
        for daemon in DAEMONS:
            for name, words, status, out, err in rows:
                with self.subTest(name, daemon=daemon):
                    done = subprocess.run([binary(daemon), *words], capture_output=True, text=True, timeout=30)
                    self.assertEqual(status, done.returncode, done.stderr)
                    for wanted, said in ((out, done.stdout), (err, done.stderr)):
                        self.assertTrue(wanted in said if wanted else said == "", (wanted, said))

    def test_json_logs(self):
        for daemon in DAEMONS:
            with self.subTest(daemon=daemon):
                process = self.start(daemon, self.config())
                line = json.loads(process.stderr.readline())
                self.assertRegex(line.pop("time"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
                self.assertIn("started: version ", line.pop("message"))
                self.assertEqual({"level": "info", "daemon": daemon, "site": "north",
                                  "subject": f"daemon {daemon[8:]}"}, line)
                process.terminate()
                for line in process.stderr:
                    json.loads(line)
                self.assertEqual(0, process.wait(15))

    def test_level(self):
        for daemon in DAEMONS:
            with self.subTest(daemon=daemon):
                process = self.start(daemon, self.config("log { level error; }\n"))
                wait_for(lambda: subprocess.run([binary("vipgate"), "-S", self.lab.path("run"), "show", "config"],
                                                capture_output=True).returncode == 0, f"{daemon} to answer")
                process.terminate()
                self.assertEqual(("", 0), (process.stderr.read(), process.wait(15)))

    def test_service_manager(self):
        for daemon in DAEMONS:
            for address in (self.lab.path(f"{daemon}.notify"), f"\0vipgate-test-{daemon}"):
                with self.subTest(daemon=daemon, address=address), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                    manager.bind(address)
                    manager.settimeout(15)
                    process = self.start(daemon, self.config(), NOTIFY_SOCKET=address.replace("\0", "@"),
                                         WATCHDOG_USEC="200000")
                    self.assertEqual(b"READY=1", manager.recv(64))
                    self.assertEqual([b"WATCHDOG=1"] * 3, [manager.recv(64) for _ in range(3)])
                    process.send_signal(signal.SIGTERM)
                    while (word := manager.recv(64)) == b"WATCHDOG=1":
                        pass
                    self.assertEqual(b"STOPPING=1", word)
                    self.assertEqual(0, process.wait(15))

    def test_what_is_for_another_process(self):
        """WATCHDOG_PID names somebody else: no sign of life is asked for."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(self.lab.path("manager"))
            manager.settimeout(15)
            process = self.start(DAEMONS[1], self.config(), NOTIFY_SOCKET=self.lab.path("manager"),
                                 WATCHDOG_USEC="100000", WATCHDOG_PID="1")
            self.assertEqual(b"READY=1", manager.recv(64))
            process.terminate()
            self.assertEqual(b"STOPPING=1", manager.recv(64))


if __name__ == "__main__":
    main()
