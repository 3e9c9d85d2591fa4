"""Promise 6: local trouble (UNABLE) is never the backend's failure; a check that stays UNABLE for longer than the lease
becomes unknown."""

import os

from lab.case import VIP, LabCase, gated_vip, main, speaker
from lab.system import wait_for
from lab.target import HaproxySocket, stat
from lab.vipgate import without

NOBODY = 65534


class Unable(LabCase):
    """healthd runs as root, but without root's pass for permissions; HAProxy's socket is closed to it by its mode."""

    def start(self, lease):
        self.proxy = HaproxySocket(self.lab, self.lab.path("haproxy.sock"), stat("http_back", web="UP"))
        peer = self.peer()
        check = (f"check web {{ haproxy {{ socket {self.proxy.path}; backend http_back; }} "
                 "interval 50ms; timeout 50ms; rise 1; fall 1; }\n")
        self.gate = self.vipgate(f"health {{ lease {lease}; }}\n", speaker(), check, gated_vip("web"))
        self.gate.start_healthd(*without("dac_override", "dac_read_search"))
        self.gate.start_bgpd()
        self.session = peer.establish()
        self.session.wait_route(VIP)

    def forbid(self):
        os.chmod(self.proxy.path, 0)
        os.chown(self.proxy.path, NOBODY, NOBODY)

    def permit(self):
        os.chown(self.proxy.path, 0, 0)
        os.chmod(self.proxy.path, 0o600)

    def wait_unable(self, runs=10):
        """Until so many more runs ended as unable."""
        start = self.gate.check("web")["runs"]
        return wait_for(lambda: (check := self.gate.check("web"))["last"]["outcome"] == "unable" and
                        check["runs"] >= start + runs and check, "the check to be unable")

    def test_within_the_lease_nothing_changes(self):
        self.start("60s")
        self.forbid()
        check = self.wait_unable()
        self.assertEqual("up", check["verdict"])
        self.assertEqual(0, check.get("failures", 0))
        self.assertTrue(check["last"]["reason"])
        self.permit()
        wait_for(lambda: self.gate.check("web")["last"]["outcome"] == "ok", "the check to be able again")
        self.session.quiet()
        self.assertEqual(["65010"], self.session.story(VIP))

    def test_beyond_the_lease_it_is_unknown(self):
        self.start("500ms")
        self.forbid()
        self.gate.wait_check("web", "unknown")
        self.session.wait_gone(VIP)
        self.assertEqual("unknown", self.gate.vip(VIP)["gate"]["verdict"])
        self.permit()
        self.gate.wait_check("web", "up")
        self.session.wait_route(VIP)

    def test_the_backends_own_failure_is_one(self):
        self.start("60s")
        self.proxy.text = stat("http_back", web="DOWN")
        self.session.wait_gone(VIP)
        self.assertEqual("fail", self.gate.check("web")["last"]["outcome"])


if __name__ == "__main__":
    main()
