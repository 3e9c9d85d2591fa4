"""What many neighbors cost: CPU of the speaker from its start until each of them has the one route. They all listen, in one
process; vipgate and BIRD connect to them one after the other, each with a host of its own."""

import os
import sys

from lab.bird import Bird
from lab.lab import Lab
from lab.system import wait_for
from lab.vipgate import Vipgate
from measure.process_cost import cpu_seconds

SPEAKER, OUR_AS, PEER_AS, VIP = "198.51.100.70", 65010, 65515, "203.0.113.9/32"
RECEIVERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "receivers.py")


def addresses(count):
    """Of the network that is set aside for benchmarks (RFC 2544)."""
    return [f"198.18.{number >> 8}.{number & 255}" for number in range(count)]


def _vipgate(lab, host, neighbors):
    lines = [f"neighbor {one} {{ peer-as {PEER_AS}; local-address {SPEAKER}; }}" for one in neighbors]
    gate = Vipgate(lab, host, "\n".join([f"bgp {{ local-as {OUR_AS}; router-id {SPEAKER}; listen {{ enabled false; }}", *lines,
                                         f"}} vip {VIP} {{ address {{ manage false; }} }}\n"]))
    gate.start_bgpd()
    return gate.bgpd.pid


def _bird(lab, host, neighbors):
    lines = [f"protocol bgp peer{number} {{ local {SPEAKER} as {OUR_AS}; neighbor {one} as {PEER_AS}; multihop; strict bind; "
             "connect delay time 1; ipv4 { import none; export all; }; }" for number, one in enumerate(neighbors)]
    text = "\n".join([f"protocol static vips {{ ipv4; route {VIP} blackhole; }}", *lines]) + "\n"
    return Bird(lab, host, "bird", SPEAKER, text).process.pid


def _cpu(start, count):
    with Lab() as lab:
        neighbors = addresses(count)
        host = lab.host("host", f"{SPEAKER}/32", "198.18.0.0/15")
        receivers = lab.start(host, "receivers", sys.executable, "-B", RECEIVERS, str(PEER_AS), *neighbors)
        wait_for(lambda: "listening" in receivers.output(), "the neighbors to listen")
        pid = start(lab, host, neighbors)
        wait_for(lambda: f"{SPEAKER} {count} 1 " in receivers.output(), f"the route at {count} neighbors", deadline=60)
        return cpu_seconds(pid)


def cpu_until_announced(count):
    """Seconds of CPU: (vipgate's, BIRD's)."""
    return _cpu(_vipgate, count), _cpu(_bird, count)


if __name__ == "__main__":
    print("%.3f s, BIRD %.3f s" % cpu_until_announced(int(sys.argv[1])))
