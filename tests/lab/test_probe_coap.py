"""The coap probe against the node library coap, also behind nginx's UDP load balancing, against libcoap's server, and
against what is no CoAP server."""

from lab.case import main
from lab.nginx import Nginx
from lab.probes import ProbeCase, node_server
from lab.system import program, wait_for

STREAM = """
stream {
    upstream coap { server 127.0.0.1:9000; }
    server { listen 127.0.0.1:9002 udp; proxy_pass coap; proxy_timeout 1s; }
    upstream nobody { server 127.0.0.1:9009; }
    server { listen 127.0.0.1:9003 udp; proxy_pass nobody; proxy_timeout 1s; }
}
"""


def block(port, path="/health", more=""):
    return f'coap {{ uri "coap://127.0.0.1:{port}{path}"; {more} }}'


class Coap(ProbeCase):
    def test_a_real_server(self):
        node_server(self.lab, self.host, "coap", 9000)
        Nginx(self.lab, self.host, STREAM)
        results = self.run_checks({
            "ping": block(9000),
            "get": block(9000, more="method get;"),
            "separate": block(9000, "/slow", "method get;"),
            "missing": block(9000, "/nothing", "method get;"),
            "absence": block(9000, "/nothing", "method get; expect-code 4.04;"),
            "nobody": block(9001),
            "balanced": block(9002, more="method get;"),
            "balanced-ping": block(9002),
            "balanced-nobody": block(9003, more="method get;"),
        })
        for name in ("ping", "get", "separate", "absence", "balanced", "balanced-ping"):
            self.assert_ok(results[name])
        self.assert_fail(results["missing"], "status")
        self.assertIn("4.04", results["missing"]["detail"])
        self.assert_fail(results["nobody"], "refused")
        # nginx may answer for nobody with an empty datagram: the service's own protocol is what tells.
        self.assert_fail(results["balanced-nobody"], "timeout", "refused", "protocol")

    def test_libcoap(self):
        self.lab.start(self.host, "coap-server", program("coap-server-notls"), "-A", "127.0.0.1", "-p", "9005")
        results = wait_for(lambda: self.answered(), "coap-server to answer", deadline=20)
        self.assert_ok(results["ping"])
        self.assert_ok(results["get"])

    def answered(self):
        if not self.gates:
            self.last = self.run_checks({"ping": block(9005), "get": block(9005, "/", "method get;")})
        else:
            self.last = {name: self.run_one(self.gates[0], name) for name in ("ping", "get")}
        return self.last if self.last["ping"]["outcome"] == "ok" else None

    def test_what_is_no_coap_server(self):
        ports = self.bad_datagrams()
        results = self.run_checks({habit: block(port) for habit, port in ports.items()})
        self.assert_fail(results["silent"], "timeout")
        self.assert_fail(results["garbage"], "protocol")


if __name__ == "__main__":
    main()
