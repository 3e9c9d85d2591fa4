"""Features of a session: who connects, what it runs over, what it asks of the other side before it is up."""

from .bench import OUR_AS, PLAIN_VIP, THEIR_AS, THEIR_WIDE_AS, VIP, VIP6, WIDE_AS
from .link import THEIR_PREFIX
from .matrix import feature


@feature("Session up, vipgate connects")
def outward(bench):
    shown = bench.up("outward")
    bench.test.assertEqual(179, shown["remote-port"])
    bench.test.assertEqual("198.51.100.4", shown["remote-router-id"])


@feature("Session up, the neighbor connects")
def inward(bench):
    shown = bench.up("inward")
    bench.test.assertEqual(179, shown["local-port"])
    bench.test.assertNotEqual(179, shown["remote-port"])


@feature("Both connect: one session remains (RFC 4271 section 6.8)")
def collision(bench):
    bench.up("both")
    # Had a second connection taken over, there would be a second establishment.
    bench.wait(lambda: bench.neighbor("both")["uptime"] >= 2, "two seconds in peace")
    bench.test.assertEqual(1, bench.neighbor("both")["transitions"])
    bench.test.assertTrue(bench.peer.established(bench.links["both"]))


@feature("Hold time negotiated; keepalives keep the session for longer")
def keepalives(bench):
    shown = bench.up("brief")
    bench.test.assertEqual((3, 1), (shown["hold-time"], shown["keepalive-time"]))
    bench.wait(lambda: bench.neighbor("brief")["uptime"] >= 4, "longer than the hold time")
    bench.test.assertEqual(shown["transitions"], bench.neighbor("brief")["transitions"])


@feature("IPv6 session")
def ipv6_session(bench):
    bench.up("six")
    bench.test.assertIn("multiprotocol-ipv6-unicast", bench.neighbor("six")["negotiated-capability"])


@feature("Session between link-local addresses, with an IPv6 route", bench="link-local")
def link_local(bench):
    shown = bench.up("near_by")
    bench.test.assertTrue(shown["local-address"].startswith("fe80::70"))
    bench.route("near_by", VIP6, as_path=f"{OUR_AS} {OUR_AS} {OUR_AS}")


@feature("TCP MD5 (RFC 2385), vipgate connects")
def md5(bench):
    shown = bench.up("key")
    bench.test.assertTrue(shown["socket"]["md5"])
    bench.route("key", VIP)


@feature("TCP MD5 (RFC 2385), the neighbor connects")
def md5_inward(bench):
    shown = bench.up("key_inward")
    bench.test.assertTrue(shown["socket"]["md5"])
    bench.route("key_inward", VIP)


@feature("TCP MD5 with another password: no session")
def md5_wrong(bench):
    bench.up("outward")
    bench.wait(lambda: bench.neighbor("outward")["uptime"] >= 2, "a session beside it up for two seconds")
    bench.test.assertNotEqual("established", bench.neighbor("wrong_key")["session-state"])
    bench.test.assertNotIn("last-established", bench.neighbor("wrong_key"))
    bench.test.assertFalse(bench.peer.established(bench.links["wrong_key"]))


@feature("TTL security (RFC 5082)")
def ttl_security(bench):
    shown = bench.up("near")
    bench.test.assertEqual((255, 255), (shown["socket"]["ttl"], shown["socket"]["minimum-ttl"]))


@feature("Unexpected AS: refused with OPEN error 2/2")
def wrong_as(bench):
    bench.error("wrong_as", 2, 2, "sent")
    bench.test.assertNotIn("last-established", bench.neighbor("wrong_as"))
    bench.test.assertFalse(bench.peer.established(bench.links["wrong_as"]))


@feature("Roles (RFC 9234)")
def roles(bench):
    bench.test.assertIn("role", bench.up("role")["negotiated-capability"])
    bench.route("role", VIP)


@feature("Roles that do not fit: refused with OPEN error 2/11")
def wrong_role(bench):
    bench.error("wrong_role", 2, 11)
    bench.test.assertNotIn("last-established", bench.neighbor("wrong_role"))


@feature("Extended messages (RFC 8654)")
def extended_messages(bench):
    bench.test.assertIn("extended-message", bench.up("outward")["negotiated-capability"])


@feature("4-octet AS on both sides (RFC 6793)", bench="wide")
def four_octet_as(bench):
    bench.up("wide")
    bench.route("wide", VIP, as_path=f"{WIDE_AS} {WIDE_AS} {WIDE_AS}")
    bench.test.assertEqual(str(THEIR_WIDE_AS), bench.received("wide", THEIR_PREFIX)["as-path"])


@feature("4-octet AS, neighbor without that capability: AS_TRANS, AS4_PATH", bench="narrow")
def two_octet_as(bench):
    bench.test.assertNotIn("four-octet-as", bench.up("narrow").get("remote-capability", []))
    path = bench.route("narrow", VIP).as_path
    # BIRD, FRR and OpenBGPD put AS4_PATH to use; who does not sees AS_TRANS.
    bench.test.assertIn(path, (f"{WIDE_AS} {WIDE_AS} {WIDE_AS}", "23456 23456 23456"))
    bench.test.assertEqual(str(THEIR_AS), bench.received("narrow", THEIR_PREFIX)["as-path"])


@feature("Session within one AS: local preference, no AS in the path", bench="internal")
def internal(bench):
    bench.up("internal")
    bench.route("internal", PLAIN_VIP, as_path="", local_preference=100)
    bench.route("internal", VIP, local_preference=50)
    bench.test.assertEqual("", bench.received("internal", THEIR_PREFIX).get("as-path", ""))
