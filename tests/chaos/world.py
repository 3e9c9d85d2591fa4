"""The world that chaos is let loose on: one NVA with vipgate and HAProxy, four web servers, two neighbors.

    recorder (scripted) ─┐
    BIRD ────────────────┤ switch ── nva: vipgate run, HAProxy
    web: t1 t2 t3 t4 ────┘

What should be announced follows from the truth alone: which web servers serve, and which variant of the configuration
stands in the file. `expected` says it, and nothing in it looks at vipgate.
"""

import fcntl
import os
import re
import signal
import socket
import string

from lab import web
from lab.bird import Bird
from lab.case import SANITIZER_WORDS
from lab.haproxy import Haproxy
from lab.namespace import connect
from lab.process import resident_kilobytes
from lab.system import wait_for
from lab.vipgate import SANITIZERS, Vipgate, binary
from recorder import Recorder

NVA, WEB, RECORDER, BIRD = "198.51.100.70", "198.51.100.69", "198.51.100.4", "198.51.100.5"
NVA_AS, PEER_AS = 65010, 65515
TARGETS = {"t1": 8001, "t2": 8002, "t3": 8003, "t4": 8004}
PROXIED, SINGLE, GRADED, FREE, EXTRA = (f"203.0.113.{number}/32" for number in (1, 2, 3, 4, 5))
GATED = (PROXIED, SINGLE, GRADED)
# What a VIP hangs on.
BEHIND = {PROXIED: ("t1", "t2"), SINGLE: ("t3",), GRADED: ("t3", "t4")}
# In how many steps a VIP may go, where it is not one: degraded, then withdrawn.
STEPS = {GRADED: 2}

BIRD_CONFIG = f"""
protocol bgp nva {{
    local {BIRD} as {PEER_AS};
    neighbor {NVA} as {NVA_AS};
    hold time 9; keepalive time 3;
    connect delay time 1; connect retry time 1; error wait time 1,2;
    ipv4 {{ import all; export none; }};
}}
"""

CONFIG = string.Template("""
site chaos;
log { level debug; }
bgp {
    local-as $nva_as;
    router-id $nva;
    neighbor-group all { peer-as $peer_as; local-address $nva; hold-time 9s; connect-retry-time 1s; }
    neighbor $recorder { group all; }
    neighbor $bird { group all; }
}
profile near { as-path-prepend 0; }
profile far { as-path-prepend $far; }
check proxy { haproxy { socket $socket; backend http_back; } $timing }
check t3 { http { url "http://$web:8003/"; } $timing }
check t4 { tcp { target $web:8004; } $timing }
vip $proxied { profile near; gate { check [ proxy ]; } address { keep false; } }
vip $single { profile near; gate { check [ t3 ]; } }
vip $graded {
    profile near;
    gate { check [ t3 t4 ]; require any; degraded-below 60%; degraded-recover 70%; }
    degraded-profile far;
}
vip $free { profile near; }
$extra
""")
# What a sanitizer keeps of freed memory must not hide growth.
FORGET = ":quarantine_size_mb=4:thread_local_quarantine_size_kb=64"
TIMING = "interval {interval}; fast-interval 100ms; timeout 2s; rise 2; fall 2;"


class Variant:
    """One of the valid configurations."""

    def __init__(self, far=2, interval="200ms", extra=False):
        self.far, self.interval, self.extra = far, interval, extra

    @staticmethod
    def random(random):
        return Variant(random.choice((2, 3)), random.choice(("200ms", "300ms")), random.choice((False, True)))

    def text(self, socket):
        return CONFIG.substitute(
            nva=NVA, nva_as=NVA_AS, peer_as=PEER_AS, recorder=RECORDER, bird=BIRD, web=WEB, far=self.far, socket=socket,
            timing=TIMING.format(interval=self.interval), proxied=PROXIED, single=SINGLE, graded=GRADED, free=FREE,
            extra=f"vip {EXTRA} {{ profile near; }}" if self.extra else "")


def path(prepend):
    return " ".join([str(NVA_AS)] * (1 + prepend))


