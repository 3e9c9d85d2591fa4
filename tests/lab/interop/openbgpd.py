"""OpenBGPD beside vipgate."""

import json
import subprocess

from lab.system import program

from .implementation import ROUTER_ID, Implementation, Lack, refuses
from .link import (IPV4, IPV6, THEIR_COMMUNITY, THEIR_LARGE_COMMUNITY, THEIR_MED, THEIR_PREFIX, THEIR_PREFIX6, Route)

SET = (f"set {{ med {THEIR_MED} community {THEIR_COMMUNITY[0]}:{THEIR_COMMUNITY[1]} "
       f"large-community {':'.join(map(str, THEIR_LARGE_COMMUNITY))} }}")
# Its unprivileged processes lock themselves into /run/openbgpd; this /run is the daemon's own.
START = "mount -t tmpfs run /run && mkdir -m 755 /run/openbgpd && exec {bgpd} -d -v -f {config}"


def _names_no_family(bench):
    """It agrees on graceful restart, and still its routes go when it is killed: it named no family to be kept."""
    agreed = bench.up("graceful")["negotiated-capability"]
    bench.received("graceful", THEIR_PREFIX)
    bench.peer.kill()
    bench.wait(lambda: bench.neighbor("graceful")["session-state"] != "established", "the session down at vipgate")
    kept = bench.gate.state("show", "received-routes", "neighbor", bench.links["graceful"].theirs).get("received-route", [])
    bench.peer.start()
    bench.up("graceful")
    return "graceful-restart" in agreed and not kept


def _listens_without_key(bench):
    """Segments that carry a signature reach a listening socket that has no key for them: the kernel counts these."""
    shown = bench.wait(lambda: "TCPMD5Unexpected" in (text := bench.peer.run("nstat", "-as", "TcpExtTCPMD5Unexpected")) and text,
                       "a signed segment to be refused")
    refused = float(shown.split("TCPMD5Unexpected")[1].split()[0])
    return refused > 0 and bench.neighbor("key")["session-state"] != "established"


def _refresh_unanswered(bench, marker):
    """A route MARKER announced after the request arrives, and nothing before it."""
    link = bench.links["graceful"]
    bench.up("graceful")
    bench.quiet("graceful")
    before = bench.neighbor("graceful")["messages"]["received"]["update"]
    bench.gate.done("neighbor", link.theirs, "refresh")
    bench.wait(lambda: bench.peer.neighbor(link)["stats"]["route-refresh"]["received"]["request"], "to count the request")
    bench.peer.bgpctl("network", "add", marker)
    bench.received("graceful", marker)
    return bench.neighbor("graceful")["messages"]["received"]["update"] == before + 1


def _no_answer(marker):
    return Lack("counts the request and sends nothing", lambda bench: _refresh_unanswered(bench, marker))


class Openbgpd(Implementation):
    title, package = "OpenBGPD", "openbgpd"
    never_up = ("key",)
    six_from = "six"  # between IPv4 addresses it says ::1
    lacks = {
        "link_local": Lack("its decision process ends with signal 11 at the End-of-RIB of such a session", lambda bench: bench.wait(
            lambda: "route decision engine terminated; signal 11" in bench.peer.log(), "to end")),
        "md5": Lack("on Linux its listening socket gets no key: the kernel refuses signed segments (`TCPMD5Unexpected`)",
                    _listens_without_key),
        "graceful_theirs": Lack("offers it for End-of-RIB alone, without a family whose routes are to be kept", _names_no_family),
        "refresh_ours": _no_answer("192.0.2.128/25"),
        "enhanced_theirs": _no_answer("192.0.2.64/26"),
        "extended_messages": Lack("its configuration knows no `announce extended message`",
                                  refuses("announce extended message yes")),
        "extended_next_hop": Lack("its configuration knows no `announce extended nexthop`",
                                  refuses("announce extended nexthop yes")),
    }

    def launch(self):
        self.socket = self.lab.path("openbgpd.sock")
        config = self.lab.write("openbgpd.conf", _config(self.links, self.socket))
        return self.lab.start(self.host, "openbgpd", "sh", "-c", START.format(bgpd=program("bgpd"), config=config))

    def answers(self):
        return bool(self.bgpctl("show").strip())

    def accepts(self, *words):
        """Whether its checker takes a configuration with WORDS in a neighbor."""
        link = next(iter(self.links))
        config = self.lab.write("openbgpd-check.conf", _config([link], self.socket, *words))
        return subprocess.run([program("bgpd"), "-n", "-f", config], capture_output=True).returncode == 0

    def bgpctl(self, *words):
        command = [program("bgpctl"), "-s", self.socket, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout

    def neighbor(self, link):
        return json.loads(self.bgpctl("-j", "show", "neighbor", link.scoped(link.ours)))["neighbors"][0]

    def established(self, link):
        return self.neighbor(link)["state"] == "Established"

    def route(self, link, prefix):
        shown = json.loads(self.bgpctl("-j", "show", "rib", "detail", "in", "neighbor", link.scoped(link.ours)) or "{}")
        for route in shown.get("rib", []):
            if route["prefix"] == prefix:
                return _route(route)
        return None

    def ask_refresh(self, link):
        self.bgpctl("neighbor", link.scoped(link.ours), "refresh")

    def shut(self, link, text):
        self.bgpctl("neighbor", link.scoped(link.ours), "down", text)

    def unshut(self, link):
        self.bgpctl("neighbor", link.scoped(link.ours), "up")

    def hurry(self, link):
        # After a failure it would wait 30 to 120 seconds.
        if not self.established(link):
            self.bgpctl("neighbor", link.scoped(link.ours), "down")
            self.bgpctl("neighbor", link.scoped(link.ours), "up")

    def last_words(self, link):
        return self.bgpctl("show", "neighbor", link.scoped(link.ours))


def _config(links, control, *words):
    head = [f"AS {links[0].their_as}", f"router-id {ROUTER_ID}", f'socket "{control}"', "fib-update no",
            f"network {THEIR_PREFIX} {SET}", f"network {THEIR_PREFIX6} {SET}"]
    return "\n".join(head + [_neighbor(link, *words) for link in links] + ["allow from any", "allow to any"]) + "\n"


def _neighbor(link, *more):
    words = [*more, f"remote-as {link.our_as}", f"local-address {link.scoped(link.theirs)}", f"holdtime {link.hold_time}",
             "announce enhanced refresh yes", f"announce restart {'yes' if link.graceful_restart else 'no'}"]
    words += [f"announce {name} {'unicast' if family in link.families else 'none'}"
              for family, name in ((IPV4, "IPv4"), (IPV6, "IPv6"))]
    words += ["passive"] * (link.passive == "theirs")
    words += [f'tcp md5sig password "{link.their_password}"'] * bool(link.their_password)
    words += ["ttl-security yes"] * link.ttl_security
    words += [f"announce policy {link.their_role}"] * bool(link.role)
    words += ["announce as-4byte no"] * (not link.four_octet_as)
    words += [f"max-prefix {link.their_maximum}"] * bool(link.their_maximum)
    return f"neighbor {link.scoped(link.ours)} {{\n    " + "\n    ".join(words) + "\n}"


def _route(route):
    return Route(as_path=route["aspath"], next_hop=route["exit_nexthop"], origin=route["origin"].lower(),
                 med=route.get("metric"), local_preference=route.get("localpref"), stale=route.get("stale", False),
                 communities=frozenset(route.get("communities", [])),
                 large_communities=frozenset(route.get("large_communities", [])),
                 extended_communities=frozenset(route.get("extended_communities", [])))
