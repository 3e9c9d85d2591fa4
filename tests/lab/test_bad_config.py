"""Configuration that is wrong: every error in one go, each with its place and the remedy; what runs goes on."""

import random
import re
import subprocess

from lab.case import LabCase, gated_vip, main, speaker, tcp_check
from lab.vipgate import binary

# One bad line each, behind a good beginning; what its message must name.
BAD = {
    "vipp 203.0.113.9/32;": "vip",
    "vip 203.0.113.9/33;": "203.0.113.9/33",
    "vip 203.0.113.9/32 { profile nowhere; }": "nowhere",
    "vip 203.0.113.9/32 { gate { check [ nothing ]; } }": "nothing",
    "vip 203.0.113.9/32 { on-health-loss panic; }": "withdraw",
    "log { level loud; }": "warning",
    "health { lease 3 s; }": "3",
    "health { lease soon; }": "soon",
    "check a { interval 1s; }": "haproxy",
    "check a { tcp { } }": "target",
    "check a { tcp { target 192.0.2.1; } }": "192.0.2.1",
    "profile p { as-path-prepend 99; }": "99",
    "profile p { as-path-prepend -1; }": "-1",
    "site one two;": "argument",
    "site \"unended;": "unended|quot|string",
    "vip 203.0.113.9/32 {": "}",
    "}": "}",
    "include \"/nowhere/at/all.conf\";": "/nowhere/at/all.conf",
}
# The same for neighbors, inside the bgp block.
BAD_NEIGHBOR = {
    "peer-as 0;": "0",
    "hold-time 2s;": "3s",
    "multihop 2; ttl-security 1;": "multihop|ttl-security",
    "platform azure-route-server; password hush;": "password",
    "platform azure-route-server; ttl-security 1;": "ttl-security",
    "platform azure-route-server; family [ ipv6-unicast ];": "ipv4-unicast",
}
# Values for a leaf, good and bad ones among each other: a file made of them is valid or not.
HOSTS = ["192.0.2.1", "www.example.com", "a..b", "192.0.2.300", "[2001:db8::1]", "[fe80::1%nowhere0]", "[2001:db8::1%x]"]
PORTS = ["80", "65535", "0", "99999", "x"]
PATHS = ["/run/x", "x", "/" + "x" * 200]
COMMANDS = ["/bin/true", "/bin/sh -c 'exit 0'", "/bin/sh 'x", "true", " "]
EXPRESSIONS = ["ok", "^(up|ok)$", "a(b", "a{1,9999}{1,9999}", "((a{1,200}){1,200}){1,200}"]
COMMUNITIES = ["65010:1", "65536:1", "no-export", "1:2:3"]
EXTENDED = ["rt 65010:1", "rt 70000:70000", "0x000200FF00000001", "0x00", "rt 1.2.3.4:1", "rt 300.1.1.1:1"]
ADDRESSES = ["192.0.2.1", "2001:db8::1", "fe80::1%nowhere0", "2001:db8::1%nowhere0", "fe80::1", "0.0.0.0"]


def any_check(pick):
    port = f"{pick(HOSTS)}:{pick(PORTS)}"
    return pick([
        f'tcp {{ target "{port}"; }}', f'udp {{ target "{port}"; send x; }}', f'grpc {{ target "{port}"; }}',
        f'http {{ url "http://{port}/"; expect-body "{pick(EXPRESSIONS)}"; expect-status {pick(["200", "300-200"])}; }}',
        f'http {{ url "https://{pick(HOSTS)}/x"; ca-file {pick(PATHS)}; connect-to "{port}"; }}',
        f'websocket {{ url "ws://{port}"; subprotocol {pick(["chat", "a,b"])}; }}',
        f'coap {{ uri "coap://{port}/{pick(["a", "%41", "%4", "a#b"])}"; }}',
        f'dns {{ server {pick(["192.0.2.53", "a..b", "[::1]:53"])}; name {pick(["a.b", "a..b", "x" * 64])};'
        f' type {pick(["A", "AAAA", "TXT"])}; expect-address {pick(["192.0.2.1", "2001:db8::1"])}; }}',
        f'icmp {{ target "{pick(["192.0.2.1", "2001:db8::1", ":", "a..b"])}"; }}',
        f'exec {{ command "{pick(COMMANDS)}"; }}', f'file {{ path {pick(PATHS)}; }}', f'process {{ pidfile {pick(PATHS)}; }}',
        f'haproxy {{ socket {pick(PATHS)}; backend b; minimum-up {pick(["1", "50%", "0"])}; }}'])


def any_file(pick):
    """A configuration of one neighbor, one profile, one VIP and one check, each of which may be wrong."""
    return (f"bgp {{ local-as 65010; router-id 198.51.100.70; neighbor {pick(ADDRESSES)} {{ peer-as 65001;"
            f" {pick(['', 'local-address 192.0.2.9;', 'password-file /nowhere/key;', 'password-file key;'])} }} }}\n"
            f"profile p {{ community {pick(COMMUNITIES)}; extended-community \"{pick(EXTENDED)}\"; }}\n"
            f"vip {pick(['203.0.113.9/32', '203.0.113.9/24', '2001:db8::9/128'])} {{ profile p; gate {{ check a; }} }}\n"
            f"check a {{ {any_check(pick)} interval {pick(['1s', '1s', '1ms'])}; }}\n")


