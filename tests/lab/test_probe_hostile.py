"""Whatever backends send, the other checks run and the sign of life goes out: all that flood do so at once, beside a
check that runs ten times a second and holds a VIP."""

import os
import sys

from lab.case import VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.certificates import Authority
from lab.probes import SERVERS
from lab.system import program, wait_for
from lab.target import TcpTarget

sys.path.insert(0, SERVERS)
from flood import FLOODS  # noqa: E402

FIRST_PORT = 9200
# What a run can end with, where it is not a flood that ends in too-large.
OTHERS = {
    "drip": {"timeout"},
    "h2-bomb": {"too-large", "protocol"},
    "h2-continuation": {"too-large", "protocol"},
    "h2-header": {"too-large", "protocol"},
    "h2-settings": {"too-large", "protocol"},
    "h2-interim": {"too-large", "protocol"},
    "record-alerts": {"tls"},
    "record-empty": {"tls", "too-large"},
    "record-ccs": {"tls"},
    "record-hello": {"tls", "too-large"},
    "record-large": {"tls", "too-large"},
    "http-chunks": {"mismatch"},
}
ONLY = os.environ.get("ONLY", "").split()


def probe(name, port):
    secure, habit = name.startswith("tls-"), name.removeprefix("tls-")
    scheme, no_trust = ("s", "verify false;") if secure else ("", "")
    if habit.startswith("h2"):
        tls = "tls true; verify false;" if secure else ""
        return f"grpc {{ target 127.0.0.1:{port}; {tls} }}"
    if habit.startswith("ws"):
        return f'websocket {{ url "ws{scheme}://127.0.0.1:{port}/"; {no_trust} }}'
    if habit.startswith("record") or habit == "update":
        scheme, no_trust = "s", "verify false;"
    return f'http {{ url "http{scheme}://127.0.0.1:{port}/"; expect-body "no such text"; {no_trust} }}'


class Hostile(LabCase):
    def start(self, floods):
        certificate, key, _ = Authority(self.lab).issue("backend", "backend.example.net")
        server = self.lab.start(self.host, "flood", program("python3"), os.path.join(SERVERS, "flood.py"), FIRST_PORT,
                                certificate, key)
        wait_for(lambda: "ready" in server.output(), lambda: f"flood.py to be ready: {server.output()}")
        TcpTarget(self.lab, self.host)
        checks = "".join(f"check {name} {{ {probe(name, FIRST_PORT + FLOODS.index(name))} interval 2s; timeout 1s; "
                         f"rise 1; fall 1; }}\n" for name in floods)
        peer = self.peer()
        self.gate = self.vipgate(speaker(), tcp_check(timing="timeout 5s; rise 1; fall 2;"), checks, gated_vip("web"))
        self.gate.start()
        self.session = peer.establish()
        self.session.wait_route(VIP)

    def runs(self):
        """{check: its runs}"""
        return {check["name"]: check["runs"] for check in self.gate.state("show", "checks")["check"]}

    def wait_runs(self, floods):
        """Until each of FLOODS has run three times, and the good check twenty times beside them."""
        before = self.runs()
        wait_for(lambda: all(now >= before[name] + (20 if name == "web" else 3) for name, now in self.runs().items()),
                 lambda: f"runs; there are {self.runs()} after {before}", deadline=60.0)

    def test_floods(self):
        floods = [name for name in FLOODS if not ONLY or name in ONLY]
        self.start(floods)
        self.wait_runs(floods)
        for name in floods:
            with self.subTest(name):
                last = self.gate.check(name)["last"]
                self.assertEqual("fail", last["outcome"], last)
                self.assertIn(last["reason"], OTHERS.get(name.removeprefix("tls-"), {"too-large"}), last)
        self.assertEqual(["65010"], self.session.story(VIP))


if __name__ == "__main__":
    main()
