"""GoBGP beside vipgate."""

import contextlib
import json
import os
import subprocess

from lab.system import program

from .implementation import ROUTER_ID, Implementation, Lack, never_offers
from .link import (IPV4, THEIR_COMMUNITY, THEIR_LARGE_COMMUNITY, THEIR_MED, THEIR_PREFIX, THEIR_PREFIX6, Route, joined)

HEAD = """
[global.config]
as = {their_as}
router-id = "{router_id}"
"""
NEIGHBOR = """
[[neighbors]]
[neighbors.config]
neighbor-address = "{ours}"
peer-as = {link.our_as}
{password}
[neighbors.timers.config]
hold-time = {link.hold_time}
keepalive-interval = {keepalive}
connect-retry = 1
idle-hold-time-after-reset = 1
[neighbors.transport.config]
local-address = "{theirs}"
passive-mode = {passive}
[neighbors.ttl-security.config]
enabled = {ttl_security}
ttl-min = 255
[neighbors.graceful-restart.config]
enabled = {graceful_restart}
restart-time = 60
"""
FAMILY = """
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "{family}-unicast"
[neighbors.afi-safis.mp-graceful-restart.config]
enabled = {graceful_restart}
{limit}
"""
LIMIT = """
[neighbors.afi-safis.prefix-limit.config]
max-prefixes = {maximum}
"""
ORIGINS = ("igp", "egp", "incomplete")
ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF, COMMUNITIES, MP_REACH, EXTENDED, LARGE = 1, 2, 3, 4, 5, 8, 14, 16, 32


NO_ENHANCED_REFRESH = Lack("its OPEN never carries the capability", never_offers("enhanced-route-refresh"))
NO_ROLE = Lack("has no roles: its OPEN never carries one", never_offers("role"))


def _softreset_asks_nothing(bench):
    """softresetin goes through what GoBGP kept; a route announced after it arrives with no ROUTE-REFRESH before it."""
    marker = "192.0.2.128/25"
    bench.up("outward")
    bench.peer.ask_refresh(bench.links["outward"])
    bench.peer.gobgp("global", "rib", "add", marker)
    bench.received("outward", marker)
    return bench.neighbor("outward")["messages"]["received"]["route-refresh"] == 0


class Gobgp(Implementation):
    title, package = "GoBGP", "gobgpd"
    without_links = ("role", "wrong_role")
    lacks = {
        "roles": NO_ROLE,
        "wrong_role": NO_ROLE,
        "extended_messages": Lack("its OPEN never carries the capability", never_offers("extended-message")),
        "enhanced_ours": NO_ENHANCED_REFRESH,
        "enhanced_theirs": NO_ENHANCED_REFRESH,
        "refresh_asked": Lack("never asks: `softresetin` goes through the routes that it kept, without a ROUTE-REFRESH",
                              _softreset_asks_nothing),
        "two_octet_as": Lack("cannot leave the capability out of its OPEN", lambda bench: all(
            "four-octet-as" in bench.up(name)["remote-capability"] for name in bench.links)),
    }

    def launch(self):
        path = self.lab.path("gobgp.sock")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self.api = f"unix://{path}"
        config = self.lab.write("gobgpd.toml", HEAD.format(their_as=self.links[0].their_as, router_id=ROUTER_ID) +
                                "".join(map(_neighbor, self.links)))
        return self.lab.start(self.host, "gobgpd", program("gobgpd"), "-f", config, "-p", "--api-hosts", self.api,
                              "--pprof-disable")

    def start(self):
        super().start()
        for prefix in (THEIR_PREFIX, THEIR_PREFIX6):
            family = ["-a", "ipv6"] if ":" in prefix else []
            self.gobgp("global", "rib", "add", prefix, "med", THEIR_MED, "community", ":".join(map(str, THEIR_COMMUNITY)),
                       "large-community", ":".join(map(str, THEIR_LARGE_COMMUNITY)), *family)
        return self

    def answers(self):
        return "Router-ID" in self.gobgp("global")

    def gobgp(self, *words):
        command = [program("gobgp"), "--target", self.api, *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout

    def neighbor(self, link):
        return json.loads(self.gobgp("neighbor", link.scoped(link.ours), "-j"))

    def established(self, link):
        return self.neighbor(link)["state"].get("session_state") == 6

    def route(self, link, prefix):
        family = "ipv6" if ":" in prefix else "ipv4"
        shown = json.loads(self.gobgp("neighbor", link.scoped(link.ours), "adj-in", prefix, "-a", family, "-j") or "{}")
        paths = [path for group in shown.values() for path in group if isinstance(path, dict)]
        return _route(paths[0]) if paths else None

    def ask_refresh(self, link):
        self.gobgp("neighbor", link.scoped(link.ours), "softresetin")

    def shut(self, link, text):
        # "disable", which is to replace it, sends no text.
        self.gobgp("neighbor", link.scoped(link.ours), "shutdown", "--reason", text)

    def unshut(self, link):
        self.gobgp("neighbor", link.scoped(link.ours), "enable")

    def last_words(self, link):
        return self.gobgp("neighbor", link.scoped(link.ours)) + self.log()


def _neighbor(link):
    def boolean(value):
        return str(bool(value)).lower()
    limit = LIMIT.format(maximum=link.their_maximum) if link.their_maximum else ""
    graceful = boolean(link.graceful_restart)
    head = NEIGHBOR.format(link=link, ours=link.scoped(link.ours), theirs=link.scoped(link.theirs), keepalive=link.hold_time // 3, passive=boolean(link.passive == "theirs"),
                           password=f'auth-password = "{link.their_password}"' if link.their_password else "",
                           ttl_security=boolean(link.ttl_security), graceful_restart=graceful)
    return head + "".join(FAMILY.format(family=family, graceful_restart=graceful, limit=limit) for family in link.families)


def _route(path):
    attributes = {one["type"]: one for one in path["attrs"]}
    segments = attributes.get(AS_PATH, {}).get("as_paths", [])
    hop = attributes.get(NEXT_HOP) or attributes.get(MP_REACH)
    return Route(as_path=" ".join(str(asn) for segment in segments for asn in segment["asns"]), next_hop=hop["nexthop"],
                 origin=ORIGINS[attributes[ORIGIN]["value"]], med=attributes.get(MED, {}).get("metric"),
                 local_preference=attributes.get(LOCAL_PREF, {}).get("value"), stale=bool(path.get("stale")),
                 communities=joined((one >> 16, one & 0xffff) for one in attributes.get(COMMUNITIES, {}).get("communities", [])),
                 large_communities=joined((one["ASN"], one["LocalData1"], one["LocalData2"])
                                          for one in attributes.get(LARGE, {}).get("value", [])),
                 extended_communities=frozenset(f"rt {one['value']}" for one in attributes.get(EXTENDED, {}).get("value", [])
                                                if one.get("subtype") == 2))