class World:
    def __init__(self, lab):
        self.lab = lab
        self.variant = Variant()
        self.serving = set(TARGETS)
        self._web = {}
        self._build()
        self._start()

    def _build(self):
        switch = self.lab.host("switch")
        switch.ip("link", "add", "bridge", "type", "bridge")
        switch.ip("link", "set", "bridge", "up")
        self.switch = switch
        self.nva, self.web_host, self.recorder_host, self.bird_host = (
            self._attach(name, address) for name, address in
            (("nva", NVA), ("web", WEB), ("recorder", RECORDER), ("bird", BIRD)))
        for name in TARGETS:
            self.serve(name)
        self.haproxy = Haproxy(self.lab, self.nva, "haproxy",
                               {name: f"{WEB}:{TARGETS[name]}" for name in ("t1", "t2")}, rise=1, fall=2)
        self.recorder = Recorder(self.lab, self.recorder_host, RECORDER, PEER_AS)
        self.start_bird()

    def _attach(self, name, address):
        host = self.lab.host(name)
        connect(host, "eth0", self.switch, name)
        self.switch.ip("link", "set", name, "master", "bridge")
        host.address(f"{address}/25", "eth0")
        return host

    def _start(self):
        """vipgate under its supervisor, whose standard error is a pipe that a reader of ours empties."""
        self.gate = Vipgate(self.lab, self.nva, self.config())
        pipe = self.lab.path("log.pipe")
        os.mkfifo(pipe)
        self.reader = self.lab.start(self.nva, "log", "cat", pipe)
        self._pipe = os.open(pipe, os.O_RDWR)
        fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, 4096)
        self.gate.supervisor = self.lab.start(
            self.nva, "vipgate", "sh", "-c", "exec \"$@\" 2>\"$0\"", pipe, binary("vipgate"), "run", "-c",
            self.gate.file, environment={**SANITIZERS, "ASAN_OPTIONS": SANITIZERS["ASAN_OPTIONS"] + FORGET})
        self.gate.wait_ready()

    # -- what can be done to it

    def config(self):
        return self.variant.text(self.haproxy.socket)

    def serve(self, name):
        self._web[name] = web.start(self.lab, self.web_host, name, WEB, name, port=TARGETS[name])

    def target(self, name):
        return self._web[name]

    def start_bird(self):
        self.bird = Bird(self.lab, self.bird_host, "route-server", BIRD, BIRD_CONFIG)

    def start_proxy(self):
        """Until it answers: what is to be mended must be."""
        def answers():
            with socket.socket(socket.AF_UNIX) as sock:
                return sock.connect_ex(self.haproxy.socket) == 0
        if not self.haproxy.process.running():
            self.haproxy.start()
        wait_for(answers, lambda: f"HAProxy to start: {self.haproxy.process.output()[-500:]}", 30)

    def set_serving(self, name, serves):
        """The truth of one web server changes."""
        if serves and name not in self.serving:
            self.serving.add(name)
            self.serve(name)
        elif not serves and name in self.serving:
            self.serving.discard(name)
            self._web[name].kill()

    def pid_of(self, daemon):
        """The pid of a daemon, from the kernel; None while it does not run."""
        name = f"vipgate-{daemon}"
        for pid in self.nva.pids():
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    if os.path.basename(file.read().split(b"\0")[0].decode()).startswith(name):
                        return pid
            except OSError:
                continue
        return None

    def signal_daemon(self, daemon, number):
        pid = self.pid_of(daemon)
        if pid:
            os.kill(pid, number)
        return pid

    # -- what should be, and what is

    def expected(self):
        """{prefix: AS path} that every neighbor should hold."""
        routes = {FREE: path(0)}
        if self.serving & {"t1", "t2"}:
            routes[PROXIED] = path(0)
        if "t3" in self.serving:
            routes[SINGLE] = path(0)
        graded = len(self.serving & {"t3", "t4"})
        if graded:
            routes[GRADED] = path(0 if graded == 2 else self.variant.far)
        if self.variant.extra:
            routes[EXTRA] = path(0)
        return routes

    def held(self):
        """{neighbor: {prefix: AS path}}, as the neighbors themselves say."""
        return {"recorder": self.recorder.routes(), "bird": self._bird_routes()}

    def _bird_routes(self):
        text = self.bird.birdc("show", "route", "all")
        found = re.findall(r"^(\S+/\d+) .*?BGP\.as_path: ?([\d ]*)$", text, re.MULTILINE | re.DOTALL)
        return {prefix: as_path.strip() for prefix, as_path in found}

    def sessions(self):
        """What changes when a session ends or begins."""
        neighbors = self.gate.state("show", "neighbors")["neighbor"]
        return self.recorder.session(), [(one["session-state"], one["transitions"]) for one in neighbors]

    def addresses(self):
        """The VIP addresses on the loopback, in order."""
        return sorted(one for one in self.nva.addresses() if one.startswith("203.0.113."))

    def expected_addresses(self):
        """Every VIP keeps its address while it is withdrawn, but one."""
        kept = {SINGLE, GRADED, FREE} | ({EXTRA} if self.variant.extra else set())
        return sorted(kept | ({PROXIED} if PROXIED in self.expected() else set()))

    def footprint(self):
        """{daemon: (open descriptors, resident kilobytes)}"""
        found = {}
        for daemon in ("bgpd", "healthd"):
            pid = self.pid_of(daemon)
            found[daemon] = (len(os.listdir(f"/proc/{pid}/fd")), resident_kilobytes(pid))
        return found

    def log(self):
        return self.reader.output()

    def sanitizer_words(self):
        return [line for line in self.log().splitlines() if any(word in line for word in SANITIZER_WORDS)]

    def report(self):
        """What to look at when something is not as it should be."""
        said = [self.haproxy.process.output()[-2000:], self.log()[-20000:]]
        for words in (("status",), ("show", "checks"), *(("why", prefix) for prefix in BEHIND)):
            result = self.gate.cli(*words)
            said.append(f"$ vipgate {' '.join(words)}\n{result.stdout}{result.stderr}")
        return "\n".join(said)

    def stop(self):
        """SIGTERM; the exit status."""
        self.gate.supervisor.signal(signal.SIGTERM)
        return self.gate.supervisor.wait(30)

    def wait_expected(self, what, deadline):
        wait_for(lambda: all(routes == self.expected() for routes in self.held().values()),
                 lambda: f"{what}: expected {self.expected()}, held {self.held()}", deadline, pause=0.1)

