"""What is announced is what a neighbor has: the state 'waiting', who has a VIP and from whom it is withheld, routes that
are for nobody, and status --check."""

import json
import os
import signal

from lab import bgp_message as bgp
from lab.case import LOCAL, NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.system import wait_for
from lab.target import TcpTarget

VIP6 = "2001:db8::9/128"
BOTH_FAMILIES = "family [ ipv4-unicast ipv6-unicast ];"
UNMANAGED = "address { manage false; }"


class Waiting(LabCase):
    def changes(self, prefix=VIP):
        return [event["to"] for event in self.gate.events(kind="vip", subject=prefix)]

    def test_no_neighbor_has_it(self):
        TcpTarget(self.lab, self.host)
        self.gate = self.vipgate(speaker(NEIGHBOR, SECOND), tcp_check(), gated_vip("web"))
        self.gate.start()
        vip = self.gate.wait_vip(VIP, "waiting")
        self.assertEqual(f"no neighbor has it: no session with {NEIGHBOR} (and 1 more)", vip["reason"])
        self.assertEqual(2, vip["neighbor-count"])
        self.assertNotIn("advertised-to", vip)
        self.assertRegex(self.gate.done("show", "vips"), r"waiting .* 0/2 ")
        session = self.peer().establish()
        vip = self.gate.wait_vip(VIP, "announced")
        self.assertEqual([NEIGHBOR], vip["advertised-to"])
        self.assertRegex(self.gate.done("show", "vips"), r"announced .* 1/2 ")
        self.assertEqual(f"neighbor {NEIGHBOR} has it", self.gate.events(kind="vip", subject=VIP)[-1]["cause"])
        session.close()
        self.gate.wait_vip(VIP, "waiting")
        self.assertEqual(["waiting", "announced", "waiting"], self.changes())
        events = self.gate.state("show", "events")["event"]
        kinds = [(event["kind"], event.get("from")) for event in events if event["daemon"].endswith("bgpd")]
        self.assertLess(kinds.index(("session", "established")), kinds.index(("vip", "announced")))

    def test_what_a_session_does_not_carry_is_not_for_that_neighbor(self):
        """The first neighbor is asked for both families and agrees to one, the second is never asked."""
        peers = [self.peer(address) for address in (NEIGHBOR, SECOND)]
        block = f"neighbor {SECOND} {{ peer-as 65515; local-address {LOCAL}; connect-retry-time 1s; }}\n"
        self.gate = self.vipgate(speaker(NEIGHBOR, options=BOTH_FAMILIES, extra=block),
                                 gated_vip(prefix=VIP6, extra=UNMANAGED), gated_vip(extra=UNMANAGED))
        self.gate.start()
        for peer in peers:
            peer.establish().wait_route(VIP)
        vip = self.gate.wait_vip(VIP6, "waiting")
        wait_for(lambda: self.gate.vip(VIP6)["neighbor-count"] == 0, "nobody to be left that takes it")
        self.assertIn("none of its neighbors takes IPv6 routes", self.gate.vip(VIP6)["reason"], vip)
        for address in (NEIGHBOR, SECOND):
            self.assertEqual([VIP], [route["prefix"] for route in self.gate.advertised(address)])
        self.assertIn("does not carry IPv6 routes", self.gate.done("why", VIP6))

    def test_withheld_from_a_neighbor(self):
        """A neighbor is not told its own address as next hop (RFC 4271 section 5.1.3); the other one is."""
        peers = [self.peer(address) for address in (NEIGHBOR, SECOND)]
        self.gate = self.vipgate(speaker(NEIGHBOR, SECOND), f"profile third {{ next-hop {NEIGHBOR}; }}\n",
                                 gated_vip(extra=f"{UNMANAGED} profile third;"))
        self.gate.start()
        first, second = (peer.establish() for peer in peers)
        self.assertEqual(NEIGHBOR, second.wait_route(VIP).next_hop)
        first.wait_message(bgp.UPDATE)  # End-of-RIB
        self.assertEqual([], first.story(VIP))
        vip = self.gate.wait_vip(VIP, "announced")
        self.assertEqual([SECOND], vip["advertised-to"])
        self.assertEqual([NEIGHBOR], [one["neighbor"] for one in vip["withheld"]])
        self.assertIn("the neighbor's own address", vip["withheld"][0]["reason"])
        self.assertEqual([], self.gate.advertised(NEIGHBOR))
        self.assertRegex(self.gate.done("why", VIP), "withheld: the next hop is the neighbor's own address")
        said = [line for line in self.gate.bgpd.output().splitlines() if "withheld" in line]
        self.assertEqual(1, len(said), said)
        self.assertIn(f"neighbor {NEIGHBOR}", said[0])


