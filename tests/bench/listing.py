"""What a verdict waits for while clients list all there is: from healthd's event to the UPDATE at the neighbor.

Each client asks again as soon as it has been answered, and reads as fast as it can; nothing parses what it reads, so that
the daemon is what is measured, not the clients' need of the same processors.
"""

import argparse
import datetime
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

from lab import bgp_flood  # noqa: E402
from lab import bgp_message as bgp  # noqa: E402
from lab.bgp_peer import Peer  # noqa: E402
from lab.lab import Lab  # noqa: E402
from lab.system import require_root, wait_for  # noqa: E402
from lab.vipgate import Vipgate  # noqa: E402
from measure.table import Table, goal  # noqa: E402

LOCAL, NEIGHBOR, PEER_AS, VIP = "198.51.100.70", "198.51.100.4", 65515, "203.0.113.9/32"
VIPS, NEIGHBORS, CLIENTS = 2000, 64, 10
REQUESTS = {
    "nobody asks": None,
    "received routes": '{"vipgate:get":{"what":["received-route"]}}',
    "advertised routes": '{"vipgate:get":{"what":["advertised-route"]}}',
    "VIPs": '{"vipgate:get":{"what":["vip"]}}',
    "the configuration": '{"vipgate:get-config":{}}',
}
# Asks without end: the socket's path, how many clients, the request.
READER = """
import select, socket, sys
clients, poll = {}, select.poll()
def ask():
    client = socket.socket(socket.AF_UNIX)
    client.connect(sys.argv[1])
    client.sendall(len(sys.argv[3]).to_bytes(4, "big") + sys.argv[3].encode())
    clients[client.fileno()] = client
    poll.register(client, select.POLLIN)
for _ in range(int(sys.argv[2])):
    ask()
while True:
    for number, _ in poll.poll():
        if not clients[number].recv(1 << 20):
            poll.unregister(number)
            clients.pop(number).close()
            ask()
"""


def configuration(switch):
    others = "".join(f"neighbor 198.18.0.{number} {{ peer-as {PEER_AS}; passive true; }}\n" for number in range(1, NEIGHBORS))
    vips = "".join(f"vip 198.19.{number >> 8}.{number & 255}/32 {{ address {{ manage false; }} }}\n" for number in range(VIPS))
    return f"""
bgp {{ local-as 65010; router-id {LOCAL}; {others}
    neighbor {NEIGHBOR} {{ peer-as {PEER_AS}; local-address {LOCAL}; passive true; import all; }} }}
check switch {{ file {{ path {switch}; }} interval 300ms; timeout 300ms; rise 1; fall 1; }}
vip {VIP} {{ gate {{ check switch; }} address {{ manage false; }} }}
{vips}"""


class Site:
    """vipgate with many VIPs, neighbors and routes, and one VIP that a file's presence withdraws."""

    def __init__(self, lab, routes):
        host = lab.host("host", f"{LOCAL}/32", f"{NEIGHBOR}/32")
        self.switch = lab.write("switch", "")
        self.gate = Vipgate(lab, host, configuration(self.switch)).start().wait_ready()
        self.session = wait_for(lambda: self._connect(Peer(lab, host, NEIGHBOR, listen=False)), "it to listen").establish()
        self.session.send(bgp_flood.announcements(routes, PEER_AS, NEIGHBOR))
        wait_for(lambda: self.gate.neighbor(NEIGHBOR)["prefixes"]["received"] == routes, "the routes", deadline=300)
        wait_for(lambda: VIP in self.session.routes(), "the VIP")

    @staticmethod
    def _connect(peer):
        try:
            return peer.connect(LOCAL)
        except OSError:
            return None

    def delays(self, rounds, request):
        """Milliseconds from each verdict to its UPDATE, while clients send REQUEST."""
        reader = request and subprocess.Popen([sys.executable, "-c", READER, f"{self.gate.directory}/bgpd.sock", str(CLIENTS),
                                               request])
        try:
            seen = [self._flip(number) for number in range(rounds)]
        finally:
            if reader:
                reader.kill()
                reader.wait()
        said = [datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()
                for event in self.gate.events(kind="check", subject="switch") if "healthd" in event["daemon"]]
        return [(at - verdict) * 1000 for at, verdict in zip(seen, said[-rounds:])]

    def _flip(self, number):
        """Removes the file or makes it again; the real time at which the neighbor was told."""
        time.sleep(0.05 + number * 7919 % 97 / 1000)  # any moment is as good as any other
        before = len(self.session.received)
        if os.path.exists(self.switch):
            os.unlink(self.switch)
        else:
            open(self.switch, "w").close()
        update = wait_for(lambda: next((one for one in self.session.received[before:] if one.kind == bgp.UPDATE), None),
                          "an UPDATE", deadline=60)
        return update.time + time.time() - time.monotonic()


def percentile_99(values):
    return statistics.quantiles(values, n=100, method="inclusive")[98]


def main():
    parser = argparse.ArgumentParser(prog="tools/bench listing", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--routes", type=int, default=1_000_000)
    options = parser.parse_args()
    require_root()
    with Lab() as lab:
        site = Site(lab, min(options.routes, bgp_flood.MOST))
        table = Table(f"min / median / max of {options.rounds} verdicts; {CLIENTS} clients, {options.routes:,} routes, {VIPS:,} "
                      f"VIPs, {NEIGHBORS} neighbors", "vipgate", "")
        results = {}
        for name, request in REQUESTS.items():
            results[name] = site.delays(options.rounds + options.rounds % 2, request)
            table.row(name, results[name], [], "ms")
        print()
        for name in list(REQUESTS)[1:]:
            verb = "are" if name.endswith("s") else "is"
            goal(f"a verdict while {name} {verb} listed, 99th percentile", percentile_99(results[name]), 2, "ms")


if __name__ == "__main__":
    main()
