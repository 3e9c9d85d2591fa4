"""What a million prefixes from one neighbor cost, side by side with BIRD in the same rounds.

Four prefixes an UPDATE and a path for each UPDATE that no other has; then the same once more; then all withdrawn, 400 in an
UPDATE. The bytes are made beforehand and sent over loopback as fast as they are taken; CPU is that of the receiving process
from before the first to after the last, memory what is resident after the first time, the program itself included.
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
        self.session = None

    def feed(self, announced, withdrawn, count):
        """{row: value}: CPU of each step, memory and time of the first."""
        cpu, took = self.take(announced, count)
        results = {"announced: CPU": cpu, "resident then": resident_megabytes(self.pid), "time until idle": took}
        results["announced again: CPU"], _ = self.take(announced, count)
        results["withdrawn: CPU"], _ = self.take(withdrawn, 0)
        return results

    def take(self, stream, count):
        """(seconds of CPU, seconds until it was idle again), after which it has COUNT prefixes."""
        self.session = self.session or wait_for(self._connect, "it to listen").establish()
        time.sleep(IDLE)
        before, began = cpu_seconds(self.pid), time.monotonic()
        self.session.send(stream)
        wait_for(lambda: not _unacknowledged(self.session.sock), "the last octet to be taken", deadline=300)
        ended, used = self._settled()
        received = self.received()
        assert received == count, f"{received} prefixes of {count} were counted"
        return used - before, ended - began

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


def compare(rounds, prefixes):
    """Measures all contenders in turns, and prints what came of it."""
    count = min(prefixes, bgp_flood.MOST)
    streams = bgp_flood.announcements(count, PEER_AS, NEIGHBOR), bgp_flood.withdrawals(count)
    makers = {"import all": lambda lab: Ours(lab, "all"), "BIRD": Theirs, "import vips": lambda lab: Ours(lab, "vips")}
    results = {name: [] for name in makers}
    for _ in range(rounds):
        for name, make in makers.items():
            with Lab() as lab:
                results[name].append(make(lab).feed(*streams, count))
    table = Table(f"min / median / max of {rounds} rounds; {count:,} prefixes, four an UPDATE, {count // 4:,} paths, "
                  f"{len(streams[0]) / 1e6:.0f} MB", "vipgate", "BIRD")
    columns = {(name, row): [one[row] for one in seen] for name, seen in results.items() for row in seen[0]}
    theirs = {row: values for (name, row), values in columns.items() if name == "BIRD"}
    for (name, row), values in columns.items():
        if name != "BIRD":
            table.row(f"{name}, {row}", values, theirs[row], "MB" if row.startswith("resident") else "s")
    print()
    for (name, row), values in columns.items():
        if name != "BIRD" and row.endswith("CPU"):
            goal(f"{name}, {row}: less than BIRD", statistics.median(values), statistics.median(theirs[row]), "s")
    goal("import all, resident: half of BIRD's", statistics.median(columns["import all", "resident then"]),
         statistics.median(theirs["resident then"]) / 2, "MB")
    goal("import vips, resident", statistics.median(columns["import vips", "resident then"]), 15, "MB")


def main():
    parser = argparse.ArgumentParser(prog="tools/bench ingest", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--prefixes", type=int, default=1_000_000)
    options = parser.parse_args()
    require_root()
    compare(options.rounds, options.prefixes)


if __name__ == "__main__":
    main()
