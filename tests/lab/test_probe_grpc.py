"""The grpc probe against @grpc/grpc-js with grpc-health-check, and against servers that are none."""

from lab.case import main
from lab.probes import ProbeCase, node_server

# The preface of an HTTP/2 server: an empty SETTINGS frame.
HALF = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


def block(port, more="", host="127.0.0.1"):
    return f"grpc {{ target {host}:{port}; {more} }}"


class Grpc(ProbeCase):
    def test_a_real_server(self):
        node_server(self.lab, self.host, "grpc", 9000)
        results = self.run_checks({
            "whole": block(9000),
            "shop": block(9000, "service shop;"),
            "cellar": block(9000, "service cellar;"),
            "attic": block(9000, "service attic;"),
            "name": block(9000, host="localhost"),
            "nobody": block(9001),
        })
        self.assert_ok(results["whole"])
        self.assert_ok(results["name"])
        self.assert_ok(results["shop"])
        self.assert_fail(results["cellar"], "status")
        self.assertIn("NOT_SERVING", results["cellar"]["detail"])
        self.assert_fail(results["attic"], "status")
        self.assertIn("NOT_FOUND", results["attic"]["detail"])
        self.assert_fail(results["nobody"], "refused")

    def test_servers_that_are_none(self):
        ports = self.bad_servers(HALF)
        results = self.run_checks({habit: block(port) for habit, port in ports.items()})
        self.assert_fail(results["silent"], "timeout")
        for habit in ("closes", "resets", "half"):
            self.assert_fail(results[habit], "closed", "reset", "protocol")
        self.assert_fail(results["garbage"], "protocol", "closed", "reset")
        self.assert_fail(results["endless"], "protocol", "too-large", "closed", "reset")


if __name__ == "__main__":
    main()
