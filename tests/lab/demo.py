"""The story that tools/demo tells: two regions announce one VIP; the edge follows whichever is healthy.

Every step is seen on the wire: the edge's table is a real BIRD's, the moment it moves is the kernel's own word, the
page is what a client behind the edge gets. Exit status 0 only if every step was seen to happen.
"""

import argparse
import sys
import time

from lab import namespace
from lab.fetch import Client
from lab.lab import Lab, Stopped
from lab.netlink import Watch
from lab.regions import NVA_AS, SERVER_AS, VIP, Regions
from lab.system import LabError, require_root, wait_for
from lab.vipgate import Vipgate, binary

PREFIX = f"{VIP}/32"
PRIMARY_PATH = f"{SERVER_AS} {NVA_AS}"
SECONDARY_PATH = f"{SERVER_AS} {NVA_AS} {NVA_AS} {NVA_AS}"
PICTURE = f"""
    client ── edge ──┬── north: 2 route servers, NVA with vipgate and HAProxy, web server    (primary)
             AS12076 └── south: the same, prepending its AS twice                            (secondary)

    Both announce {PREFIX} as AS {NVA_AS} to their route servers, AS {SERVER_AS}.
    The client fetches http://{VIP}/ every 20 ms.
"""


def say(text=""):
    print(text, flush=True)


class Story:
    def __init__(self, lab):
        self.lab = lab
        self.regions = Regions(lab)
        self.watch = Watch(lab, self.regions.edge_host)
        self.north = Vipgate(lab, self.regions.north.nva_host, self.regions.north.config("primary", 0), "north")
        self.south = Vipgate(lab, self.regions.south.nva_host, self.regions.south.config("secondary", 2), "south")
        self.client = Client(lab, self.regions.client_host, VIP)
        self.summary = []

    def tell(self):
        north, south = self.regions.north, self.regions.south
        self.step("vipgate starts in both regions", north, PRIMARY_PATH, self.begin, counts=False)
        self.step("the web server behind north's HAProxy is killed", south, SECONDARY_PATH, north.web_process.kill)
        say("  why, says north's vipgate:")
        say(indent(self.north.done("why", PREFIX), "    "))
        self.step("north's web server is back", north, PRIMARY_PATH, north.start_web)
        self.step("north's whole vipgate is killed", south, SECONDARY_PATH, self.kill_north)
        self.step("north's vipgate is back", north, PRIMARY_PATH, self.north.run)
        self.conclude()

    def begin(self):
        self.south.run()
        wait_for(lambda: self.regions.best() == (self.regions.south.nva, SECONDARY_PATH), "south's route at the edge")
        self.north.run()

    def kill_north(self):
        daemons = [self.north.pid_of(name) for name in ("bgpd", "healthd")]
        self.north.supervisor.kill(*daemons)

    def step(self, title, region, as_path, action, counts=True):
        """Does ACTION, waits until edge and client use REGION, and says what was seen on the way."""
        say(f"\n== {title}")
        began = time.monotonic()
        action()
        moved = wait_for(lambda: self.watch.find("route-added", VIP, region.nva, since=began),
                         f"the edge to send {VIP} to {region.name}", deadline=30)
        wait_for(lambda: self.regions.best() == (region.nva, as_path), f"the edge's best route to be [{as_path}]")
        page = f"served by {region.name}"
        wait_for(lambda: self.served(page, since=moved.time), f"the client to get the page '{page}'")
        wait_for(lambda: len(self.regions.table()) == self.expected_routes(region), "the edge's other routes", 30)
        self.report(title, moved.time - began, self.client.since(began) if counts else [])

    def served(self, page, since):
        """Every one of the newest 10 requests got PAGE."""
        newest = self.client.since(since)[-10:]
        return len(newest) == 10 and all(fetch.page == page for fetch in newest)

    def expected_routes(self, region):
        """Two from each region that announces: north is silent while south serves."""
        return 4 if region is self.regions.north else 2

    def report(self, title, seconds, fetches):
        failed = [fetch for fetch in fetches if not fetch.page]
        say(f"  the edge moved after {seconds * 1000:.0f} ms" +
            (f"; {len(failed)} of {len(fetches)} requests failed" if fetches else ""))
        say(f"  the edge's table for {PREFIX}:")
        say("    from     next hop         AS path                    best")
        for route in self.regions.table():
            best = "*" if route["best"] else ""
            say(f"    {route['protocol']:<8} {route['next_hop']:<16} {route['as_path']:<26} {best}".rstrip())
        say(f"  the client gets: {self.client.page()}")
        self.summary.append((title, seconds, len(failed), len(fetches)))

    def conclude(self):
        say("\n== Summary: every step was seen to happen\n")
        say(f"  {'':<52}{'edge moved':>12}{'requests failed':>18}")
        for title, seconds, failed, total in self.summary:
            requests = f"{failed} of {total}" if total else "-"
            say(f"  {title:<52}{seconds * 1000:>9.0f} ms{requests:>18}")


def indent(text, by):
    return "\n".join(by + line for line in text.rstrip().splitlines())


def look_around(story):
    """What to type while the lab is up."""
    edge, client = story.regions.edge_host.name, story.regions.client_host.name
    say("\n== The lab is still up (as root):\n")
    say(f"  ip netns exec {client} curl http://{VIP}/")
    say(f"  birdc -s {story.regions.edge.socket} show route all")
    say(f"  ip -n {edge} route")
    for gate in (story.north, story.south):
        say(f"  {binary('vipgate')} -S {gate.directory} status")
    say(f"  ip netns pids {story.regions.north.web_host.name} | xargs kill    # north's web server")
    say("  tools/demo --remove")


def tell(keep):
    with Lab(keep=keep) as lab:
        say(PICTURE)
        try:
            story = Story(lab)
            story.tell()
        except (AssertionError, LabError) as error:
            lab.close()
            for name, text in lab.logs.items():
                say(f"---- {name}\n{text[-2000:]}")
            say(f"\ntools/demo: FAILED: {error}")
            return 1
        if keep:
            look_around(story)
            lab.abandon()
        return 0


def main():
    parser = argparse.ArgumentParser(prog="tools/demo", description="A failover between two regions, step by step.")
    parser.add_argument("--keep", action="store_true", help="leave the lab up, and print how to look around in it")
    parser.add_argument("--remove", action="store_true", help="remove what --keep left up, and do nothing else")
    options = parser.parse_args()
    require_root()
    if options.keep or options.remove:
        namespace.remove_all(namespace.KEPT)
    try:
        sys.exit(0 if options.remove else tell(options.keep))
    except Stopped as stopped:
        say(f"\ntools/demo: ended by {stopped}; everything was removed")
        sys.exit(stopped.status)


if __name__ == "__main__":
    main()
