"""show, status and why: what is documented, as JSON that yanglint accepts and as tables that fit a terminal."""

import contextlib
import os
import re
import signal
import subprocess
import termios

from lab import bgp_message as bgp
from lab import yang
from lab.case import LOCAL, NEIGHBOR, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.system import wait_for
from lab.target import TcpTarget
from lab.vipgate import binary

PROFILE = ("profile rich { as-path-prepend 2; med 200; community [ 65010:666 no-export ]; "
           "large-community [ 65010:1:2 ]; }\n")
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$"
RECEIVED = ["192.0.2.0/25", "192.0.2.128/25"]

NEIGHBOR_KEYS = {
    "remote-address", "peer-as", "description", "session-state", "admin-down", "last-established", "uptime",
    "transitions", "hold-time", "keepalive-time", "local-address", "local-port", "remote-port", "remote-router-id",
    "local-capability", "remote-capability", "negotiated-capability", "prefixes", "messages", "updates-malformed",
    "last-error"}
VIP_KEYS = {"prefix", "state", "reason", "since", "profile", "as-path-prepend", "gate", "address-present",
            "advertised-to"}
CHECK_KEYS = {"name", "kind", "verdict", "healthy-percent", "since", "successes", "failures", "runs", "last"}
ADVERTISED_KEYS = {"neighbor", "prefix", "next-hop", "as-path", "origin", "med", "community", "large-community",
                   "delivery", "since"}
RECEIVED_KEYS = {"neighbor", "prefix", "next-hop", "as-path", "origin", "med", "community"}
EVENT_KEYS = {"time", "daemon", "kind", "subject", "to", "cause"}
COUNTERS = {"open", "update", "keepalive", "notification", "route-refresh"}

COMMANDS = {
    "neighbor": ["show", "neighbors"], "vip": ["show", "vips"], "check": ["show", "checks"],
    "advertised-route": ["show", "advertised-routes"], "received-route": ["show", "received-routes"],
    "event": ["show", "events"]}
SINGLE = [["show", "neighbor", NEIGHBOR], ["show", "vip", VIP], ["show", "check", "web"],
          ["show", "advertised-routes", "neighbor", NEIGHBOR], ["show", "received-routes", "neighbor", NEIGHBOR],
          ["show", "received-routes", "neighbor", NEIGHBOR, RECEIVED[0]], ["show", "events", "--last", "3"],
          ["why", VIP], ["status"]]


