"""What the end-to-end tests share: a lab a test, a small host with vipgate and scripted neighbors, logs on failure."""

import sys
import unittest

from .bgp_peer import Peer
from .lab import Lab
from .vipgate import Vipgate

# One host is enough for most promises: vipgate at LOCAL, its neighbors at other addresses of the same loopback.
LOCAL, NEIGHBOR, SECOND = "198.51.100.70", "198.51.100.4", "198.51.100.5"
VIP = "203.0.113.9/32"
SANITIZER_WORDS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:")


def speaker(*neighbors, options="", extra="", hold=6):
    """The bgp block: NEIGHBORS are addresses, with HOLD seconds of hold time; OPTIONS go into each, EXTRA behind them."""
    blocks = "".join(f"neighbor {address} {{ peer-as 65515; local-address {LOCAL}; connect-retry-time 1s; "
                     f"hold-time {hold}s; {options} }}\n" for address in neighbors or (NEIGHBOR,))
    return f"bgp {{ local-as 65010; router-id {LOCAL}; listen {{ address [ {LOCAL} ]; }}\n{blocks}{extra} }}\n"


def tcp_check(name="web", target="127.0.0.1:8080", timing="rise 1; fall 1;"):
    """A check that runs often, so that tests need not wait."""
    return f"check {name} {{ tcp {{ target {target}; expect ok; }} interval 100ms; fast-interval 20ms; {timing} }}\n"


def gated_vip(*checks, prefix=VIP, extra=""):
    """A VIP behind CHECKS; it leaves addresses alone unless EXTRA says otherwise."""
    gate = f"gate {{ check [ {' '.join(checks)} ]; }}" if checks else ""
    return f"vip {prefix} {{ {gate} {extra} }}\n"


class LabCase(unittest.TestCase):
    """Each test has a lab in self.lab, and in self.host a host with LOCAL, NEIGHBOR and SECOND on its loopback."""

    maxDiff = None

    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self._close)
        self.host = self.lab.host("host", f"{LOCAL}/32", f"{NEIGHBOR}/32", f"{SECOND}/32")
        self.gates = []

    def peer(self, address=NEIGHBOR, **options):
        return Peer(self.lab, self.host, address, **options)

    def vipgate(self, *config, name="vipgate", host=None):
        """vipgate with the pieces of configuration, not yet started. It must end cleanly after the test."""
        gate = Vipgate(self.lab, host or self.host, "".join(config), name)
        self.gates.append(gate)
        return gate

    def _close(self):
        """Whatever a test was about: daemons that still run end at SIGTERM with 0, and no sanitizer has said a word."""
        statuses = {}
        for gate in self.gates:
            statuses.update(gate.stop())
        self.lab.close()
        said = [f"{name}: {line}" for name, text in self.lab.logs.items() for line in text.splitlines()
                if any(word in line for word in SANITIZER_WORDS)]
        self.assertEqual([], said)
        self.assertEqual({}, {name: status for name, status in statuses.items() if status})

    def run(self, result=None):
        """The test, and after it, if it failed, what its programs wrote."""
        before = _failures(result)
        super().run(result)
        if _failures(result) > before:
            for name, text in self.lab.logs.items():
                print(f"---- {name}\n{text[-6000:]}", file=sys.stderr)


def _failures(result):
    return len(result.failures) + len(result.errors)


main = unittest.main
