"""HAProxy's socket that is missing, silent, or says half of what it should: a failing check with a clear reason."""

import os

from lab.case import VIP, LabCase, gated_vip, main, speaker
from lab.system import wait_for
from lab.target import HaproxySocket, stat

GOOD = stat("http_back", web="UP", other="UP")


class BadHaproxy(LabCase):
    def start(self, text=GOOD, extra=""):
        self.path = self.lab.path("haproxy.sock")
        self.proxy = HaproxySocket(self.lab, self.path, text)
        peer = self.peer()
        check = (f"check web {{ haproxy {{ socket {self.path}; backend http_back; {extra} }} "
                 "interval 100ms; timeout 200ms; rise 1; fall 1; }\n")
        self.gate = self.vipgate(speaker(), check, gated_vip("web"))
        self.gate.start()
        self.session = peer.establish()

    def expect_down(self, *words):
        self.session.wait_gone(VIP)
        check = self.gate.wait_check("web", "down")
        said = f"{check['last'].get('reason')} {check['last'].get('detail')}"
        for word in words:
            self.assertIn(word, said)

    def expect_recovery(self):
        self.proxy.text = GOOD
        self.proxy.answer()
        self.session.wait_route(VIP)

    def test_it_goes_away(self):
        self.start()
        self.session.wait_route(VIP)
        self.proxy.refuse()
        self.expect_down(self.path)
        os.unlink(self.path)
        self.expect_down(self.path)
        self.expect_recovery()

    def test_it_does_not_answer(self):
        self.start()
        self.session.wait_route(VIP)
        self.proxy.silent = True
        self.expect_down()
        self.expect_recovery()

    def test_half_an_answer(self):
        """Cut at every kind of place: nothing, inside the header, inside a line, before the backend's own line."""
        self.start()
        for size in (0, 1, 10, len(GOOD.splitlines()[0]) + 20, GOOD.index("http_back,BACKEND") - 5):
            self.session.wait_route(VIP)
            self.proxy.text = GOOD[:size]
            self.expect_down()
            self.proxy.text = GOOD

    def test_nonsense(self):
        self.start()
        for text in ("Unknown command. Please enter one of the following commands only :\n", "\0" * 5000,
                     "# pxname,svname,status\n" + "x," * 50000 + "\n", stat("another", web="UP")):
            self.session.wait_route(VIP)
            self.proxy.text = text
            self.expect_down()
            self.proxy.text = GOOD

    def test_an_answer_without_end(self):
        self.start()
        self.session.wait_route(VIP)
        self.proxy.text = GOOD.rstrip("\n") + "\nhttp_back,more,0,0\n" * 400000
        self.expect_down()
        self.expect_recovery()

    def test_the_fraction_of_servers(self):
        self.start(extra="minimum-up 50%;")
        self.session.wait_route(VIP)
        self.proxy.text = stat("http_back", web="UP", other="DOWN")
        wait_for(lambda: self.gate.check("web").get("healthy-percent") == 50, "half of the servers")
        self.assertEqual("up", self.gate.check("web")["verdict"])
        self.proxy.text = stat("http_back", web="MAINT", other="DOWN")
        self.expect_down()

    def test_a_socket_that_was_never_there(self):
        peer = self.peer()
        path = self.lab.path("none.sock")
        check = f"check web {{ haproxy {{ socket {path}; backend http_back; }} interval 100ms; }}\n"
        gate = self.vipgate(speaker(), check, gated_vip("web"))
        gate.start()
        session = peer.establish()
        session.wait_end_of_rib()
        self.assertEqual({}, session.routes())
        self.assertIn(path, gate.done("show", "check", "web"))


if __name__ == "__main__":
    main()
