"""The dns probe against unbound, over UDP and TCP, and against what is no name server; and names that a probe's own
host has to be looked up by are another test's."""

from lab.case import main
from lab.probes import ProbeCase
from lab.system import program, wait_for

CONFIG = """server:
    interface: 127.0.0.1@5353
    access-control: 127.0.0.0/8 allow
    do-daemonize: no
    use-syslog: no
    verbosity: 1
    chroot: ""
    username: ""
    directory: "{directory}"
    pidfile: "{directory}/unbound.pid"
    local-zone: "example.net." static
    local-data: "www.example.net. 60 IN A 192.0.2.10"
    local-data: "www.example.net. 60 IN A 192.0.2.11"
    local-data: "www.example.net. 60 IN AAAA 2001:db8::10"
    local-data: "example.net. 60 IN MX 10 www.example.net."
    local-zone: "refused.example." refuse
{large}
remote-control:
    control-enable: no
"""
# More than a UDP answer holds: it is cut, and asked for again over TCP.
LARGE = "".join(f'    local-data: "many.example.net. 60 IN A 192.0.2.{number}"\n' for number in range(1, 200))


def block(name, more="", port=5353):
    return f"dns {{ server 127.0.0.1:{port}; name {name}; {more} }}"


class Dns(ProbeCase):
    def test_a_real_server(self):
        config = self.lab.write("unbound.conf", CONFIG.format(directory=self.lab.directory, large=LARGE))
        unbound = self.lab.start(self.host, "unbound", program("unbound"), "-d", "-c", config)
        wait_for(lambda: "start of service" in unbound.output(), lambda: f"unbound to start: {unbound.output()}")
        results = self.run_checks({
            "a": block("www.example.net"),
            "address": block("www.example.net", "expect-address 192.0.2.11;"),
            "another": block("www.example.net", "expect-address 192.0.2.12;"),
            "aaaa": block("www.example.net", "type AAAA; expect-address 2001:db8::10;"),
            "tcp": block("www.example.net", "transport tcp; expect-address 192.0.2.10;"),
            "many": block("many.example.net", "expect-address 192.0.2.199;"),
            "mx": block("example.net", "type MX;"),
            "nothing": block("nothing.example.net"),
            "absent": block("nothing.example.net", "expect-rcode NXDOMAIN;"),
            "refused": block("www.refused.example"),
            "nobody": block("www.example.net", port=5354),
        })
        for name in ("a", "address", "aaaa", "tcp", "many", "mx", "absent"):
            self.assert_ok(results[name])
        self.assert_fail(results["another"], "mismatch")
        self.assert_fail(results["nothing"], "status")
        self.assertIn("NXDOMAIN", results["nothing"]["detail"])
        self.assertIn("REFUSED", results["refused"]["detail"])
        self.assert_fail(results["refused"], "status")
        self.assert_fail(results["nobody"], "refused")

    def test_what_is_no_name_server(self):
        ports = self.bad_datagrams()
        results = self.run_checks({habit: block("www.example.net", port=port) for habit, port in ports.items()})
        self.assert_fail(results["silent"], "timeout")
        self.assert_fail(results["garbage"], "protocol", "timeout")

    def test_what_is_none_over_tcp(self):
        ports = self.bad_servers(b"\x01\x00\x12\x34\x81\x80")
        results = self.run_checks({habit: block("www.example.net", "transport tcp;", port)
                                   for habit, port in ports.items()})
        self.assert_fail(results["silent"], "timeout")
        self.assert_fail(results["closes"], "closed", "reset")
        self.assert_fail(results["resets"], "closed", "reset")
        self.assert_fail(results["half"], "closed")
        self.assert_fail(results["garbage"], "protocol", "timeout")
        self.assert_fail(results["endless"], "protocol", "timeout")


if __name__ == "__main__":
    main()
