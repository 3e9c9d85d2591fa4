"""vipgate run, with programs of the test in place of the daemons: order, restarts, signals, orphans; and with the daemons
themselves: what they say to who started them. Root, for a process namespace."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from lab.case import LOCAL, VIP, LabCase, gated_vip, speaker, tcp_check
from lab.system import require_root, wait_for
from lab.target import TcpTarget
from lab.vipgate import Vipgate, binary, without

# Says what happens to it in a file. STATUS is what it does before it is ready, AFTER what it does then. A signal that comes
# while Python itself starts waits for its handler.
DAEMON = """#!/usr/bin/env -S --block-signal=TERM,HUP python3
import os, signal, sys, time
name = os.path.basename(sys.argv[0])
log = os.open(os.path.join(os.path.dirname(sys.argv[0]), "log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def say(what):
    os.write(log, f"{name} {what}\\n".encode())
def stop(number, frame):
    say("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGHUP, lambda number, frame: say("reloads"))
signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGHUP))
say(f"runs {os.getpid()} {' '.join(sys.argv[1:])}")
def notify(word):
    os.write(3, word.encode())
STATUS
notify("READY=1")
say("ready")
AFTER
while True:
    time.sleep(int(os.environ["WATCHDOG_USEC"]) / 4000000)
    notify("WATCHDOG=1")
"""
CONFIG = "site north;\n"


class Run(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="vipgate-test-")
        self.addCleanup(temporary.cleanup)
        # The supervisor also looks in ../sbin.
        self.directory = os.path.join(temporary.name, "bin")
        os.mkdir(self.directory)
        shutil.copy(binary("vipgate"), self.path("vipgate"))
        self.config = self.path("vipgate.conf")
        with open(self.config, "w") as file:
            file.write(CONFIG)
        for name in ("bgpd", "healthd"):
            self.install(f"vipgate-{name}")

    def path(self, name):
        return os.path.join(self.directory, name)

    def install(self, name, status="", after=""):
        # A new file, so that one that runs is left alone.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(name))
        with open(self.path(name), "w") as file:
            file.write(DAEMON.replace("STATUS", status).replace("AFTER", after))
        os.chmod(self.path(name), 0o755)

    def start(self, *wrapper, environment=None):
        self.process = subprocess.Popen([*wrapper, self.path("vipgate"), "run", "-c", self.config],
                                        stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
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

    def ready(self, name):
        return self.log().count([name, "ready"])

    def both_run(self):
        wait_for(lambda: self.ready("vipgate-bgpd") and self.ready("vipgate-healthd"), "both to run")

    def test_both_run_and_bgpd_stops_first(self):
        self.start()
        self.both_run()
        self.assertTrue(all(line[3:] == ["-c", self.config] for line in self.log() if line[1] == "runs"))
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(10))
        self.assertEqual([["vipgate-bgpd", "stopped"], ["vipgate-healthd", "stopped"]], self.log()[4:])

    def test_ctrl_c_stops_in_order_too(self):
        self.start()
        self.both_run()
        self.process.send_signal(signal.SIGINT)
        self.assertEqual(0, self.process.wait(10))
        self.assertEqual([["vipgate-bgpd", "stopped"], ["vipgate-healthd", "stopped"]], self.log()[4:])

    def test_reload_is_passed_on(self):
        self.start()
        self.both_run()
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: sorted(line[0] for line in self.log() if line[1] == "reloads") ==
                 ["vipgate-bgpd", "vipgate-healthd"], "both to reload")

    def test_one_that_dies_is_started_again(self):
        self.start()
        self.both_run()
        for deaths in (1, 2, 3):
            os.kill(self.pids("vipgate-bgpd")[-1], signal.SIGKILL)
            wait_for(lambda deaths=deaths: self.ready("vipgate-bgpd") == deaths + 1, "the next start")
        self.assertEqual(1, len(self.pids("vipgate-healthd")))
        self.assertEqual(["0s", "200ms", "400ms"], self.pauses())

    def test_healthd_is_never_away_for_long(self):
        """Its absence withdraws what it gates when the lease is over."""
        self.install("vipgate-healthd", "os.kill(os.getpid(), signal.SIGKILL)")
        self.start()
        wait_for(lambda: len(self.pids("vipgate-healthd")) == 6 and self.ready("vipgate-bgpd"), "the sixth start")
        self.assertEqual(["0s", "200ms", "400ms", "500ms", "500ms"], self.pauses()[:5])

    def pauses(self):
        """What the supervisor, stopped, has said of its pauses."""
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=10)
        self.assertEqual(0, self.process.returncode)
        return re.findall(r"starts again in (\S+)", said)

    def test_one_that_cannot_start_ends_it(self):
        """A wrong configuration; a port taken, a second instance, a right that is missing."""
        for status in (1, 2):
            self.install("vipgate-bgpd", f"print('bgpd: what is wrong', file=sys.stderr); sys.exit({status})")
            self.start()
            _, said = self.process.communicate(timeout=10)
            self.assertEqual(status, self.process.returncode)
            self.assertIn("bgpd: what is wrong", said)
            self.assertNotIn("starts again", said)

    def test_one_that_could_start_before_is_started_again(self):
        self.start()
        self.both_run()
        self.install("vipgate-bgpd", "sys.exit(1)")
        os.kill(self.pids("vipgate-bgpd")[-1], signal.SIGKILL)
        wait_for(lambda: len(self.pids("vipgate-bgpd")) == 3, "a start after one that failed")
        self.install("vipgate-bgpd")
        wait_for(lambda: self.ready("vipgate-bgpd") == 2, "bgpd to be back")

    def test_one_that_hangs_is_started_again(self):
        self.install("vipgate-healthd", after="signal.pause()")
        self.start()
        self.both_run()
        os.kill(self.pids("vipgate-bgpd")[-1], signal.SIGSTOP)
        wait_for(lambda: self.ready("vipgate-bgpd") == 2 and self.ready("vipgate-healthd") == 2, "the next start", 40)
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=10)
        for name in ("bgpd", "healthd"):
            self.assertRegex(said, f"vipgate-{name}: no sign of life for 10 s; killed\n")
            self.assertRegex(said, f"vipgate-{name}: ended by signal 6 ")

    def test_the_service_manager_is_told(self):
        """Ready when both are, and alive from the start."""
        self.install("vipgate-bgpd", "while not os.path.exists(sys.argv[0] + '.may'): time.sleep(0.01)")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(self.path("manager"))
            manager.settimeout(20)
            self.start(environment={"NOTIFY_SOCKET": self.path("manager"), "WATCHDOG_USEC": "200000"})
            wait_for(lambda: self.ready("vipgate-healthd") and self.pids("vipgate-bgpd"), "bgpd to begin")
            self.assertEqual([b"WATCHDOG=1"] * 3, [manager.recv(64) for _ in range(3)])
            with open(self.path("vipgate-bgpd.may"), "w"):
                pass
            wait_for(lambda: manager.recv(64) == b"READY=1", "the supervisor to be ready")
            self.process.send_signal(signal.SIGTERM)
            wait_for(lambda: manager.recv(64) == b"STOPPING=1", "the supervisor to stop")

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
        def children():
            with open(f"/proc/{first}/task/{first}/children") as file:
                return file.read().split()
        wait_for(lambda: len(children()) == 2, "the orphan to be waited for, and the daemons to remain")

    def test_a_missing_program_ends_it(self):
        os.unlink(self.path("vipgate-bgpd"))
        self.process = subprocess.run([self.path("vipgate"), "run", "-c", self.config], capture_output=True, text=True,
                                      timeout=20, env={**os.environ, "PATH": "/usr/bin:/bin"})
        self.assertEqual(1, self.process.returncode)
        self.assertIn("vipgate-bgpd", self.process.stderr)


class Daemons(LabCase):
    def expect_end(self, gate, *words, wrapper=()):
        """The supervisor ends with 1, having said WORDS once."""
        gate.run(*wrapper)
        self.assertEqual(1, gate.supervisor.wait())
        for word in words:
            self.assertIn(word, gate.supervisor.output())
        self.assertNotIn("starts again", gate.supervisor.output())

    def test_a_port_that_is_taken_ends_it(self):
        with self.host.entered():
            taken = socket.create_server((LOCAL, 179))
        self.addCleanup(taken.close)
        self.expect_end(Vipgate(self.lab, self.host, speaker()), LOCAL, "ddress already in use")

    def test_a_right_that_is_missing_ends_it(self):
        self.expect_end(Vipgate(self.lab, self.host, speaker()), "ermission denied",
                        wrapper=without("net_bind_service"))

    def test_a_second_instance_ends(self):
        first = self.vipgate(speaker())
        first.run().wait_ready()
        second = Vipgate(self.lab, self.host, speaker(), "second")
        second.file = first.file
        self.expect_end(second, "another daemon answers on ")
        self.assertTrue(first.supervisor.running())
        first.wait_ready()

    def test_a_hung_daemon_is_started_again(self):
        """No neighbor notices that healthd was away: it is killed within the lease."""
        TcpTarget(self.lab, self.host)
        peer = self.peer()
        gate = self.vipgate("health { lease 60s; }\n", speaker(), tcp_check(), gated_vip("web"))
        gate.run()
        session = peer.establish()
        session.wait_route(VIP)
        os.kill(gate.pid_of("healthd"), signal.SIGSTOP)
        wait_for(lambda: "vipgate-healthd: no sign of life" in gate.supervisor.output(), "healthd to be killed", 40)
        gate.wait_check("web", "up")
        session.quiet()
        self.assertEqual(["65010"], session.story(VIP))

    def test_each_says_that_it_is_ready_and_alive(self):
        gate = self.vipgate(speaker())
        for start, name in ((gate.start_bgpd, "bgpd"), (gate.start_healthd, "healthd")):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                manager.bind(self.lab.path(f"manager-{name}"))
                manager.settimeout(20)
                start("env", f"NOTIFY_SOCKET={self.lab.path(f'manager-{name}')}", "WATCHDOG_USEC=400000")
                wait_for(lambda: manager.recv(64) == b"READY=1", f"{name} to be ready")
                self.assertEqual([b"WATCHDOG=1"] * 3, [manager.recv(64) for _ in range(3)])


if __name__ == "__main__":
    require_root()
    unittest.main()
