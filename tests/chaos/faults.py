"""The faults: each breaks something, waits, and mends it. AFFECTS are the VIPs that may change for it, once there and
once back; SESSIONS says that neighbors may be lost for it, and with them all that they hold.

A fault that affects nothing and costs no session must not be seen by any neighbor.
"""

import contextlib
import os
import signal
import socket
import subprocess
import threading

from lab.system import program
from world import EXTRA, FREE, GATED, GRADED, NVA, PROXIED, WEB, Variant

ALL = (*GATED, FREE, EXTRA)
# A reload waits half a minute for each daemon that does not answer, seconds.
PATIENCE = 90


class Fault:
    affects = ()
    sessions = False
    seconds = (0.5, 4.0)

    def __init__(self, world, random):
        self.world, self.random = world, random

    def begin(self):
        raise NotImplementedError

    def end(self):
        """Mends what begin has broken."""


# ---- daemons

class KillHealthd(Fault):
    """The supervisor has it back well inside the lease: nobody sees it."""

    def begin(self):
        self.world.signal_daemon("healthd", signal.SIGKILL)


class KillBgpd(Fault):
    sessions = True

    def begin(self):
        self.world.signal_daemon("bgpd", signal.SIGKILL)


class Stop(Fault):
    """SIGSTOP, and SIGCONT later, unless somebody has ended it for being hung."""
    daemon = None

    def begin(self):
        self.pid = self.world.signal_daemon(self.daemon, signal.SIGSTOP)

    def end(self):
        with contextlib.suppress(ProcessLookupError, TypeError):
            os.kill(self.pid, signal.SIGCONT)


class StopHealthd(Stop):
    daemon = "healthd"
    affects = GATED
    seconds = (0.5, 8.0)


class StopBgpd(Stop):
    daemon = "bgpd"
    sessions = True
    affects = GATED
    seconds = (0.5, 14.0)


# ---- proxy and backends

class KillProxy(Fault):
    affects = (PROXIED,)

    def begin(self):
        self.world.haproxy.process.kill()

    def end(self):
        self.world.start_proxy()


class ReplaceProxy(Fault):
    """A new HAProxy begins beside the old one, which it tells to finish."""
    affects = (PROXIED,)

    def begin(self):
        old = self.world.haproxy.process
        self.world.haproxy.start("-sf", old.pid)
        old.wait()

    def end(self):
        self.world.start_proxy()


class Target(Fault):
    affects = GATED

    def begin(self):
        self.name = self.random.choice(sorted(self.world.serving) or ["t1"])
        self.break_()

    def running(self):
        return self.name in self.world.serving


class KillTarget(Target):
    def break_(self):
        if self.running():
            self.world.target(self.name).kill()

    def end(self):
        if self.running():
            self.world.serve(self.name)


class HangTarget(Target):
    """The kernel accepts, and nobody answers."""
    seconds = (1.0, 6.0)

    def break_(self):
        if self.running():
            self.world.target(self.name).signal(signal.SIGSTOP)

    def end(self):
        if self.running():
            self.world.target(self.name).signal(signal.SIGCONT)


# ---- neighbors

class KillBird(Fault):
    sessions = True

    def begin(self):
        self.world.bird.process.kill()

    def end(self):
        self.world.start_bird()


class ResetRecorder(Fault):
    sessions = True

    def begin(self):
        self.world.recorder.reset()


class CloseRecorder(Fault):
    sessions = True

    def begin(self):
        self.world.recorder.close()


class RefusingRecorder(Fault):
    sessions = True

    def begin(self):
        self.world.recorder.refuse()
        self.world.recorder.reset()

    def end(self):
        self.world.recorder.listen()


class DeafRecorder(Fault):
    sessions = True
    seconds = (1.0, 14.0)

    def begin(self):
        self.world.recorder.stop_reading()

    def end(self):
        self.world.recorder.resume_reading()


class SilentRecorder(Fault):
    sessions = True
    seconds = (1.0, 12.0)

    def begin(self):
        self.world.recorder.fall_silent()


class Knocking(Fault):
    """Bare connections from the neighbors' side that say nothing, or garbage: the sessions must not notice."""
    affects = ()

    def begin(self):
        self.sockets = []
        with self.world.recorder_host.entered():
            for number in range(20):
                with contextlib.suppress(OSError):
                    sock = socket.create_connection((NVA, 179), timeout=1)
                    self.sockets.append(sock)
                    if number % 2:
                        sock.sendall(b"\0" * 64)

    def end(self):
        for sock in self.sockets:
            sock.close()


# ---- links and packets

class LinkDown(Fault):
    port = None

    def begin(self):
        self.world.switch.ip("link", "set", self.port, "down")

    def end(self):
        self.world.switch.ip("link", "set", self.port, "up")


class RecorderLink(LinkDown):
    port, sessions, seconds = "recorder", True, (0.5, 12.0)


class BirdLink(LinkDown):
    port, sessions, seconds = "bird", True, (0.5, 12.0)


class WebLink(LinkDown):
    port, affects, seconds = "web", GATED, (0.5, 6.0)