class NextHop(LabCase):
    """Next hop self on a session, for a family that is not the session's own too."""

    def start(self, local, neighbor, *vips):
        for address in (local, neighbor):
            if not self.has(address):
                self.host.address(f"{address}/{128 if ':' in address else 32}")
        self.gate = self.vipgate(
            f"bgp {{ local-as 65010; router-id {LOCAL}; listen {{ address [ {local} ]; }}\n"
            f"neighbor {neighbor} {{ peer-as 65515; local-address {local}; {BOTH_FAMILIES} }} }}\n",
            *[gated_vip(prefix=prefix, extra=UNMANAGED) for prefix in vips])
        self.gate.start()
        families = (bgp.IPV4_UNICAST, bgp.IPV6_UNICAST)
        peer = self.peer(neighbor, router_id=NEIGHBOR, capabilities=bgp.usual_capabilities(65515, families))
        return peer.establish()

    def has(self, address):
        return f" {address}/" in self.host.ip("address", "show")

    def test_loopback_is_none_for_an_ipv6_session(self):
        """The interface of the session's address has 127.0.0.1 too."""
        session = self.start("2001:db8::70", "2001:db8::4", VIP, VIP6)
        self.assertEqual("2001:db8::70", session.wait_route(VIP6).next_hop)
        vip = self.gate.wait_vip(VIP, "waiting")
        self.assertRegex(vip["reason"], "withheld from 2001:db8::4: there is no next hop that this session can carry")
        self.assertEqual([], session.story(VIP))
        said = [line for line in self.gate.bgpd.output().splitlines() if "withheld:" in line]
        self.assertEqual(1, len(said), said)

    def test_a_session_on_link_local_ipv4_addresses(self):
        """As clouds have it inside their tunnels: the session's own address is the one that the neighbor reaches."""
        session = self.start("169.254.6.1", "169.254.6.2", VIP)
        self.assertEqual("169.254.6.1", session.wait_route(VIP).next_hop)

    def test_link_local_ipv4_beside_an_ipv6_session(self):
        self.host.ip("link", "add", "anycast0", "type", "bridge")
        self.host.ip("link", "set", "anycast0", "up")
        self.host.address("169.254.6.1/24", "anycast0")
        self.host.address("2001:db8::71/64", "anycast0")
        session = self.start("2001:db8::71", "2001:db8::4", VIP, VIP6)
        self.assertEqual("2001:db8::71", session.wait_route(VIP6).next_hop)
        self.gate.wait_vip(VIP, "waiting")
        self.assertEqual([], session.story(VIP))


class Check(LabCase):
    """status --check: what is wrong is printed, one line each, and the status is 1."""

    def check(self, status, *lines):
        def finds():
            self.result = self.gate.cli("status", "--check")
            return self.result.returncode == status and all(line in self.result.stdout for line in lines)
        wait_for(finds, lambda: f"{status} and {lines}; it is {self.result}")

    def test_from_bad_to_good_and_back(self):
        target = TcpTarget(self.lab, self.host)
        self.gate = self.vipgate(speaker(), tcp_check(), gated_vip("web"))
        self.gate.start()
        self.check(1, f"neighbor {NEIGHBOR} is ", f"vip {VIP} is waiting: no neighbor has it")
        session = self.peer().establish()
        session.wait_route(VIP)
        self.check(0, "nothing is wrong\n")
        self.assertEqual({}, self.gate.state("status", "--check"))
        target.refuse()
        self.check(1, f"vip {VIP} is withdrawn: ", "check web is down: ")
        target.answer()
        self.check(0)
        self.gate.done("neighbor", NEIGHBOR, "down")
        self.check(1, f"neighbor {NEIGHBOR} is idle, administratively down", f"vip {VIP} is waiting")
        wrong = self.gate.cli("--json", "status", "--check")
        self.assertEqual(1, wrong.returncode)

    def test_the_file_has_changed(self):
        """Also by a comment: what is compared is the files. A reload of one daemon leaves the other behind."""
        configuration = speaker(), gated_vip(extra=UNMANAGED)
        self.gate = self.vipgate(*configuration)
        self.gate.file = os.path.relpath(self.gate.file)
        self.gate.start()
        self.peer().establish().wait_route(VIP)
        file = os.path.join(os.getcwd(), self.gate.file)
        lines = [f"the running configuration of {name} is not that of {file}: vipgate reload\n"
                 for name in ("healthd", "bgpd")]
        self.check(0, "nothing is wrong\n")
        self.gate.configure("".join(configuration) + "# changed\n")
        self.check(1, *lines)
        wrong = json.loads(self.gate.cli("--json", "status", "--check").stdout)["vipgate:state"]["daemon"]
        self.assertEqual([file] * 2, [daemon["configuration-file"] for daemon in wrong])
        self.gate.bgpd.signal(signal.SIGHUP)
        self.check(1, lines[0])
        wait_for(lambda: self.gate.cli("status", "--check").stdout == lines[0], "bgpd to be right again")
        os.rename(self.gate.file, self.gate.file + ".gone")
        self.check(1, "the running configuration of bgpd is not that of healthd: vipgate reload\n")
        self.assertIn(f"not compared with {file}, which cannot be read in full: No such file", self.result.stderr)
        os.rename(self.gate.file + ".gone", self.gate.file)
        self.gate.done("reload")
        self.check(0, "nothing is wrong\n")

    def test_a_daemon_is_missing(self):
        TcpTarget(self.lab, self.host)
        self.gate = self.vipgate("health { lease 1s; }\n", speaker(), tcp_check(), gated_vip("web"))
        self.gate.start()
        self.peer().establish().wait_route(VIP)
        self.check(0)
        self.gate.healthd.kill()
        self.check(1, "daemon bgpd's health link is expired", f"vip {VIP} is withdrawn: ")
        self.assertIn("healthd", self.result.stderr)
        self.gate.stop()
        self.check(3)


if __name__ == "__main__":
    main()
