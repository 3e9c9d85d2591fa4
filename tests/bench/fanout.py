"""How long until a fallen gate is withdrawn from everyone: 1,000 VIPs that share a check, 64 neighbors.

vipgate from its health daemon's verdict, BIRD from the command on its control socket that disables a static protocol with the
same prefixes; both until the last neighbor has the last withdrawal. The neighbors are the same process for both, and the
two speakers take turns.
"""

import argparse
import datetime
import os
import socket
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

from lab.bird import Bird  # noqa: E402
from lab.lab import Lab  # noqa: E402
from lab.system import require_root, wait_for  # noqa: E402
from lab.target import TcpTarget  # noqa: E402
from lab.vipgate import Vipgate  # noqa: E402
from measure.flips import neighbors as addresses_of_neighbors  # noqa: E402
from measure.table import Table, goal  # noqa: E402

OURS, THEIRS = "198.51.100.70", "198.51.100.71"
OUR_AS, PEER_AS = 65010, 65515
CHECK = "check web { tcp { target 127.0.0.1:8080; expect ok; } interval 100ms; fast-interval 20ms; rise 1; fall 1; }\n"


def prefixes(count):
    """/32s of the network that is set aside for benchmarks (RFC 2544)."""
    return [f"198.18.{number >> 8}.{number & 255}/32" for number in range(count)]


def vipgate_config(neighbors, vips):
    lines = [f"neighbor {one} {{ peer-as {PEER_AS}; local-address {OURS}; }}" for one in neighbors]
    lines = [f"bgp {{ local-as {OUR_AS}; router-id {OURS}; listen {{ enabled false; }}", *lines, "}", CHECK]
    lines += [f"vip {prefix} {{ gate {{ check web; }} address {{ manage false; }} }}" for prefix in prefixes(vips)]
    return "\n".join(lines) + "\n"


def bird_config(neighbors, vips):
    lines = ["protocol static vips { ipv4;", *[f"route {prefix} blackhole;" for prefix in prefixes(vips)], "}"]
    for number, one in enumerate(neighbors):
        lines.append(f"protocol bgp peer{number} {{ local {THEIRS} as {OUR_AS}; neighbor {one} as {PEER_AS}; multihop; strict bind; "
                     "connect delay time 1; ipv4 { import none; export all; }; }")
    return "\n".join(lines) + "\n"


class Fanout:
    def __init__(self, lab, neighbors, vips):
        self.neighbors, self.vips, self.announced, self.enabled = neighbors, vips, 0, 0
        addresses = addresses_of_neighbors(neighbors)
        host = lab.host("host", *(f"{one}/32" for one in (OURS, THEIRS, *addresses)))
        self.receivers = lab.start(host, "receivers", sys.executable, "-B", os.path.join(HERE, "measure", "receivers.py"),
                                   str(PEER_AS), *addresses)
        wait_for(lambda: "listening" in self.receivers.output(), "the neighbors to listen")
        self.target = TcpTarget(lab, host)
        self.gate = Vipgate(lab, host, vipgate_config(addresses, vips)).start()
        self.bird = Bird(lab, host, "bird", THEIRS, bird_config(addresses, vips))
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(self.bird.socket)
        self.bird_says()

    def reached(self, source, count, since):
        """When all sessions of SOURCE had COUNT routes, after SINCE."""
        def found():
            for line in self.receivers.output().splitlines():
                words = line.split()
                if words[:3] == [source, str(self.neighbors), str(count)] and float(words[3]) > since:
                    return float(words[3])
            return None
        return wait_for(found, f"{source}: {count} routes at {self.neighbors} neighbors", deadline=60)

    def our_withdrawal(self):
        self.reached(OURS, self.vips, self.announced)
        since = time.time()
        self.target.refuse()
        done = self.reached(OURS, 0, since)
        fallen = self.verdict("down")
        self.announced = time.time()
        self.target.answer()
        return (done - fallen) * 1000

    def verdict(self, word):
        """When the health daemon last came to it."""
        events = [one for one in self.gate.events(kind="check", to=word) if one["daemon"].endswith("healthd")]
        text = max(one["time"] for one in events)
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()

    def their_withdrawal(self):
        self.reached(THEIRS, self.vips, self.enabled)
        since = self.bird_does("disable vips")
        done = self.reached(THEIRS, 0, since)
        self.enabled = self.bird_does("enable vips")
        return (done - since) * 1000

    def bird_does(self, command):
        began = time.time()
        self.control.sendall(command.encode() + b"\n")
        self.bird_says()
        return began

    def bird_says(self):
        """Reads one answer: it ends with a line that begins with four digits and a space."""
        answer = b""
        while not (answer.endswith(b"\n") and answer.splitlines()[-1][4:5] == b" " and answer[:1].isdigit()):
            answer += self.control.recv(65536)


def main():
    parser = argparse.ArgumentParser(prog="tools/bench fanout", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--neighbors", type=int, default=64)
    parser.add_argument("--vips", type=int, default=1000)
    options = parser.parse_args()
    require_root()
    with Lab() as lab:
        fanout = Fanout(lab, options.neighbors, options.vips)
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(fanout.our_withdrawal())
            theirs.append(fanout.their_withdrawal())
        fanout.control.close()
    table = Table(f"min / median / max of {options.rounds} rounds; {options.vips} VIPs that share a check, "
                  f"{options.neighbors} neighbors", "vipgate", "BIRD")
    table.row("change until the last withdrawal", ours, theirs, "ms")
    print()
    goal("not later than BIRD, median", statistics.median(ours), statistics.median(theirs), "ms")


if __name__ == "__main__":
    main()