class Show(LabCase):
    """One vipgate with a session that was lost once, an announced VIP, a check that works and two routes received."""

    def setUp(self):
        super().setUp()
        TcpTarget(self.lab, self.host)
        peer = self.peer()
        self.gate = self.vipgate("site north;\n", speaker(options='description "route server";'), PROFILE, tcp_check(),
                                 gated_vip("web", extra="profile rich;"))
        self.gate.start()
        first = peer.establish()
        first.send(bgp.notification(6, 4))
        first.wait_closed()
        self.session = peer.establish()
        attributes = bgp.usual_attributes([65515, 64999], NEIGHBOR) + bgp.attribute(bgp.MED, b"\0\0\0\7", 0x80)
        attributes += bgp.attribute(bgp.COMMUNITIES, bytes.fromhex("fde90001"), 0xc0)
        self.session.send(bgp.update(RECEIVED, attributes))
        self.session.wait_route(VIP)
        wait_for(lambda: self.gate.neighbor(NEIGHBOR)["prefixes"]["received"] == 2, "the routes to be counted")
        wait_for(lambda: self.gate.advertised(NEIGHBOR)[0]["delivery"] == "acknowledged", "the delivery")

    def one(self, what):
        return self.gate.state(*COMMANDS[what])[what][-1]

    def assert_keys(self, wanted, entry):
        self.assertEqual(set(), wanted - set(entry), f"missing in {entry}")

    def test_yanglint_accepts_every_document(self):
        for words in [*COMMANDS.values(), *SINGLE]:
            document = {"vipgate:state": self.gate.state(*words)}
            self.assertEqual("", yang.complaints(self.lab, document), f"{words}: {document}")

    def test_a_command_gives_its_list_and_no_other(self):
        for what, words in COMMANDS.items():
            self.assertEqual([what], list(self.gate.state(*words)))

    def test_neighbor(self):
        neighbor = self.one("neighbor")
        self.assert_keys(NEIGHBOR_KEYS, neighbor)
        expected = {"remote-address": NEIGHBOR, "peer-as": 65515, "description": "route server", "hold-time": 6,
                    "session-state": "established", "admin-down": False, "transitions": 2, "keepalive-time": 2,
                    "local-address": LOCAL, "remote-port": 179, "remote-router-id": NEIGHBOR, "updates-malformed": 0}
        self.assertEqual(expected, {key: neighbor[key] for key in expected})
        self.assertEqual({"received": 2, "sent": 1}, {key: neighbor["prefixes"][key] for key in ("received", "sent")})
        for direction in ("sent", "received"):
            self.assert_keys(COUNTERS, neighbor["messages"][direction])
        self.assertEqual((2, 2), (neighbor["messages"]["sent"]["open"], neighbor["messages"]["received"]["open"]))
        self.assertRegex(neighbor["last-established"], TIME)
        for side in ("local", "remote", "negotiated"):
            self.assertTrue(neighbor[f"{side}-capability"])
        error = neighbor["last-error"]
        self.assertEqual(("received", 6, 4), (error["direction"], error["code"], error["subcode"]))
        self.assert_keys({"time", "name"}, error)

    def test_vip(self):
        vip = self.one("vip")
        self.assert_keys(VIP_KEYS, vip)
        expected = {"prefix": VIP, "state": "announced", "profile": "rich", "as-path-prepend": 2,
                    "gate": {"verdict": "up", "healthy-percent": 100}, "address-present": True,
                    "advertised-to": [NEIGHBOR]}
        self.assertEqual(expected, {key: vip[key] for key in expected})
        self.assertRegex(vip["since"], TIME)

    def test_check(self):
        check = self.one("check")
        self.assert_keys(CHECK_KEYS, check)
        expected = {"name": "web", "kind": "tcp", "verdict": "up", "healthy-percent": 100, "failures": 0}
        self.assertEqual(expected, {key: check[key] for key in expected})
        self.assertGreater(check["successes"], 0)
        self.assert_keys({"time", "outcome", "reason", "latency-us"}, check["last"])
        self.assertEqual("ok", check["last"]["outcome"])

    def test_routes(self):
        advertised = self.one("advertised-route")
        received = self.gate.state("show", "received-routes", "neighbor", NEIGHBOR, RECEIVED[1])["received-route"][0]
        self.assert_keys(ADVERTISED_KEYS, advertised)
        expected = {"neighbor": NEIGHBOR, "prefix": VIP, "next-hop": LOCAL, "as-path": "65010 65010 65010",
                    "origin": "igp", "med": 200, "community": ["65010:666", "no-export"],
                    "large-community": ["65010:1:2"]}
        self.assertEqual(expected, {key: advertised[key] for key in expected})
        self.assert_keys(RECEIVED_KEYS, received)
        expected = {"neighbor": NEIGHBOR, "prefix": RECEIVED[1], "next-hop": NEIGHBOR, "as-path": "65515 64999",
                    "origin": "igp", "med": 7, "community": ["65001:1"]}
        self.assertEqual(expected, {key: received[key] for key in expected})

    def test_what_is_shown_is_what_was_said(self):
        said, shown = self.session.routes()[VIP], self.one("advertised-route")
        self.assertEqual((said.next_hop, said.as_path, said.origin, said.med, said.large_communities),
                         (shown["next-hop"], shown["as-path"], shown["origin"], shown["med"], shown["large-community"]))
        self.assertEqual(["65010:666", "65535:65281"], said.communities)

    def test_events(self):
        events = self.gate.state("show", "events")["event"]
        for event in events:
            self.assert_keys({"time", "daemon", "kind", "subject", "cause"}, event)
            self.assertRegex(event["time"], TIME)
        self.assertEqual(sorted(event["time"] for event in events), [event["time"] for event in events])
        started = {event["cause"].split(", ", 1)[1] for event in events if event.get("to") == "started"}
        self.assertEqual({"1 neighbor, 1 vip", "1 check"}, started)
        self.assertEqual({"bgpd", "healthd"}, {event["daemon"].replace("vipgate-", "") for event in events})
        self.assertEqual(events[-3:], self.gate.state("show", "events", "--last", "3")["event"])

    def test_status_has_it_all(self):
        status = self.gate.state("status")
        self.assertEqual("north", status["site"])
        self.assertEqual({"site", "daemon", "neighbor", "vip", "check", "event"}, set(status))

    def test_tables(self):
        for words in [*COMMANDS.values(), *SINGLE]:
            text = self.gate.done(*words)
            self.assertNotIn("\x1b", text, words)
            self.assertTrue(text.strip(), words)
            for line in text.splitlines():
                self.assertEqual(line.rstrip(), line, words)
            self.assertNotIn("…", text, words)  # into a pipe nothing is cut

    def test_what_a_terminal_shows_fits_it(self):
        for words in [*COMMANDS.values(), *SINGLE]:
            for columns in (80, 120):
                for line in self.on_terminal(columns, *words).splitlines():
                    self.assertLessEqual(len(line), columns, (words, line))
                    self.assertEqual(line.rstrip(), line, words)

    def on_terminal(self, columns, *words):
        """What `vipgate WORDS` prints on a terminal of so many columns."""
        screen, terminal = os.openpty()
        termios.tcsetwinsize(terminal, (50, columns))
        process = subprocess.Popen(self.host.command(binary("vipgate"), "--color", "never", "-S", self.gate.directory, *words),
                                   stdout=terminal)
        os.close(terminal)
        text = b""
        with contextlib.suppress(OSError):  # the terminal's end
            while piece := os.read(screen, 65536):
                text += piece
        os.close(screen)
        self.assertEqual(0, process.wait(), words)
        return text.decode().replace("\r\n", "\n")

    def test_received_routes_are_sorted_and_found_by_address(self):
        more = ["192.0.2.64/26", "10.0.0.0/8", "192.0.2.0/24"]
        self.session.send(bgp.update(more, bgp.usual_attributes([65515], NEIGHBOR)))
        wait_for(lambda: self.gate.neighbor(NEIGHBOR)["prefixes"]["received"] == 5, "the routes to be counted")
        rows = [line.split()[1] for line in self.gate.done("show", "received-routes").splitlines()[1:]]
        self.assertEqual(["10.0.0.0/8", "192.0.2.0/24", "192.0.2.0/25", "192.0.2.64/26", "192.0.2.128/25"], rows)
        for address, prefix in (("192.0.2.65", "192.0.2.64/26"), ("192.0.2.1", "192.0.2.0/25"), ("10.9.9.9", "10.0.0.0/8")):
            found = self.gate.state("show", "received-routes", address)["received-route"]
            self.assertEqual([prefix], [route["prefix"] for route in found])
        self.assertNotIn("received-route", self.gate.state("show", "received-routes", "198.51.100.1"))

    def test_watch_draws_again_until_interrupted(self):
        process = subprocess.Popen(self.host.command(binary("vipgate"), "--json", "-S", self.gate.directory, "show", "vips",
                                                     "--watch", "100ms"), stdout=subprocess.PIPE, text=True)
        drawn = 0
        while drawn < 3:
            drawn += process.stdout.readline() == "{\n"
        process.send_signal(signal.SIGINT)
        process.stdout.close()
        self.assertEqual(0, process.wait(10))

    def test_tables_say_the_same_in_words(self):
        says = {("show", "neighbors"): [NEIGHBOR, "65515", "established"],
                ("show", "vips"): [VIP, "announced", "rich"],
                ("show", "checks"): ["web", "tcp", "up"],
                ("show", "advertised-routes"): [VIP, LOCAL, "65010 65010 65010", "acknowledged"],
                ("show", "received-routes"): [*RECEIVED, "65515 64999"],
                ("status",): ["north", NEIGHBOR, VIP, "web"],
                ("why", VIP): [VIP, "web"]}
        for words, wanted in says.items():
            text = self.gate.done(*words)
            for word in wanted:
                self.assertRegex(text, re.escape(word), words)

    def test_color_only_where_it_is_asked_for(self):
        self.assertIn("\x1b[", self.gate.done("--color", "always", "status"))
        self.assertNotIn("\x1b", self.gate.done("--color", "never", "status"))


