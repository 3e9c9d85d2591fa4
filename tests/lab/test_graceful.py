"""Graceful restart (RFC 4724), both ways: what a killed bgpd says when it is back, and that End-of-RIB waits for the
first verdicts; and a neighbor that has crashed with its machine, and returns though nobody has seen it go."""

from lab import bgp_message as bgp
from lab.bird import Bird
from lab.case import LOCAL, NEIGHBOR, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.namespace import connect
from lab.system import wait_for
from lab.target import TcpTarget

GRACEFUL_RESTART = 64
RESTARTED, PRESERVED = 0x8, 0x80


class Graceful(LabCase):
    def said(self, session):
        """The restart flags, the restart time and the flags of IPv4 unicast in vipgate's OPEN."""
        values = bgp.Open(session.wait_message(bgp.OPEN)).values(GRACEFUL_RESTART)
        self.assertEqual(1, len(values))
        head = int.from_bytes(values[0][:2], "big")
        families = {values[0][at:at + 3]: values[0][at + 3] for at in range(2, len(values[0]), 4)}
        return head >> 12, head & 0xfff, families[b"\x00\x01\x01"]

    def test_a_killed_speaker(self):
        target, peer = TcpTarget(self.lab, self.host), self.peer()
        self.gate = self.vipgate(speaker(options="graceful-restart { restart-time 30s; }"), tcp_check(),
                                 gated_vip("web"))
        self.gate.start()
        session = peer.establish()
        flags, time, ipv4 = self.said(session)
        self.assertEqual((0, 30, 0), (flags & RESTARTED, time, ipv4))
        session.wait_route(VIP)

        # The address outlives the daemon, and with it what the neighbor's packets find here.
        self.gate.bgpd.kill()
        self.gate.healthd.kill()
        target.silent = True
        self.gate.start()
        session = peer.establish()
        flags, time, ipv4 = self.said(session)
        self.assertEqual((RESTARTED, 30, PRESERVED), (flags & RESTARTED, time, ipv4 & PRESERVED))
        self.assertEqual([], session.updates())
        target.answer()
        session.wait_route(VIP)
        session.wait_end_of_rib()


BIRD = f"""
protocol bgp vipgate {{
    local {NEIGHBOR} as 65515; neighbor {LOCAL} as 65010;
    connect delay time 1; connect retry time 1; error wait time 1, 2;
    graceful restart on;
    ipv4 {{ import all; export none; }};
}}
"""
OLD_ENOUGH = 3  # seconds: before that the connections of one start may still cross


class Returning(LabCase):
    def bird(self, name, router):
        router.ip("link", "set", "wire", "up")
        router.address(f"{NEIGHBOR}/24", "wire")
        return Bird(self.lab, router, name, NEIGHBOR, BIRD)

    def test_a_crashed_neighbor_is_taken_back_at_its_first_connection(self):
        here, first, second = (self.lab.host(name) for name in ("here", "first", "second"))
        connect(here, "wire", first, "wire")
        here.address(f"{LOCAL}/24", "wire")
        self.bird("bird1", first)
        gate = self.vipgate("log { level debug; }\n", speaker(options="passive; graceful-restart { restart-time 30s; }",
                                                               hold=90), gated_vip(), host=here)
        gate.start()
        gate.wait_session(NEIGHBOR)
        wait_for(lambda: gate.neighbor(NEIGHBOR)["uptime"] >= OLD_ENOUGH, "a session that is no longer young")

        # What the old machine had to say is gone with its cable, and the new one knows nothing of the session.
        first.ip("link", "set", "wire", "netns", second.name)
        bird = self.bird("bird2", second)
        wait_for(bird.established, "the session of the new machine")
        wait_for(lambda: bird.routes(VIP), "the route there")
        self.assertEqual(2, gate.neighbor(NEIGHBOR)["transitions"])
        self.assertNotIn("connection refused: ", gate.bgpd.output())


if __name__ == "__main__":
    main()
