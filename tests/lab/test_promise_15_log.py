"""Promise 15: neither a blocked log nor a full disk delays a withdrawal; what is lost is said."""

import fcntl
import os
import re
import select
import signal
import time

from lab.case import VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.system import wait_for
from lab.target import TcpTarget

DEBUG = "log { level debug; }\n"
LINE = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z vipgate-healthd (info|debug|warning): ")
# Bytes that may wait to be written, and those of the shortest line that a run of a check below makes.
WAITING_MAX, SHORTEST_LINE, CHECKS = 4 << 20, 128, 500


# The words behind sh -c 'exec "$@"': something is in the file that the lab takes for the program's log.
LOGGED = ("sh", "sh", "-c", 'echo "logs elsewhere"; exec "$@"', "sh")


def logging_to(path):
    """Runs a program with PATH as its standard error."""
    return ("sh", "-c", f'exec "$@" 2>"{path}"', *LOGGED)


class BlockedLog:
    """A pipe that is full and that nobody reads, until read() is asked to."""

    def __init__(self, lab, name):
        self.path = lab.path(name)
        os.mkfifo(self.path)
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        lab.on_close(lambda: os.close(self.descriptor))
        fcntl.fcntl(self.descriptor, fcntl.F_SETPIPE_SZ, 4096)
        try:
            while True:
                os.write(self.descriptor, b"filler\n")
        except BlockingIOError:
            pass
        self.text = ""

    def wrapper(self):
        return logging_to(self.path)

    def read(self):
        """All that was written so far, and what comes in the next second without a pause."""
        end = time.monotonic() + 1
        while time.monotonic() < end and select.select([self.descriptor], [], [], 0.05)[0]:
            self.text += os.read(self.descriptor, 1 << 20).decode()
        return self.text


class Log(LabCase):
    def configure(self, *extra):
        self.target, peer = TcpTarget(self.lab, self.host), self.peer()
        self.gate = self.vipgate("health { lease 1s; }\n", speaker(), tcp_check(), gated_vip("web"), *extra)
        return peer

    def expect_withdrawal(self, peer):
        session = peer.establish()
        session.wait_route(VIP)
        self.target.refuse()
        session.wait_gone(VIP)
        self.target.answer()
        session.wait_route(VIP)
        return session

    def test_nobody_reads_the_daemons(self):
        peer = self.configure(DEBUG)
        logs = [BlockedLog(self.lab, "bgpd"), BlockedLog(self.lab, "healthd")]
        self.gate.start_bgpd(*logs[0].wrapper())
        self.gate.start_healthd(*logs[1].wrapper())
        self.expect_withdrawal(peer)
        for daemon in (self.gate.healthd, self.gate.bgpd):
            daemon.signal(signal.SIGTERM)
            self.assertEqual(0, daemon.wait())

    def test_nobody_reads_the_supervisor(self):
        peer = self.configure()
        log = BlockedLog(self.lab, "run")
        self.gate.run(*log.wrapper())
        session = self.expect_withdrawal(peer)
        pid = self.gate.pid_of("healthd")
        self.gate.kill_daemon("healthd")
        wait_for(lambda: any(one["name"].endswith("healthd") and one["pid"] != pid
                             for one in self.gate.status()["daemon"]), "healthd to be started again")
        self.target.refuse()
        session.wait_gone(VIP)
        self.gate.supervisor.signal(signal.SIGTERM)
        self.assertEqual(0, self.gate.supervisor.wait())

    def test_the_disk_is_full(self):
        peer = self.configure()
        disk = self.lab.path("disk")
        os.mkdir(disk)
        # A disk of its own, in a mount namespace that goes with the daemon.
        self.gate.start_bgpd("unshare", "--mount", "sh", "-c", f"mount -t tmpfs -o size=64k tmpfs {disk}; "
                             f"head -c 100000 /dev/zero 2>/dev/null >{disk}/filler; exec \"$@\" 2>{disk}/log", *LOGGED)
        self.gate.start_healthd()
        self.expect_withdrawal(peer)
        inside = f"/proc/{self.gate.bgpd.pid}/root{disk}"
        os.unlink(f"{inside}/filler")
        self.target.refuse()
        def said():
            with open(f"{inside}/log") as log:
                return log.read()
        wait_for(lambda: re.search(r"\d+ log lines lost: No space left on device\n(.*\n)*.* -> withdrawn", said()),
                 lambda: f"the loss and what follows to be said, not {said()}")

    def test_the_reader_goes(self):
        """A `vipgate run 2>&1 | head` lives on."""
        peer = self.configure()
        reader, writer = os.pipe()
        self.gate.run(*logging_to(f"/proc/{os.getpid()}/fd/{writer}"))
        with os.fdopen(reader, "rb") as stream:
            stream.readline()
            os.close(writer)
        self.gate.wait_ready()
        self.gate.kill_daemon("healthd")
        self.expect_withdrawal(peer)

    def test_lost_lines_are_said_when_somebody_reads(self):
        """More lines than may wait: each run of a check is one."""
        checks = "".join(f"check {number:060} {{ file {{ path {self.lab.path('nothing')}; }} interval 50ms; }}\n"
                         for number in range(CHECKS))
        gate = self.vipgate(DEBUG, checks)
        log = BlockedLog(self.lab, "healthd")
        gate.start_healthd(*log.wrapper())
        wait_for(lambda: self.runs(gate) * SHORTEST_LINE > WAITING_MAX, "more lines than may wait", 60, pause=0.5)
        wait_for(lambda: re.search(r"warning: \d+ log lines? lost: nobody read them\n", log.read()), "the loss to be said")
        self.assertLess(log.text.index("started: version"), log.text.index("lost:"))
        self.assertEqual([], [line for line in log.text.replace("filler\n", "").splitlines() if not LINE.match(line)])
        # With less to say nothing is lost any more.
        gate.configure(checks)
        def reloaded():
            gate.healthd.signal(signal.SIGHUP)
            return "config healthd: reloaded" in log.read()
        wait_for(reloaded, "what follows to be there", 60)

    def runs(self, gate):
        return sum(check["runs"] for check in gate.state("show", "checks")["check"])


if __name__ == "__main__":
    main()
