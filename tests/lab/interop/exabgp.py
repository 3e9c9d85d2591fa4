"""ExaBGP beside vipgate. It keeps no table for others to look at: what it has is what it tells its API process, in JSON."""

import contextlib
import json
import os
import subprocess

from lab.system import program

from .bench import LINK_LOCAL
from .implementation import ROUTER_ID, Implementation, Lack, never_offers, refuses
from .link import (FAMILY_WORDS, IPV4, IPV6, THEIR_COMMUNITY, THEIR_LARGE_COMMUNITY, THEIR_MED, THEIR_PREFIX, THEIR_PREFIX6,
                   Route, joined)

# What ExaBGP says goes to a file, what is written into the FIFO is said to ExaBGP.
RELAY = """#!/bin/sh
cat <>{fifo} &
exec cat >>{events}
"""
CONFIG = """
process events {{ run {relay}; encoder json; }}
template {{ neighbor all {{
    router-id {router_id};
    api {{ processes [ events ]; neighbor-changes; receive {{ parsed; update; notification; }} }}
}} }}
{neighbors}
"""
ROUTE = "route {prefix} next-hop {hop} med {med} community [ {community} ] large-community [ {large} ];"
# "self" is only for the family of the session.
OTHER_HOP = {IPV4: "198.51.100.4", IPV6: "2001:db8:1::4"}
AS_TRANS = 23456
ENVIRONMENT = {"exabgp.daemon.user": "root", "exabgp.api.cli": "false", "exabgp.log.destination": "stderr",
               "exabgp.log.level": "INFO"}


NO_ROLE = Lack("has no roles: its OPEN never carries one", never_offers("role"))


def _fails_at_refresh(bench):
    """Asked for its routes it ends the session without a NOTIFICATION."""
    before = bench.up("graceful")["transitions"]
    bench.gate.done("neighbor", bench.links["graceful"].theirs, "refresh")
    bench.wait(lambda: bench.neighbor("graceful")["transitions"] > before, "the session to be another")
    shown = bench.neighbor("graceful")
    return shown["last-transport-error"]["time"] > shown.get("last-error", {"time": ""})["time"]


def _fails_at_text(bench):
    """It takes a NOTIFICATION with a text for one that can't be decoded."""
    link = bench.links["outward"]
    bench.up("outward")
    bench.gate.done("neighbor", link.theirs, "down", "--message", "to be shown")
    bench.wait(lambda: not bench.peer.established(link), "the session down at its side")
    words = bench.peer.last_words(link)
    bench.gate.done("neighbor", link.theirs, "up")
    bench.up("outward")
    return "can not decode update message of type" in words and "to be shown" not in words


FAILS_AT_REFRESH = Lack("where enhanced refresh is agreed on it fails at its own answer (`'RouteRefresh' object is not "
                        "iterable`) and the session ends", _fails_at_refresh)


def _drops_at_once(bench):
    """Killed, vipgate is gone for it at once, though graceful restart was agreed on."""
    agreed = bench.up("graceful")["negotiated-capability"]
    bench.gate.bgpd.kill()
    bench.wait(lambda: bench.peer.heard(bench.links["graceful"])[-1]["neighbor"].get("state") == "down", "to say down")
    bench.gate.start_bgpd()
    bench.gate.wait_ready()
    bench.up("graceful")
    return "graceful-restart" in agreed


