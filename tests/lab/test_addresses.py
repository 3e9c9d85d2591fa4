"""The addresses of VIPs: what a killed vipgate left behind, interfaces that come, go and are renamed, more news than can
be read, and other programs that want it otherwise."""

import os
import signal
import socket
import threading

from lab.case import NEIGHBOR, VIP, LabCase, gated_vip, main, speaker
from lab.netlink import Watch
from lab.system import wait_for

ADDRESS = VIP.split("/", maxsplit=1)[0]
VIP6, OTHER, FOREIGN = "2001:db8::9/128", "203.0.113.10/32", "203.0.113.99/32"
BOTH_FAMILIES = "family [ ipv4-unicast ipv6-unicast ];"
# A neighbor on IPv4 can be sent IPv6 routes with a next hop of their own.
PROFILE = "profile six { next-hop 2001:db8::70; }\n"


def vip(prefix=VIP, interface="lo", keep="true"):
    return gated_vip(prefix=prefix, extra=f"{'profile six;' if ':' in prefix else ''} "
                                          f"address {{ interface {interface}; keep {keep}; }}")


class Addresses(LabCase):
    def setUp(self):
        super().setUp()
        self.host.ip("link", "add", "anycast0", "type", "bridge")
        self.host.ip("link", "set", "anycast0", "up")

    def start(self, *vips):
        self.gate = self.vipgate(speaker(options=BOTH_FAMILIES), PROFILE, *vips)
        self.gate.start()

    def configure(self, *vips):
        self.gate.configure("".join((speaker(options=BOTH_FAMILIES), PROFILE, *vips)))

    def wait_address(self, prefix, interface="lo", there=True):
        wait_for(lambda: (prefix in self.addresses(interface)) == there,
                 lambda: f"{prefix} {'on' if there else 'gone from'} {interface}: {self.addresses(interface)}")

    def addresses(self, interface):
        return self.host.addresses(interface)

    # -- what was left behind

    def test_leftovers_of_a_killed_vipgate(self):
        self.host.address(FOREIGN)
        self.start(vip(), vip(OTHER, "anycast0"), vip(VIP6, "anycast0"))
        self.wait_address(VIP)
        self.wait_address(OTHER, "anycast0")
        self.wait_address(VIP6, "anycast0")
        self.gate.bgpd.kill()
        self.host.ip("link", "set", "anycast0", "down")
        self.host.ip("link", "set", "anycast0", "name", "anycast1")
        self.host.ip("link", "set", "anycast1", "up")
        self.configure(vip(OTHER))
        self.gate.start_bgpd()
        self.wait_address(OTHER)
        self.wait_address(VIP, there=False)
        self.wait_address(OTHER, "anycast1", there=False)
        self.wait_address(VIP6, "anycast1", there=False)
        self.assertIn(FOREIGN, self.addresses("lo"))

    def test_what_is_claimed_stays(self):
        watch = Watch(self.lab, self.host)
        self.start(vip(), vip(VIP6))
        self.wait_address(VIP)
        self.wait_address(VIP6)
        self.gate.bgpd.kill()
        self.gate.start_bgpd()
        wait_for(lambda: self.gate.cli("show", "vip", VIP6).returncode == 0, "bgpd to answer")
        self.gate.wait_vip(VIP6, "waiting")
        self.assertIsNone(watch.find("address-removed", ADDRESS))
        self.assertIsNone(watch.find("address-removed", VIP6.split("/", maxsplit=1)[0]))
        self.gate.stop()
        self.assertEqual({ADDRESS, VIP6.split("/", maxsplit=1)[0]},
                         {change.address for change in watch.changes if change.kind == "address-removed"})

    # -- interfaces

    def test_an_interface_goes_and_comes_back(self):
        self.start(vip(interface="anycast0"), vip(VIP6, "anycast0"))
        session = self.peer().establish()
        session.wait_route(VIP)
        self.host.ip("link", "delete", "anycast0")
        session.wait_gone(VIP)
        self.assertIn("no such interface", self.gate.wait_vip(VIP, "withdrawn")["reason"])
        self.host.ip("link", "add", "anycast0", "type", "bridge")
        self.host.ip("link", "set", "anycast0", "up")
        self.wait_address(VIP6, "anycast0")
        wait_for(lambda: VIP in session.routes(), "the route to come back")
        for _ in range(3):
            self.host.ip("link", "set", "anycast0", "down")
            self.host.ip("link", "set", "anycast0", "up")
            self.wait_address(VIP6, "anycast0")
        self.gate.wait_vip(VIP, "announced")

    def test_an_interface_is_renamed(self):
        self.start(vip(interface="anycast0"), vip(VIP6, "anycast0"))
        session = self.peer().establish()
        session.wait_route(VIP)
        self.host.ip("link", "set", "anycast0", "down")
        self.host.ip("link", "set", "anycast0", "name", "anycast1")
        session.wait_gone(VIP)
        self.wait_address(VIP, "anycast1", there=False)
        self.wait_address(VIP6, "anycast1", there=False)

    # -- more than can be read

    def test_lost_news(self):
        """bgpd stands still while more happens than its socket holds: what was lost is read anew, and it goes on to
        listen."""
        self.start(vip())
        session = self.peer().establish()
        session.wait_route(VIP)
        pid = self.gate.pid_of("bgpd")
        os.kill(pid, signal.SIGSTOP)
        try:
            self.flood(12000)
            self.host.ip("address", "delete", VIP, "dev", "lo")
        finally:
            os.kill(pid, signal.SIGCONT)
        self.wait_address(VIP)
        self.host.ip("address", "delete", VIP, "dev", "lo")
        wait_for(lambda: len(self.removals()) == 2, "both losses to be events")
        self.assertEqual(["65010"], session.story(VIP))

    def removals(self):
        return [event for event in self.gate.events(kind="vip", subject=VIP) if "another program" in event["cause"]]

    def flood(self, count):
        """Makes COUNT pieces of news."""
        lines = [f"link set anycast0 mtu {1400 + i % 2}" for i in range(count)]
        self.host.run("ip", "-batch", self.lab.write("flood", "\n".join(lines) + "\n"))

    def test_addresses_that_change_all_the_time(self):
        """A start and a run beside a program that adds and removes addresses without end."""
        stop = threading.Event()
        lines = [f"address add 198.18.{i // 250}.{i % 250 + 1}/32 dev anycast0" for i in range(1500)]
        self.host.run("ip", "-batch", self.lab.write("many", "\n".join(lines) + "\n"))
        churn = self.lab.write("churn", "\n".join(
            f"address {verb} 198.19.0.{i}/32 dev anycast0" for i in range(1, 250) for verb in ("add", "delete")) + "\n")

        def work():
            while not stop.is_set():
                self.host.run("ip", "-batch", churn)
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            self.start(vip(), vip(OTHER))
            session = self.peer().establish()
            session.wait_route(VIP)
            session.wait_route(OTHER)
            session.quiet()
        finally:
            stop.set()
            thread.join()
        self.assertEqual([["65010"], ["65010"]], [session.story(VIP), session.story(OTHER)])

    # -- another program

    def test_an_address_fight(self):
        """Another program removes the address whenever it is there: it is added again at once the first times, then after
        pauses, with the route withdrawn meanwhile."""
        self.start(vip())
        session = self.peer().establish()
        session.wait_route(VIP)

        def remove(change):
            if (change.kind, change.address) == ("address-added", ADDRESS):
                self.host.ip("address", "delete", VIP, "dev", "lo")
        watch = Watch(self.lab, self.host, remove)
        self.host.ip("address", "delete", VIP, "dev", "lo")
        session.wait_gone(VIP)
        self.assertIn("keeps removing", self.gate.wait_vip(VIP, "withdrawn")["reason"])
        session.quiet()
        added = [change for change in watch.changes if change.kind == "address-added"]
        self.assertLess(len(added), 10, watch.changes)


if __name__ == "__main__":
    main()