class Drop(Fault):
    """nftables on the NVA drops what RULE matches, in both directions."""
    rule = None

    def begin(self):
        self.table = f"chaos{self.random.randrange(1 << 30)}"
        rules = "".join(f"chain {hook} {{ type filter hook {hook} priority 0; {self.rule} drop; }}\n"
                        for hook in ("input", "output"))
        self._nft(f"table inet {self.table} {{\n{rules}}}\n")

    def end(self):
        self._nft(f"delete table inet {self.table}\n")

    def _nft(self, text):
        subprocess.run(self.world.nva.command(program("nft"), "-f", "-"), input=text, text=True, check=True)


class DropBgp(Drop):
    rule, sessions, seconds = "tcp dport 179", True, (0.5, 12.0)


class DropProbes(Drop):
    rule, affects, seconds = f"ip saddr {WEB}", GATED, (0.5, 6.0)


# ---- the machine

class RemoveAddress(Fault):
    """By hand: vipgate puts it back, and the route is withdrawn while it is not there."""
    affects = ALL

    def begin(self):
        present = self.world.addresses()
        if present:
            with contextlib.suppress(Exception):
                self.world.nva.ip("address", "del", self.random.choice(present), "dev", "lo")


class ForeignAddress(Fault):
    """Somebody else's business on the same loopback."""

    def begin(self):
        self.world.nva.address("203.0.113.200/32")

    def end(self):
        self.world.nva.ip("address", "del", "203.0.113.200/32", "dev", "lo")


class Descriptors(Fault):
    """None left: what cannot be opened is no failure of a backend."""
    daemon = None

    def begin(self):
        self.pid = self.world.pid_of(self.daemon)
        self._limit("3:")

    def end(self):
        self._limit("1024:")

    def _limit(self, value):
        if self.pid and os.path.exists(f"/proc/{self.pid}"):
            subprocess.run([program("prlimit"), f"--pid={self.pid}", f"--nofile={value}"], capture_output=True)


class HealthdDescriptors(Descriptors):
    daemon = "healthd"
    affects = GATED  # for longer than the lease they are unknown


class BgpdDescriptors(Descriptors):
    daemon = "bgpd"


class BlockedLog(Fault):
    """Nobody reads the log."""
    seconds = (1.0, 10.0)

    def begin(self):
        self.world.reader.signal(signal.SIGSTOP)

    def end(self):
        self.world.reader.signal(signal.SIGCONT)


class HungClients(Fault):
    """Clients of both control sockets that ask and never read."""

    def begin(self):
        self.sockets = []
        for daemon in ("bgpd", "healthd"):
            for number in range(32):
                with contextlib.suppress(OSError):
                    sock = socket.socket(socket.AF_UNIX)
                    sock.settimeout(1)
                    sock.connect(os.path.join(self.world.gate.directory, f"{daemon}.sock"))
                    self.sockets.append(sock)
                    if number % 2:
                        sock.sendall(b"\0\0\0\x20{\"vipgate:get\"")

    def end(self):
        for sock in self.sockets:
            sock.close()


class Curious(Fault):
    """The command line, again and again."""

    def begin(self):
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def end(self):
        self.done.set()
        self.thread.join()

    def _ask(self):
        while not self.done.is_set():
            with contextlib.suppress(Exception):
                self.world.gate.cli(*self.random.choice((("status",), ("--json", "show", "vips"), ("show", "events"),
                                                         ("why", PROXIED), ("check", "run", "t3"))))


# ---- configuration

class Reload(Fault):
    """Another valid file. It stays; whether it has come into force by then or not, the end sees to it."""
    affects = (GRADED, EXTRA)

    def begin(self):
        self.world.variant = Variant.random(self.random)
        self.world.gate.configure(self.world.config())
        self.world.gate.cli("reload", timeout=PATIENCE)


class InvalidReload(Fault):
    """A file with an error changes nothing."""

    def begin(self):
        self.world.gate.configure(self.world.config() + "vip 203.0.113.77/32 { gate { check nobody; } }\n")
        result = self.world.gate.cli("reload", timeout=PATIENCE)
        assert result.returncode, "an invalid file was taken"

    def end(self):
        self.world.gate.configure(self.world.config())


FAULTS = (KillHealthd, KillBgpd, StopHealthd, StopBgpd, KillProxy, ReplaceProxy, KillTarget, HangTarget, KillBird,
          ResetRecorder, CloseRecorder, RefusingRecorder, DeafRecorder, SilentRecorder, Knocking, RecorderLink, BirdLink,
          WebLink, DropBgp, DropProbes, RemoveAddress, ForeignAddress, HealthdDescriptors, BgpdDescriptors, BlockedLog,
          HungClients, Curious, Reload, InvalidReload)
# What breaks the same thing twice at once cannot be mended one by one.
EXCLUSIVE = ((KillBird, BirdLink), (Reload, InvalidReload), (KillProxy, ReplaceProxy), (KillTarget, HangTarget),
             (KillHealthd, StopHealthd, HealthdDescriptors), (KillBgpd, StopBgpd, BgpdDescriptors),
             (RefusingRecorder, ResetRecorder, CloseRecorder, DeafRecorder, SilentRecorder))
