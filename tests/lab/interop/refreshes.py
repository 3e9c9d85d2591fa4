"""Features of route refresh, asked by either side."""

from .bench import PLAIN_VIP, VIP, VIP6
from .link import THEIR_PREFIX, THEIR_PREFIX6
from .matrix import feature


def _counters(bench, name, direction):
    return bench.neighbor(name)["messages"][direction]


@feature("Route refresh asked by the neighbor: answered with everything (RFC 2918)")
def refresh_asked(bench):
    bench.up("outward")
    for prefix in (VIP, VIP6, PLAIN_VIP):
        bench.route("outward", prefix)
    asked, sent = _counters(bench, "outward", "received")["route-refresh"], _counters(bench, "outward", "sent")["update"]
    bench.peer.ask_refresh(bench.links["outward"])
    bench.wait(lambda: _counters(bench, "outward", "received")["route-refresh"] >= asked + 2, "to ask for both families")
    # The gated VIPs have one set of attributes, the plain one another; IPv4 and IPv6 never share an UPDATE.
    bench.wait(lambda: _counters(bench, "outward", "sent")["update"] >= sent + 3, "the routes again")
    for prefix in (VIP, VIP6, PLAIN_VIP):
        bench.route("outward", prefix)


@feature("Route refresh asked by vipgate: the neighbor sends its routes again (RFC 2918)")
def refresh_ours(bench):
    # With graceful restart: without it FRR sends no End-of-RIB, and waits with its answer until it has sent one.
    before = bench.up("graceful")
    bench.received("graceful", THEIR_PREFIX)
    bench.received("graceful", THEIR_PREFIX6)
    bench.quiet("graceful")
    sent = _counters(bench, "graceful", "received")["update"]
    bench.gate.done("neighbor", bench.links["graceful"].theirs, "refresh")
    bench.wait(lambda: _counters(bench, "graceful", "received")["update"] >= sent + 2, "the neighbor's routes again")
    bench.received("graceful", THEIR_PREFIX)
    bench.test.assertEqual(before["transitions"], bench.neighbor("graceful")["transitions"])


@feature("Enhanced route refresh: vipgate marks both ends of its answer (RFC 7313)")
def enhanced_ours(bench):
    shown = bench.up("outward")
    bench.test.assertIn("enhanced-route-refresh", shown["negotiated-capability"])
    before = shown["messages"]["sent"]["route-refresh"]
    bench.peer.ask_refresh(bench.links["outward"])
    bench.wait(lambda: _counters(bench, "outward", "sent")["route-refresh"] >= before + 4, "both ends of both families")
    bench.route("outward", VIP)
    bench.test.assertEqual(shown["transitions"], bench.neighbor("outward")["transitions"])


@feature("Enhanced route refresh: the neighbor marks both ends of its answer (RFC 7313)")
def enhanced_theirs(bench):
    shown = bench.up("graceful")
    bench.received("graceful", THEIR_PREFIX)
    before = shown["messages"]["received"]["route-refresh"]
    bench.gate.done("neighbor", bench.links["graceful"].theirs, "refresh")
    bench.wait(lambda: _counters(bench, "graceful", "received")["route-refresh"] >= before + 4, "both ends of both families")
    bench.received("graceful", THEIR_PREFIX)
    bench.test.assertEqual(shown["transitions"], bench.neighbor("graceful")["transitions"])
