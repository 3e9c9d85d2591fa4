"""Features of routes: what vipgate announces as the other side has it, and what the other side announces as vipgate shows it."""

from .bench import (COMMUNITIES, EXTENDED_COMMUNITIES, LARGE_COMMUNITIES, MED, OUR_AS, OURS6, PLAIN_VIP, THEIR_AS, VIP, VIP6)
from .link import THEIR_COMMUNITY, THEIR_LARGE_COMMUNITY, THEIR_MED, THEIR_PREFIX, THEIR_PREFIX6
from .matrix import feature

PATH = f"{OUR_AS} {OUR_AS} {OUR_AS}"


@feature("IPv4 route: AS path with prepends, next hop, origin, MED")
def ipv4_route(bench):
    bench.up("outward")
    bench.route("outward", VIP, as_path=PATH, next_hop=bench.links["outward"].ours, origin="egp", med=MED)
    bench.route("outward", PLAIN_VIP, as_path=str(OUR_AS), next_hop=bench.links["outward"].ours, origin="igp")


@feature("Communities (RFC 1997)")
def communities(bench):
    bench.up("outward")
    bench.route("outward", VIP, communities=COMMUNITIES)


@feature("Large communities (RFC 8092)")
def large_communities(bench):
    bench.up("outward")
    bench.route("outward", VIP, large_communities=LARGE_COMMUNITIES)


@feature("Extended communities (RFC 4360)")
def extended_communities(bench):
    bench.up("outward")
    bench.route("outward", VIP, extended_communities=EXTENDED_COMMUNITIES)


@feature("IPv6 route over an IPv4 session (RFC 4760)")
def ipv6_route(bench):
    bench.up("outward")
    bench.route("outward", VIP6, as_path=PATH, next_hop=OURS6, origin="egp", med=MED, communities=COMMUNITIES)


@feature("IPv6 route over an IPv6 session")
def ipv6_over_ipv6(bench):
    bench.up("six")
    bench.route("six", VIP6, as_path=PATH, next_hop=OURS6, med=MED, large_communities=LARGE_COMMUNITIES)


@feature("IPv4 route with an IPv6 next hop (RFC 8950)")
def extended_next_hop(bench):
    bench.test.assertIn("extended-next-hop", bench.up("six")["negotiated-capability"])
    bench.route("six", VIP, as_path=PATH, next_hop=OURS6, med=MED)
    bench.test.assertIn(":", bench.received("six", THEIR_PREFIX)["next-hop"])


@feature("The neighbor's IPv4 and IPv6 routes, with their attributes, in show received-routes")
def their_routes(bench):
    bench.up("outward")
    for session, prefix in (("outward", THEIR_PREFIX), (bench.implementation.six_from, THEIR_PREFIX6)):
        route = bench.received(session, prefix)
        bench.test.assertEqual((str(THEIR_AS), THEIR_MED), (route["as-path"], route["med"]))
        bench.test.assertEqual([":".join(map(str, THEIR_COMMUNITY))], route["community"])
        bench.test.assertEqual([":".join(map(str, THEIR_LARGE_COMMUNITY))], route["large-community"])
    bench.test.assertEqual(bench.links["outward"].theirs, bench.received("outward", THEIR_PREFIX)["next-hop"])


@feature("Withdrawn when the gate falls, announced when it rises")
def withdraw(bench):
    bench.up("outward")
    bench.route("outward", VIP)
    bench.target.refuse()
    bench.gone("outward", VIP)
    bench.gone("outward", VIP6)
    bench.test.assertIsNotNone(bench.peer.route(bench.links["outward"], PLAIN_VIP))
    bench.target.answer()
    bench.route("outward", VIP, as_path=PATH)
    bench.route("outward", VIP6, as_path=PATH)


@feature("Attributes changed by a reload, the session untouched")
def changed_attributes(bench):
    before = bench.up("outward")
    bench.gate.configure(bench.configuration(med=MED + 1))
    bench.gate.done("reload")
    bench.route("outward", VIP, med=MED + 1, as_path=PATH)
    bench.gate.configure(bench.configuration())
    bench.gate.done("reload")
    bench.route("outward", VIP, med=MED, as_path=PATH)
    bench.test.assertEqual(before["transitions"], bench.neighbor("outward")["transitions"])


@feature("Maximum of prefixes at the neighbor: its Cease/1 is shown")
def their_maximum(bench):
    bench.error("their_limit", 6, 1, "received")


@feature("Maximum of prefixes at vipgate: Cease/1 sent")
def our_maximum(bench):
    bench.error("our_limit", 6, 1, "sent")
