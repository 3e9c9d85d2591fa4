"""One of many VIPs flips: from the verdict until the last neighbor has the withdrawal, by the kernel's own time stamps; BIRD
beside it, from the command that disables the protocol of one of as many routes."""

import os
import socket
import sys
import threading
import time

from lab.bird import Bird
from lab.lab import Lab
from lab.system import wait_for
from lab.vipgate import Vipgate
from measure.duel import milliseconds, real_time

HERE = os.path.dirname(os.path.abspath(__file__))
OURS, THEIRS = "198.51.100.70", "198.51.100.71"
OUR_AS, PEER_AS = 65010, 65515
FLIPS = "203.0.113.9/32"


def others(count):
    """/32s of the first half of the network that is set aside for benchmarks (RFC 2544)."""
    return [f"198.18.{number >> 8}.{number & 255}/32" for number in range(count)]


def neighbors(count):
    """Addresses of its second half."""
    return [f"198.19.{number >> 8}.{number & 255}" for number in range(1, count + 1)]


def our_config(vips, addresses, switch):
    peers = "".join(f"neighbor {one} {{ peer-as {PEER_AS}; local-address {OURS}; }}\n" for one in addresses)
    rest = "".join(f"vip {prefix} {{ gate {{ check steady; }} address {{ manage false; }} }}\n" for prefix in others(vips - 1))
    return (f"bgp {{ local-as {OUR_AS}; router-id {OURS}; listen {{ enabled false; }}\n{peers}}}\n"
            f"check switch {{ file {{ path {switch}; }} interval 300ms; timeout 300ms; rise 1; fall 1; }}\n"
            "check steady { file { path /proc/self/stat; } rise 1; }\n"
            f"vip {FLIPS} {{ gate {{ check switch; }} address {{ manage false; }} }}\n{rest}")


def their_config(routes, addresses):
    rest = "".join(f"route {prefix} blackhole;\n" for prefix in others(routes - 1))
    peers = "".join(f"protocol bgp peer{number} {{ local {THEIRS} as {OUR_AS}; neighbor {one} as {PEER_AS}; multihop; strict bind; "
                    "connect delay time 1; ipv4 { import none; export all; }; }\n" for number, one in enumerate(addresses))
    return (f"protocol static flips {{ ipv4; route {FLIPS} blackhole; }}\n"
            f"protocol static steady {{ ipv4; {rest} }}\n{peers}")


class Flips:
    """VIPS of which one flips, announced to NEIGHBORS, in a LAB of its own; BIRD with the same routes and neighbors."""

    def __init__(self, lab, vips, peers, config=None):
        self.vips, self.peers = vips, peers
        addresses = neighbors(peers)
        host = lab.host("host", *(f"{one}/32" for one in (OURS, THEIRS, *addresses)))
        self.receivers = lab.start(host, "receivers", sys.executable, "-B", os.path.join(HERE, "receivers.py"),
                                   str(PEER_AS), *addresses)
        wait_for(lambda: "listening" in self.receivers.output(), "the neighbors to listen")
        self.switch = lab.write("switch", "")
        text = config(vips, self.switch) if config else our_config(vips, addresses, self.switch)
        self.gate = Vipgate(lab, host, text).start()
        if config:
            self._reached(OURS, vips, 0)
            return
        self.bird = Bird(lab, host, "bird", THEIRS, their_config(vips, addresses))
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(self.bird.socket)
        lab.on_close(self.control.close)
        self._bird_says()
        for source in (OURS, THEIRS):
            self._reached(source, vips, 0)

    def ours(self):
        """Milliseconds from the verdict until the last neighbor has the withdrawal."""
        began = time.time()
        os.unlink(self.switch)
        done = self._reached(OURS, self.vips - 1, began)
        fallen = max(real_time(one["time"]) for one in self.gate.events(kind="check", subject="switch", to="down")
                     if one["daemon"].endswith("healthd"))
        began = time.time()
        with open(self.switch, "w"):
            pass
        self._reached(OURS, self.vips, began)
        return milliseconds(done - fallen)

    def theirs(self):
        """The same from the command."""
        began = self._bird_does("disable flips")
        done = self._reached(THEIRS, self.vips - 1, began)
        self._reached(THEIRS, self.vips, self._bird_does("enable flips"))
        return milliseconds(done - began)

    def _reached(self, source, count, since):
        """When all neighbors had COUNT routes of SOURCE, after SINCE."""
        def found():
            for line in reversed(self.receivers.output().splitlines()):
                words = line.split()
                if words[:3] == [source, str(self.peers), str(count)] and float(words[3]) > since:
                    return float(words[3])
            return None
        return wait_for(found, f"{source}: {count} routes at {self.peers} neighbors", deadline=60)

    def _bird_does(self, command):
        began = time.time()
        self.control.sendall(command.encode() + b"\n")
        self._bird_says()
        return began

    def _bird_says(self):
        """Reads one answer: it ends with a line that begins with four digits and a space."""
        answer = b""
        while not (answer.endswith(b"\n") and answer.splitlines()[-1][4:5] == b" " and answer[:1].isdigit()):
            answer += self.control.recv(65536)


def reload_config(vips, switch):
    """As many checks as VIPs, each the gate of one."""
    lines = [f"bgp {{ local-as {OUR_AS}; router-id {OURS}; listen {{ enabled false; }} "
             f"neighbor {neighbors(1)[0]} {{ peer-as {PEER_AS}; local-address {OURS}; }} }}",
             f"check switch {{ file {{ path {switch}; }} interval 300ms; timeout 300ms; rise 1; fall 1; }}",
             f"vip {FLIPS} {{ gate {{ check switch; }} address {{ manage false; }} }}"]
    for number, prefix in enumerate(others(vips - 1)):
        lines.append(f"check steady{number} {{ file {{ path /proc/self/stat; }} interval 1m; rise 1; }}")
        lines.append(f"vip {prefix} {{ gate {{ check steady{number}; }} address {{ manage false; }} }}")
    return "\n".join(lines) + "\n"


def flips_while_reloading(vips, rounds):
    """Milliseconds from the verdict until the neighbor has the withdrawal, while the unchanged file is reloaded without end."""
    with Lab() as lab:
        one = Flips(lab, vips, 1, reload_config)
        stop = threading.Event()
        reloads = threading.Thread(target=lambda: [one.gate.done("reload") for _ in iter(stop.is_set, True)])
        reloads.start()
        try:
            return [one.ours() for _ in range(rounds)]
        finally:
            stop.set()
            reloads.join()


def flips(vips, peers, rounds):
    """(ours, theirs), milliseconds of ROUNDS in turns."""
    with Lab() as lab:
        both = Flips(lab, vips, peers)
        ours, theirs = [], []
        for _ in range(rounds):
            time.sleep(0.05)  # each begins with both at rest
            ours.append(both.ours())
            theirs.append(both.theirs())
    return ours, theirs
