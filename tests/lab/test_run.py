"""vipgate run, with programs of the test in place of the daemons: order, restarts, signals, orphans.
Root, for a process namespace."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from lab.system import require_root, wait_for
from lab.vipgate import binary

# Says what happens to it in a file. SIGKILL is its only way out where STUBBORN is.
DAEMON = """#!/usr/bin/env python3
import os, signal, sys
name = os.path.basename(sys.argv[0])
log = os.open(os.path.join(os.path.dirname(sys.argv[0]), "log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def say(what):
    os.write(log, f"{name} {what}\\n".encode())
def stop(number, frame):
    say("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGHUP, lambda number, frame: say("reloads"))
say(f"runs {os.getpid()} {' '.join(sys.argv[1:])}")
STATUS
while True:
    signal.pause()
"""
CONFIG = "site north;\n"


class Run(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="vipgate-test-")
        self.addCleanup(temporary.cleanup)
        self.directory = temporary.name
        shutil.copy(binary("vipgate"), self.path("vipgate"))
        self.config = self.path("vipgate.conf")
        with open(self.config, "w") as file:
            file.write(CONFIG)
        for name in ("bgpd", "healthd"):
            self.install(f"vipgate-{name}")

    def path(self, name):
        return os.path.join(self.directory, name)

    def install(self, name, status=""):
        with open(self.path(name), "w") as file:
            file.write(DAEMON.replace("STATUS", status))
        os.chmod(self.path(name), 0o755)

    def start(self, *wrapper):
        self.process = subprocess.Popen([*wrapper, self.path("vipgate"), "run", "-c", self.config],
                                        stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.process.stderr.close)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)

    def log(self):
        try:
            with open(self.path("log")) as file:
                return [line.split() for line in file]
        except FileNotFoundError:
            return []

    def pids(self, name):
        return [int(line[2]) for line in self.log() if line[:2] == [name, "runs"]]

    def both_run(self):
        wait_for(lambda: self.pids("vipgate-bgpd") and self.pids("vipgate-healthd"), "both to run")

    def test_both_run_and_bgpd_stops_first(self):
        self.start()
        self.both_run()
        self.assertTrue(all(line[3:] == ["-c", self.config] for line in self.log()))
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(10))
        self.assertEqual([["vipgate-bgpd", "stopped"], ["vipgate-healthd", "stopped"]], self.log()[2:])

    def test_ctrl_c_stops_in_order_too(self):
        self.start()
        self.both_run()
        self.process.send_signal(signal.SIGINT)
        self.assertEqual(0, self.process.wait(10))
        self.assertEqual([["vipgate-bgpd", "stopped"], ["vipgate-healthd", "stopped"]], self.log()[2:])

    def test_reload_is_passed_on(self):
        self.start()
        self.both_run()
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: sorted(line[0] for line in self.log() if line[1] == "reloads") ==
                 ["vipgate-bgpd", "vipgate-healthd"], "both to reload")

    def test_one_that_dies_is_started_again(self):
        self.start()
        self.both_run()
        began = time.monotonic()
        for deaths in (1, 2, 3):
            os.kill(self.pids("vipgate-bgpd")[-1], signal.SIGKILL)
            wait_for(lambda deaths=deaths: len(self.pids("vipgate-bgpd")) == deaths + 1, "the next start")
        self.assertGreater(time.monotonic() - began, 0.2 + 0.4 + 0.8)
        self.assertEqual(1, len(self.pids("vipgate-healthd")))
        self.assertIsNone(self.process.poll())

    def test_a_refused_configuration_ends_it(self):
        self.install("vipgate-bgpd", "print('vipgate.conf:1:1: no', file=sys.stderr); sys.exit(2)")
        self.start()
        _, said = self.process.communicate(timeout=10)
        self.assertEqual(2, self.process.returncode)
        self.assertIn("vipgate.conf:1:1: no", said)
        self.assertEqual(["vipgate-healthd", "stopped"], self.log()[-1])

    def test_a_wrong_file_is_said_once_and_nothing_starts(self):
        with open(self.config, "w") as file:
            file.write("site one two;\n")
        self.start()
        _, said = self.process.communicate(timeout=10)
        self.assertEqual(2, self.process.returncode)
        self.assertEqual(1, len(said.splitlines()), said)
        self.assertIn("vipgate.conf:1:", said)
        self.assertEqual([], self.log())

    def test_a_killed_supervisor_leaves_none_behind(self):
        self.start()
        self.both_run()
        self.process.kill()
        wait_for(lambda: [line[1] for line in self.log()].count("stopped") == 2, "both to stop")

    def test_as_the_first_process_it_waits_for_orphans(self):
        self.install("vipgate-bgpd", """
if os.fork() == 0:
    if os.fork() == 0:
        while os.getppid() != 1:
            pass
        say("orphan ends")
    os._exit(0)
os.wait()""")
        self.start("unshare", "--pid", "--fork", "--kill-child")
        wait_for(lambda: ["vipgate-bgpd", "orphan", "ends"] in self.log(), "the orphan to end")
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            first = file.read().strip()
        def names():
            with open(f"/proc/{first}/task/{first}/children") as file:
                return [self.stat(pid) for pid in file.read().split()]
        wait_for(lambda: "Z" not in names(), "the orphan to be waited for")
        self.assertEqual(2, len(names()))

    @staticmethod
    def stat(pid):
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0]

    def test_a_missing_program_ends_it(self):
        os.unlink(self.path("vipgate-bgpd"))
        self.process = subprocess.run([self.path("vipgate"), "run", "-c", self.config], capture_output=True, text=True,
                                      timeout=20, env={**os.environ, "PATH": "/usr/bin:/bin"})
        self.assertEqual(1, self.process.returncode)
        self.assertIn("vipgate-bgpd", self.process.stderr)


if __name__ == "__main__":
    require_root()
    unittest.main()
