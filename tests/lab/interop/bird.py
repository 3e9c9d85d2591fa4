"""BIRD beside vipgate."""

import re
import subprocess

from lab.system import program

from .implementation import ROUTER_ID, Implementation
from .link import (IPV4, THEIR_COMMUNITY, THEIR_LARGE_COMMUNITY, THEIR_MED, THEIR_PREFIX, THEIR_PREFIX6, Route, joined,
                   number)

HEAD = f"""
log stderr {{ info, remote, warning, error, auth, fatal, bug }};
router id {ROUTER_ID};
graceful restart wait 5;
protocol device {{ scan time 1; }}
protocol direct {{ ipv4; ipv6; }}
protocol static {{ ipv4; route {THEIR_PREFIX} blackhole; }}
protocol static {{ ipv6; route {THEIR_PREFIX6} blackhole; }}
filter ours {{
    if source != RTS_STATIC then reject;
    bgp_med = {THEIR_MED};
    bgp_community.add(({THEIR_COMMUNITY[0]},{THEIR_COMMUNITY[1]}));
    bgp_large_community.add(({THEIR_LARGE_COMMUNITY[0]},{THEIR_LARGE_COMMUNITY[1]},{THEIR_LARGE_COMMUNITY[2]}));
    accept;
}}
"""


class Bird(Implementation):
    title, package = "BIRD", "bird2"

    def launch(self):
        self.socket = self.lab.path("bird.ctl")
        config = self.lab.write("bird.conf", HEAD + "".join(map(_protocol, self.links)))
        return self.lab.start(self.host, "bird", program("bird"), "-f", "-c", config, "-s", self.socket)

    def answers(self):
        return "Router ID" in self.birdc("show", "status")

    def birdc(self, *words):
        done = subprocess.run([program("birdc"), "-s", self.socket, *words], capture_output=True, text=True)
        return done.stdout

    def established(self, link):
        return "Established" in self.birdc("show", "protocols", f"to_{link.name}")

    def route(self, link, prefix):
        text = self.birdc("show", "route", prefix, "protocol", f"to_{link.name}", "all")
        return _route(text) if "BGP.origin" in text else None

    def ask_refresh(self, link):
        self.birdc("reload", "in", f"to_{link.name}")

    def shut(self, link, text):
        self.birdc("disable", f"to_{link.name}", f'"{text}"')

    def unshut(self, link):
        self.birdc("enable", f"to_{link.name}")

    def last_words(self, link):
        return self.birdc("show", "protocols", "all", f"to_{link.name}")


def _protocol(link):
    # It takes the AS from that capability even where it is told to do without it, but not in its configuration.
    our_as = f"as {link.our_as}" if link.four_octet_as else "external"
    ours = f"{link.ours} % '{link.scope}'" if link.scope else link.ours
    words = [f"local {link.theirs} as {link.their_as}; neighbor {ours} {our_as}; hold time {link.hold_time};",
             "connect delay time 1; connect retry time 1; error wait time 1, 2; error forget time 1;",
             "enable extended messages on;", f"graceful restart {'on' if link.graceful_restart else 'off'};"]
    words += ["passive on;"] * (link.passive == "theirs")
    words += [f'password "{link.their_password}";'] * bool(link.their_password)
    words += ["ttl security on;"] * link.ttl_security
    words += [f"local role {link.their_role};"] * bool(link.role)
    words += ["enable as4 off;"] * (not link.four_octet_as)
    for family in link.families:
        extended = "extended next hop on; " if link.extended_next_hop and family == IPV4 else ""
        limit = f"receive limit {link.their_maximum} action disable; " if link.their_maximum else ""
        words.append(f"{family} {{ import all; export filter ours; next hop self; {extended}{limit}}};")
    return f"protocol bgp to_{link.name} {{\n    " + "\n    ".join(words) + "\n}\n"


def _route(text):
    found = dict(re.findall(r"BGP\.(\w+): ?(.*)", text))
    return Route(as_path=found.get("as_path", ""), next_hop=found["next_hop"].split()[0], origin=found["origin"].lower(),
                 med=number(found.get("med")), local_preference=number(found.get("local_pref")),
                 communities=_groups(found.get("community", "")), stale="STALE" in text,
                 large_communities=_groups(found.get("large_community", "")),
                 extended_communities=frozenset(text.replace(":", " ", 1) for text in _groups(found.get("ext_community", ""))))


def _groups(text):
    """(65010,1) (65010, 2, 3) (rt, 65010, 1)"""
    return joined(re.split(r", ?", one) for one in re.findall(r"\(([^)]*)\)", text))
