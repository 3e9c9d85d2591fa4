"""FRR's bgpd beside vipgate, spoken to over its vty socket, as vtysh does. zebra runs with it, because only from there does
it know of interfaces; routes stay out of the kernel."""

import json
import socket

from .implementation import ROUTER_ID, Implementation
from .link import (IPV4, IPV6, THEIR_COMMUNITY, THEIR_LARGE_COMMUNITY, THEIR_MED, THEIR_PREFIX, THEIR_PREFIX6, Route)

COMMON = "-A 127.0.0.1 -P 0 -z {folder}/zserv.api --vty_socket {folder} --log stdout"
START = ("install -d -o frr -g frr {folder}; rm -f {folder}/*;"
         f"/usr/lib/frr/zebra {COMMON} -u frr -g frr -f /dev/null -i {{folder}}/zebra.pid & "
         f"while [ ! -S {{folder}}/zserv.api ]; do sleep 0.05; done; "
         f"exec /usr/lib/frr/bgpd -S -n {COMMON} -f {{config}} -i {{folder}}/bgpd.pid --log-level debugging")
AFI = {IPV4: "ipv4 unicast", IPV6: "ipv6 unicast"}
OURS = f"""
route-map OURS permit 10
 set metric {THEIR_MED}
 set community {THEIR_COMMUNITY[0]}:{THEIR_COMMUNITY[1]}
 set large-community {':'.join(map(str, THEIR_LARGE_COMMUNITY))}
"""


class Frr(Implementation):
    title, package = "FRR", "frr"

    def launch(self):
        folder = self.lab.path("frr")
        config = self.lab.write("frr.conf", _config(self.links))
        self.vty = f"{folder}/bgpd.vty"
        return self.lab.start(self.host, "frr", "sh", "-c", START.format(config=config, folder=folder))

    def answers(self):
        # For its first second it leaves its neighbors idle, and would refuse them.
        try:
            shown = json.loads(self.vtysh("show bgp neighbors json"))
        except (OSError, json.JSONDecodeError):
            return False
        return all(one.get("bgpState") != "Idle" for one in shown.values() if isinstance(one, dict))

    def vtysh(self, *lines):
        """Says LINES on the vty socket, each ended by a NUL; an answer ends with three NULs and a status octet."""
        said = []
        with socket.socket(socket.AF_UNIX) as vty:
            vty.settimeout(10)
            vty.connect(self.vty)
            for line in ("enable", *lines):
                vty.sendall(line.encode() + b"\0")
                answer = b""
                while not (len(answer) >= 4 and answer[-4:-1] == b"\0\0\0"):
                    piece = vty.recv(65536)
                    if not piece:
                        break
                    answer += piece
                said.append(answer[:-4].decode(errors="replace"))
        return "\n".join(said[1:])

    def neighbor(self, link):
        return json.loads(self.vtysh(f"show bgp neighbors {link.ours} json")).get(link.ours, {})

    def established(self, link):
        return self.neighbor(link).get("bgpState") == "Established"

    def route(self, link, prefix):
        family = "ipv6" if ":" in prefix else "ipv4"
        shown = json.loads(self.vtysh(f"show bgp {family} unicast {prefix} json"))
        for path in shown.get("paths", []):
            if path["peer"]["peerId"] == link.ours:
                return _route(path)
        return None

    def ask_refresh(self, link):
        for family in link.families:
            self.vtysh(f"clear bgp {AFI[family]} {link.ours} in")

    def shut(self, link, text):
        self._configure(link, f"neighbor {link.ours} shutdown message {text}")

    def unshut(self, link):
        self._configure(link, f"no neighbor {link.ours} shutdown")

    def _configure(self, link, line):
        self.vtysh("configure terminal", f"router bgp {self.links[0].their_as}", line, "end")

    def last_words(self, link):
        return json.dumps(self.neighbor(link)) + self.log()


def _config(links):
    head = ["frr defaults traditional", "hostname frr", "debug bgp neighbor-events", f"router bgp {links[0].their_as}",
            f" bgp router-id {ROUTER_ID}", " no bgp ebgp-requires-policy", " no bgp default ipv4-unicast",
            " no bgp network import-check", " bgp graceful-restart-disable", " bgp log-neighbor-changes"]
    families = {family: [f"  network {prefix}"] for family, prefix in ((IPV4, THEIR_PREFIX), (IPV6, THEIR_PREFIX6))}
    for link in links:
        head += [f" neighbor {link.ours} {words}" for words in _neighbor(link)]
        for family in link.families:
            families[family] += [f"  neighbor {link.ours} activate", f"  neighbor {link.ours} route-map OURS out"]
            if link.their_maximum:
                families[family].append(f"  neighbor {link.ours} maximum-prefix {link.their_maximum}")
    for family, lines in families.items():
        head += [f" address-family {AFI[family]}", *lines, " exit-address-family"]
    return "\n".join(head) + OURS


def _neighbor(link):
    words = [f"remote-as {link.our_as}", f"interface {link.scope}" if link.scope else f"update-source {link.theirs}",
             f"timers {link.hold_time // 3} {link.hold_time}", "timers connect 1"]
    words += ["passive"] * (link.passive == "theirs")
    words += [f"password {link.their_password}"] * bool(link.their_password)
    words += ["ttl-security hops 1"] * link.ttl_security
    words += ["capability extended-nexthop"] * link.extended_next_hop
    words += ["graceful-restart"] * link.graceful_restart
    words += [f"local-role {link.their_role}"] * bool(link.role)
    words += ["dont-capability-negotiate"] * (not link.four_octet_as)
    return words


def _route(path):
    hop = path["nexthops"][0]
    extended = path.get("extendedCommunity", {}).get("string", "")
    return Route(as_path=path["aspath"]["string"].replace("Local", ""), next_hop=hop["ip"], origin=path["origin"].lower(),
                 med=path.get("metric"), local_preference=path.get("locPrf"), stale=path.get("stale", False),
                 communities=frozenset(path.get("community", {}).get("list", [])),
                 large_communities=frozenset(path.get("largeCommunity", {}).get("list", [])),
                 extended_communities=frozenset(word.lower().replace(":", " ", 1) for word in extended.split()))