class Refused(LabCase):
    """Exit statuses: 0 done, 1 not there, 2 usage, 3 no daemon; one line to standard error."""

    def expect(self, status, gate, *words):
        result = gate.cli(*words)
        self.assertEqual(status, result.returncode, (words, result.stderr))
        self.assertEqual("", result.stdout, words)
        self.assertEqual(1, len(result.stderr.strip().splitlines()), (words, result.stderr))

    def test_statuses(self):
        gate = self.vipgate(speaker(), tcp_check(), gated_vip("web"))
        self.expect(3, gate, "show", "vips")
        self.expect(2, gate, "show", "vipz")
        self.expect(2, gate)
        gate.start()
        gate.wait_ready()
        self.expect(1, gate, "show", "vip", "203.0.113.99/32")
        self.expect(1, gate, "show", "neighbor", "198.51.100.99")
        self.expect(1, gate, "show", "check", "nothing")
        self.expect(1, gate, "why", "203.0.113.99/32")
        self.expect(1, gate, "check", "run", "nothing")
        self.expect(2, gate, "show", "vip", "not-a-prefix")
        self.assertEqual(0, gate.cli("version").returncode)

    def test_check_run(self):
        TcpTarget(self.lab, self.host)
        gate = self.vipgate(speaker(), tcp_check(), gated_vip("web"))
        gate.start()
        gate.wait_check("web", "up")
        document = gate.state("check", "run", "web")
        self.assertEqual("ok", document["check"][0]["last"]["outcome"])
        self.assertEqual("", yang.complaints(self.lab, {"vipgate:state": document}))
        self.assertIn("ok", gate.done("check", "run", "web"))


if __name__ == "__main__":
    main()
