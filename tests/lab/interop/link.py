"""What both sides of a test agree on: the sessions between vipgate and the other implementation, and how a route looks."""

import dataclasses

# The routes that the other implementation announces on every session, and what it says of them.
THEIR_PREFIX, THEIR_PREFIX6 = "192.0.2.0/24", "2001:db8:99::/48"
THEIR_MED, THEIR_COMMUNITY, THEIR_LARGE_COMMUNITY = 30, (300, 301), (300, 301, 302)

IPV4, IPV6 = "ipv4", "ipv6"
FAMILY_WORDS = {IPV4: "ipv4-unicast", IPV6: "ipv6-unicast"}


@dataclasses.dataclass(frozen=True)
class Link:
    """One session. OURS and OUR_AS are vipgate's; PASSIVE names the side that waits: "ours", "theirs" or None."""

    name: str
    ours: str
    theirs: str
    our_as: int
    their_as: int
    scope: str = None  # the interface, on both sides, of link-local addresses
    passive: str = "theirs"
    families: tuple = (IPV4,)
    hold_time: int = 90
    password: str = None
    ttl_security: bool = False
    extended_next_hop: bool = False
    graceful_restart: bool = False
    wrong_password: str = None  # the other side's, where it is not the same
    role: str = None  # vipgate's; the other side's is its counterpart
    wrong_role: str = None  # the other side's, where it is not
    their_maximum: int = 0
    our_maximum: int = 0
    expected_as: int = None  # what vipgate takes the other side's AS for, where it is wrong
    four_octet_as: bool = True  # the other side has that capability

    @property
    def internal(self):
        return self.our_as == self.their_as

    @property
    def their_password(self):
        return self.wrong_password or self.password

    @property
    def six(self):
        return ":" in self.ours

    def scoped(self, address):
        """An address of the link as most write it: fe80::1%eth0."""
        return f"{address}%{self.scope}" if self.scope else address

    @property
    def their_role(self):
        return self.wrong_role or {"customer": "provider", "provider": "customer", None: None}[self.role]

    def vipgate(self):
        """The neighbor statement of vipgate's configuration."""
        words = [f"peer-as {self.expected_as or self.their_as};", f"local-address {self.scoped(self.ours)};",
                 f"hold-time {self.hold_time}s;", "connect-retry-time 1s;",
                 f"family [ {' '.join(FAMILY_WORDS[family] for family in self.families)} ];"]
        words += ["passive true;"] * (self.passive == "ours")
        words += [f'password "{self.password}";'] * bool(self.password)
        words += ["ttl-security 1;"] * self.ttl_security
        words += ["extended-next-hop true;"] * self.extended_next_hop
        words += ["graceful-restart { restart-time 60s; }"] * self.graceful_restart
        words += [f"role {self.role};"] * bool(self.role)
        words += [f"maximum-prefix {self.our_maximum};"] * bool(self.our_maximum)
        return f"neighbor {self.scoped(self.theirs)} {{ {' '.join(words)} }}\n"


@dataclasses.dataclass
class Route:
    """A route as one side says that it has it. Communities are written as vipgate writes them; absent is None or empty."""

    as_path: str = ""
    next_hop: str = None
    origin: str = None
    med: int = None
    local_preference: int = None
    communities: frozenset = frozenset()
    large_communities: frozenset = frozenset()
    extended_communities: frozenset = frozenset()
    stale: bool = False


def joined(groups):
    """{(65010, 1), …} as {"65010:1", …}."""
    return frozenset(":".join(map(str, group)) for group in groups)


def number(text):
    return None if text is None else int(text)