class Exabgp(Implementation):
    title, package = "ExaBGP", "exabgp"
    without_links = ("role", "wrong_role")
    lacks = {
        "roles": NO_ROLE,
        "wrong_role": NO_ROLE,
        "link_local": Lack("its configuration takes no interface with an address", lambda bench: (
            bench.peer.accepts() and not bench.peer.accepts(link=LINK_LOCAL[0])), bench="main"),
        "their_maximum": Lack("its configuration knows no limit", refuses("maximum-prefix 1;")),
        "refresh_ours": FAILS_AT_REFRESH,
        "enhanced_theirs": FAILS_AT_REFRESH,
        "graceful_ours": Lack("agrees on it, but keeps no table: it tells its process at once that the neighbor is down",
                              _drops_at_once),
        "shutdown_ours": Lack("fails to decode a NOTIFICATION with text", _fails_at_text),
    }
    fixed_text = "Administrative Shutdown"

    def launch(self):
        self.starts = getattr(self, "starts", 0) + 1
        self.fifo, self.events = (self.lab.path(f"exabgp.{name}.{self.starts}") for name in ("fifo", "events"))
        os.mkfifo(self.fifo)
        relay = self.lab.write("exabgp-relay.sh", RELAY.format(fifo=self.fifo, events=self.events))
        os.chmod(relay, 0o755)
        config = CONFIG.format(relay=relay, router_id=ROUTER_ID, neighbors="".join(map(_neighbor, self.links)))
        return self.lab.start(self.host, "exabgp", program("exabgp"), self.lab.write("exabgp.conf", config),
                              environment=ENVIRONMENT)

    def answers(self):
        return os.path.exists(self.events)

    def accepts(self, *words, link=None):
        """Whether its checker takes a configuration with this link, or one of its own with WORDS in it."""
        neighbor = _neighbor(link or self.links[0]).replace("{", "{ " + " ".join(words), 1)
        config = self.lab.write("exabgp-check.conf", CONFIG.format(relay="/bin/cat", router_id=ROUTER_ID, neighbors=neighbor))
        done = subprocess.run([program("exabgp"), "--validate", config], capture_output=True, text=True,
                              env={**os.environ, **ENVIRONMENT})
        return done.returncode == 0

    def say(self, command):
        with open(self.fifo, "w") as fifo:
            fifo.write(command + "\n")

    def heard(self, link):
        """Everything it told of this neighbor, oldest first."""
        with contextlib.suppress(FileNotFoundError), open(self.events) as file:
            events = [json.loads(line, strict=False) for line in file.read().split("\n")[:-1] if line.startswith("{")]
            return [one for one in events if one.get("neighbor", {}).get("address", {}).get("peer") == link.ours]
        return []

    def established(self, link):
        states = [one["neighbor"]["state"] for one in self.heard(link) if one["type"] == "state"]
        return states[-1:] == ["up"]

    def route(self, link, prefix):
        route = None
        for event in self.heard(link):
            if event["type"] == "state" and event["neighbor"]["state"] != "up":
                route = None
            update = event["neighbor"].get("message", {}).get("update", {})
            if _holds(update.get("withdraw", {}), prefix):
                route = None
            for hops in update.get("announce", {}).values():
                for hop, prefixes in hops.items():
                    if _holds({"": prefixes}, prefix):
                        route = _route(update["attribute"], hop)
        return route

    def ask_refresh(self, link):
        for family in link.families:
            self.say(f"neighbor {link.ours} announce route-refresh {family} unicast")

    def shut(self, link, text):
        self.say(f"neighbor {link.ours} teardown 2")

    def unshut(self, link):
        pass

    def last_words(self, link):
        return json.dumps(self.heard(link)[-6:]) + self.log()


def _neighbor(link):
    # Without that capability it looks at the two octets of the OPEN alone.
    our_as = link.our_as if link.four_octet_as else AS_TRANS
    words = ["inherit all;", f"local-address {link.scoped(link.theirs)}; local-as {link.their_as}; peer-as {our_as};",
             f"hold-time {link.hold_time};"]
    words += ["passive true; listen 179;"] if link.passive == "theirs" else ["passive false;"]
    words += [f"md5-password '{link.their_password}';"] * bool(link.their_password)
    words += ["incoming-ttl 255; outgoing-ttl 255;"] * link.ttl_security
    wide = "" if link.four_octet_as else "asn4 disable; "
    graceful = "graceful-restart 60; " if link.graceful_restart else ""
    words += [f"capability {{ route-refresh enable; extended-message enable; {wide}{graceful}}}",
              "family { " + " ".join(f"{family} unicast;" for family in link.families) + " }"]
    words += ["nexthop { ipv4 unicast ipv6; }"] * link.extended_next_hop
    routes = [ROUTE.format(prefix=prefix, hop=_hop(link, family), med=THEIR_MED, community=":".join(map(str, THEIR_COMMUNITY)),
                           large=":".join(map(str, THEIR_LARGE_COMMUNITY)))
              for family, prefix in ((IPV4, THEIR_PREFIX), (IPV6, THEIR_PREFIX6))
              if family in link.families]
    words.append("static { " + " ".join(routes) + " }")
    return f"neighbor {link.scoped(link.ours)} {{\n    " + "\n    ".join(words) + "\n}\n"


def _hop(link, family):
    if link.extended_next_hop:
        return OTHER_HOP[IPV6]
    return "self" if (family == IPV6) == link.six else OTHER_HOP[family]


def _holds(families, prefix):
    return any(one.get("nlri") == prefix for prefixes in families.values() for one in prefixes)


def _route(attributes, hop):
    path = attributes.get("as-path", [])
    return Route(as_path=" ".join(map(str, path)), next_hop=hop, origin=attributes.get("origin"),
                 med=attributes.get("med"), local_preference=attributes.get("local-preference"),
                 communities=joined(attributes.get("community", [])),
                 large_communities=joined(attributes.get("large-community", [])),
                 extended_communities=frozenset(one["string"].replace("target:", "rt ")
                                                for one in attributes.get("extended-community", [])))
