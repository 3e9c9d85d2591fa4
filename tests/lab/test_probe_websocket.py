"""The websocket probe against the node library ws, and against servers that are none."""

from lab.case import main
from lab.nginx import Nginx
from lab.probes import ProbeCase, node_server

HALF = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"


def block(port, more="", host="127.0.0.1"):
    return f'websocket {{ url "ws://{host}:{port}/"; {more} }}'


class Websocket(ProbeCase):
    def test_a_real_server(self):
        node_server(self.lab, self.host, "websocket", 9000)
        results = self.run_checks({
            "ping": block(9000),
            "handshake": block(9000, "ping false;"),
            "subprotocol": block(9000, "subprotocol chat;"),
            "another": block(9000, "subprotocol mail;"),
            "name": block(9000, host="localhost"),
            "nobody": block(9001),
        })
        for name in ("ping", "handshake", "subprotocol", "name"):
            self.assert_ok(results[name])
        self.assertIn("pong", results["ping"]["detail"])
        self.assertEqual(["connect", "handshake", "ping"],
                         [phase["name"] for phase in results["ping"]["phase"] if phase["name"] != "wait"])
        self.assert_fail(results["another"], "protocol")
        self.assertIn("subprotocol", results["another"]["detail"])
        self.assert_fail(results["nobody"], "refused")

    def test_servers_that_are_none(self):
        ports = self.bad_servers(HALF)
        results = self.run_checks({habit: block(port) for habit, port in ports.items()})
        self.assert_fail(results["silent"], "timeout")
        self.assertIn("handshake", results["silent"]["detail"])
        self.assert_fail(results["closes"], "closed", "reset")
        self.assert_fail(results["resets"], "closed", "reset")
        self.assert_fail(results["garbage"], "protocol", "timeout")
        self.assert_fail(results["half"], "closed")
        self.assert_fail(results["endless"], "too-large")

    def test_an_http_server(self):
        Nginx(self.lab, self.host, "http { server { listen 127.0.0.1:8081; return 403; } }")
        last = self.run_checks({"web": block(8081)})["web"]
        self.assert_fail(last, "status")
        self.assertIn("403", last["detail"])


if __name__ == "__main__":
    main()