class BadConfig(LabCase):
    def complaints(self, program, *words):
        """The lines on standard error of a program that must refuse its configuration with 2."""
        done = subprocess.run([binary(program), *words], capture_output=True, text=True, timeout=30)
        self.assertEqual((2, ""), (done.returncode, done.stdout), done.stderr)
        return done.stderr.strip().splitlines()

    def check(self, text, name="bad.conf"):
        path = self.lab.write(name, text)
        lines = self.complaints("vipgate", "config", "check", path)
        for line in lines:
            self.assertRegex(line, rf"^{re.escape(path)}:\d+:\d+: .+")
        return lines

    def test_each_error_has_its_place_and_its_reason(self):
        for line, wanted in BAD.items():
            text = "# The line behind this one is wrong.\n" + line + "\n"
            said = self.check(text)
            self.assertRegex("\n".join(said), wanted, line)
            place = int(said[0].split(":")[1])
            self.assertIn(place, (2, 3), (line, said))

    def test_each_error_of_a_neighbor(self):
        for line, wanted in BAD_NEIGHBOR.items():
            peer_as = "" if "peer-as" in line else "peer-as 65515;"
            said = self.check("bgp {\n local-as 65010; router-id 198.51.100.70;\n neighbor 198.51.100.4 {\n"
                              f"{peer_as} {line}\n }}\n}}\n")
            self.assertRegex("\n".join(said), wanted, line)

    def test_what_is_mandatory(self):
        self.assertRegex("\n".join(self.check("bgp { router-id 198.51.100.70; }\n")), "local-as")
        self.assertRegex("\n".join(self.check("bgp { local-as 65010; }\n")), "router-id")
        self.assertRegex("\n".join(self.check(
            "bgp { local-as 65010; router-id 198.51.100.70; neighbor 198.51.100.4 { } }\n")), "peer-as")

    def test_all_errors_in_one_go(self):
        said = self.check("sitt north;\nlog { level loud; }\nvip 203.0.113.9/33;\ncheck a { tcp { } }\n")
        self.assertEqual([1, 2, 3, 4], sorted({int(line.split(":")[1]) for line in said}))

    def test_the_daemons_say_the_same_and_do_not_start(self):
        path = self.lab.write("bad.conf", "site north;\nlog { level loud; }\n")
        for words in (["-c", path], ["-n", "-c", path]):
            for daemon in ("vipgate-bgpd", "vipgate-healthd"):
                self.assertRegex(self.complaints(daemon, *words)[-1], r"bad\.conf:2:\d+: ")
        self.assertRegex("\n".join(self.complaints("vipgate", "run", "-c", path)), r"bad\.conf:2:\d+: ")

    def test_what_one_program_accepts_all_accept(self):
        """Of each program the exit status and, where it refuses, what it says; bgpd and healthd start with what is good."""
        chance = random.Random(20261121)
        good = []
        for number in range(60):
            # Half of the files have the first value, a good one, nearly everywhere.
            rarely = number % 2
            text = any_file(lambda row: chance.choice(row) if not rarely or chance.random() < 0.15 else row[0])
            path = self.lab.write("any.conf", text)
            said = [subprocess.run([binary(words[0]), *words[1:], path], capture_output=True, text=True, timeout=30)
                    for words in (("vipgate", "config", "check"), ("vipgate-bgpd", "-n", "-c"),
                                  ("vipgate-healthd", "-n", "-c"))]
            self.assertEqual(1, len({done.returncode for done in said}), (text, said))
            if said[0].returncode:
                self.assertEqual(1, len({done.stderr for done in said}), (text, said))
            else:
                good.append(text)
        self.assertTrue(5 <= len(good) <= 55, len(good))
        for text in good[:3]:
            gate = self.vipgate(text)
            gate.start()
            gate.wait_ready()
            gate.stop()

    def test_json_and_xml(self):
        self.assertRegex(self.check('{"vipgate:log": {"level": "loud"}}', "bad.json")[0], "level|loud")
        self.assertRegex(self.check('{"vipgate:log": ', "cut.json")[0], ".")
        text = '<log xmlns="urn:vipgate:vipgate"><level>loud</level></log>'
        self.assertRegex(self.check(text, "bad.xml")[0], "level|loud")

    def test_a_file_that_is_not_there(self):
        said = self.complaints("vipgate", "config", "check", self.lab.path("none.conf"))
        self.assertIn("none.conf", said[0])

    def test_a_running_daemon_keeps_what_it_has(self):
        gate = self.vipgate(speaker(), tcp_check(), gated_vip("web"))
        gate.start()
        gate.wait_ready()
        shown = gate.done("show", "config")
        for line in BAD:
            gate.configure(speaker() + line + "\n")
            result = gate.cli("reload")
            self.assertEqual(2, result.returncode, (line, result.stderr))
            self.assertRegex(result.stderr, r"vipgate\.conf:\d+:\d+: ", line)
        self.assertEqual(shown, gate.done("show", "config"))
        self.assertTrue(gate.bgpd.running() and gate.healthd.running())


if __name__ == "__main__":
    main()
