"""Whatever backends send, the other checks run and the sign of life goes out: all that flood do so at once, beside a
check that runs ten times a second and holds a VIP."""

import os

from lab.case import VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.hostile import FLOODS, Backends, Others
from lab.system import wait_for
from lab.target import TcpTarget

# What a run can end with, where it is not a flood that ends in too-large; where this machine is busy, before its time.
REASONS = {
    "drip": set(),
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
    "udp": {"mismatch"},
    "haproxy-line": {"protocol"},
    "dns": set(),
    "coap": set(),
    "exec-hangs": set(),
}
# For a look at one of them: ONLY="h2-ping ws-pings".
ONLY = os.environ.get("ONLY", "").split()


class Hostile(LabCase):
    def start(self, floods):
        """FLOODS is {name: probe}."""
        TcpTarget(self.lab, self.host)
        checks = "".join(f"check {name} {{ {probe} interval 2s; timeout 1s; rise 1; fall 1; }}\n"
                         for name, probe in floods.items())
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
        backends = Backends(self.lab, self.host)
        floods = {name: backends.probe(name) for name in FLOODS} | Others(self.lab, self.host).probes
        if ONLY:
            floods = {name: floods[name] for name in ONLY}
        self.start(floods)
        self.wait_runs(floods)
        for name in floods:
            with self.subTest(name):
                last = self.gate.check(name)["last"]
                self.assertEqual("fail", last["outcome"], last)
                self.assertIn(last["reason"], {"timeout"} | REASONS.get(name.removeprefix("tls-"), {"too-large"}), last)
        self.assertEqual(["65010"], self.session.story(VIP))


if __name__ == "__main__":
    main()
