"""What a million prefixes from one neighbour cost, side by side with BIRD in the same rounds.

Four prefixes an UPDATE and a path for each UPDATE that no other has. The bytes are made beforehand and sent over loopback as
fast as they are taken; CPU is that of the receiving process from before the first to after the last, memory what is resident
then, the program itself included.
"""

import argparse
import fcntl
import os
import statistics
import struct
import sys
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

from lab import bgp_flood  # noqa: E402
from lab.bgp_peer import Peer  # noqa: E402
from lab.bird import Bird  # noqa: E402
from lab.lab import Lab  # noqa: E402
from lab.system import require_root, wait_for  # noqa: E402
from lab.vipgate import Vipgate  # noqa: E402
from measure.process_cost import cpu_seconds, resident_megabytes  # noqa: E402
from measure.table import Table, goal  # noqa: E402

LOCAL, NEIGHBOR, PEER_AS = "198.51.100.70", "198.51.100.4", 65515
VIPGATE = """
bgp {{ local-as 65010; router-id {local}; neighbor {neighbor} {{ peer-as {peer_as}; local-address {local}; passive true;
    import {policy}; }} }}
vip 203.0.113.9/32 {{ address {{ manage false; }} }}
"""
BIRD = f"""
protocol bgp peer {{ local {LOCAL} as 65010; neighbor {NEIGHBOR} as {PEER_AS}; passive on; multihop;
    ipv4 {{ import all; export none; }}; }}
"""
IDLE = 0.3


class Contender:
    """A speaker in a lab of its own. PID is the process that counts; RECEIVED answers how many prefixes it has counted."""

    def __init__(self, lab):
        self.host = lab.host("host", f"{LOCAL}/32", f"{NEIGHBOR}/32")
        self.peer = Peer(lab, self.host, NEIGHBOR, listen=False)

    def feed(self, stream, count):
        """(seconds of CPU, megabytes, seconds until it was idle again)"""
        session = wait_for(self._connect, "it to listen")
        session.establish()
        time.sleep(IDLE)
        before, began = cpu_seconds(self.pid), time.monotonic()
        session.send(stream)
        wait_for(lambda: not _unacknowledged(session.sock), "the last octet to be taken", deadline=300)
        ended, used = self._settled()
        memory = resident_megabytes(self.pid)
        received = self.received()
        assert received == count, f"{received} prefixes of {count} were counted"
        return used - before, memory, ended - began

    def _connect(self):
        try:
            return self.peer.connect(LOCAL)
        except OSError:
            return None

    def _settled(self):
        """When it last did something, and its CPU then."""
        used = cpu_seconds(self.pid)
        since = time.monotonic()
        while time.monotonic() - since < IDLE:
            time.sleep(0.02)
            now = cpu_seconds(self.pid)
            if now - used > 0.002:
                used, since = now, time.monotonic()
        return since, cpu_seconds(self.pid)


class Ours(Contender):
    def __init__(self, lab, policy):
        super().__init__(lab)
        self.gate = Vipgate(lab, self.host, VIPGATE.format(local=LOCAL, neighbor=NEIGHBOR, peer_as=PEER_AS, policy=policy))
        self.gate.start_bgpd()
        wait_for(lambda: self.gate.cli("show", "vips").returncode == 0, "vipgate to answer")
        self.pid = self.gate.bgpd.pid

    def received(self):
        return self.gate.neighbor(NEIGHBOR)["prefixes"]["received"]


class Theirs(Contender):
    def __init__(self, lab):
        super().__init__(lab)
        self.bird = Bird(lab, self.host, "bird", LOCAL, BIRD)
        self.pid = self.bird.process.pid

    def received(self):
        return int(self.bird.birdc("show", "route", "count").splitlines()[1].split()[0])


def _unacknowledged(sock):
    return struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4))[0]


def measure(make, rounds, stream, count):
    """[(CPU, memory, time)] of so many rounds, each with a fresh daemon."""
    results = []
    for _ in range(rounds):
        with Lab() as lab:
            results.append(make(lab).feed(stream, count))
    return results


def main():
    parser = argparse.ArgumentParser(prog="tools/bench ingest", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--prefixes", type=int, default=1_000_000)
    options = parser.parse_args()
    require_root()
    count = min(options.prefixes, bgp_flood.MOST)
    stream = bgp_flood.announcements(count, PEER_AS, NEIGHBOR)
    ours, vips, theirs = [], [], []
    for _ in range(options.rounds):
        ours += measure(lambda lab: Ours(lab, "all"), 1, stream, count)
        theirs += measure(Theirs, 1, stream, count)
        vips += measure(lambda lab: Ours(lab, "vips"), 1, stream, count)
    table = Table(f"min / median / max of {options.rounds} rounds; {count:,} prefixes, four an UPDATE, {count // 4:,} paths, "
                  f"{len(stream) / 1e6:.0f} MB", "vipgate", "BIRD")
    for place, (name, unit) in enumerate((("CPU", "s"), ("resident after", "MB"), ("time until idle", "s"))):
        table.row(f"import all: {name}", [one[place] for one in ours], [one[place] for one in theirs], unit)
    table.row("import vips: CPU", [one[0] for one in vips], [one[0] for one in theirs], "s")
    table.row("import vips: resident after", [one[1] for one in vips], [one[1] for one in theirs], "MB")
    print()
    median = [[statistics.median(column) for column in zip(*results)] for results in (ours, theirs, vips)]
    goal("import all, CPU: not more than BIRD", median[0][0], median[1][0], "s")
    goal("import all, resident: half of BIRD's", median[0][1], median[1][1] / 2, "MB")
    goal("import vips, resident", median[2][1], 15, "MB")


if __name__ == "__main__":
    main()
