"""Features of the end of a session, and of what comes after it."""

import signal

from .bench import PLAIN_VIP, VIP, VIP6
from .link import THEIR_PREFIX
from .matrix import feature

NOTICE = "moving to rack 7"


@feature("Administrative shutdown at vipgate: its text is shown by the neighbor (RFC 9003)")
def shutdown_ours(bench):
    bench.up("outward")
    link = bench.links["outward"]
    bench.gate.done("neighbor", link.theirs, "down", "--message", NOTICE)
    bench.wait(lambda: not bench.peer.established(link), "the session down at its side")
    bench.wait(lambda: NOTICE in bench.peer.last_words(link), "to show vipgate's text")
    bench.gate.done("neighbor", link.theirs, "up")
    bench.up("outward")


@feature("Administrative shutdown at the neighbor: its text is shown by vipgate (RFC 9003)")
def shutdown_theirs(bench):
    bench.up("outward")
    link = bench.links["outward"]
    bench.peer.shut(link, NOTICE)
    bench.test.assertEqual(bench.peer.fixed_text or NOTICE, bench.error("outward", 6, 2, "received").get("message"))
    bench.peer.unshut(link)
    bench.up("outward")
    bench.route("outward", VIP)


@feature("Hold timer at vipgate: the stopped neighbor is let go, and comes back")
def hold_timer_ours(bench):
    bench.up("brief")
    bench.peer.pause()
    bench.error("brief", 4, 0, "sent")
    bench.test.assertNotEqual("established", bench.neighbor("brief")["session-state"])
    bench.peer.resume()
    bench.up("brief")
    bench.route("brief", VIP)


@feature("Hold timer at the neighbor: stopped vipgate is let go, and comes back")
def hold_timer_theirs(bench):
    bench.up("brief")
    bench.route("brief", VIP)
    bench.gate.bgpd.signal(signal.SIGSTOP)
    bench.wait(lambda: not bench.peer.established(bench.links["brief"]), "its hold timer")
    bench.gone("brief", VIP)
    bench.gate.bgpd.signal(signal.SIGCONT)
    bench.up("brief", "outward")
    bench.route("brief", VIP)


@feature("Graceful restart: the neighbor keeps the routes while vipgate restarts (RFC 4724)")
def graceful_ours(bench):
    bench.test.assertIn("graceful-restart", bench.up("graceful")["negotiated-capability"])
    bench.route("graceful", PLAIN_VIP)
    bench.gate.bgpd.kill()
    bench.wait(lambda: not bench.peer.established(bench.links["graceful"]), "to notice the end of the session")
    # Beside it a session without graceful restart loses its routes.
    bench.gone("outward", PLAIN_VIP)
    bench.test.assertIsNotNone(bench.peer.route(bench.links["graceful"], PLAIN_VIP))
    bench.gate.start_bgpd()
    bench.gate.wait_ready()
    bench.up("graceful", "outward")
    bench.route("graceful", PLAIN_VIP, stale=False)
    bench.route("graceful", VIP)


@feature("Graceful restart: vipgate keeps the routes while the neighbor restarts (RFC 4724)")
def graceful_theirs(bench):
    bench.up("graceful")
    bench.received("graceful", THEIR_PREFIX)
    bench.peer.kill()
    bench.wait(lambda: bench.neighbor("graceful")["session-state"] != "established", "the session down at vipgate")
    bench.test.assertTrue(bench.received("graceful", THEIR_PREFIX).get("stale"))
    bench.peer.start()
    bench.up("graceful")
    bench.wait(lambda: not bench.received("graceful", THEIR_PREFIX).get("stale"), "its routes fresh again")


@feature("Neighbor killed and back")
def neighbor_killed(bench):
    bench.up("outward", "six")
    bench.peer.kill()
    bench.wait(lambda: bench.neighbor("outward")["session-state"] != "established", "the session down at vipgate")
    bench.test.assertNotIn("received-route", bench.gate.state("show", "received-routes", "neighbor",
                                                              bench.links["outward"].theirs))
    bench.peer.start()
    bench.up("outward", "inward")
    bench.route("outward", VIP6)
    bench.route("inward", VIP)


@feature("vipgate killed and back")
def vipgate_killed(bench):
    bench.up("outward", "both")
    bench.gate.bgpd.kill()
    bench.gone("outward", VIP)
    bench.gate.start_bgpd()
    bench.gate.wait_ready()
    bench.up("outward", "both")
    bench.route("outward", VIP6)
    bench.route("both", VIP)


@feature("Both killed and back at once")
def both_killed(bench):
    bench.up("outward", "six")
    bench.peer.kill()
    bench.gate.bgpd.kill()
    bench.peer.start()
    bench.gate.start_bgpd()
    bench.gate.wait_ready()
    bench.up("outward", "six")
    bench.route("outward", VIP6)
    bench.route("six", VIP6)
