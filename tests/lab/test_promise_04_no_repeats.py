"""Promise 4: no UPDATE repeats what the neighbor already has; what was sent is tracked until its TCP has it."""

from lab.bgp_peer import Peer
from lab.case import LOCAL, NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.namespace import connect
from lab.system import wait_for
from lab.target import TcpTarget

EITHER = f"vip {VIP} {{ gate {{ check [ web front ]; require any; }} }}\n"


class NoRepeats(LabCase):
    def test_what_changes_nothing_for_the_neighbor_sends_nothing(self):
        TcpTarget(self.lab, self.host)
        front = TcpTarget(self.lab, self.host, port=8081)
        first, second = self.peer(), self.peer(SECOND)
        gate = self.vipgate(speaker(NEIGHBOR, SECOND), tcp_check(), tcp_check("front", "127.0.0.1:8081"), EITHER)
        gate.start()
        session, other = first.establish(), second.establish()
        session.wait_end_of_rib()
        before = len(session.updates())
        # One of two checks falls and comes back: the gate does not change.
        front.refuse()
        gate.wait_check("front", "down")
        front.answer()
        gate.wait_check("front", "up")
        # A reload of the same file; another neighbor's session that is lost and comes back.
        gate.done("reload")
        other.reset()
        second.establish().wait_route(VIP)
        session.quiet()
        self.assertEqual(before, len(session.updates()), session.updates())

    def test_a_change_and_its_contrary_leave_one_route(self):
        target = TcpTarget(self.lab, self.host)
        peer = self.peer()
        self.vipgate(speaker(), tcp_check(), gated_vip("web")).start()
        session = peer.establish()
        for _ in range(5):
            session.wait_route(VIP)
            target.refuse()
            session.wait_gone(VIP)
            target.answer()
        session.wait_route(VIP)
        session.quiet()
        story = session.story(VIP)
        self.assertTrue(all(one != next_one for one, next_one in zip(story, story[1:])), story)

    def test_a_new_session_gets_everything_once(self):
        TcpTarget(self.lab, self.host)
        peer = self.peer()
        self.vipgate(speaker(), tcp_check(), gated_vip("web")).start()
        for _ in range(3):
            session = peer.establish()
            session.wait_end_of_rib()
            self.assertEqual(["65010"], session.story(VIP))
            session.close()


class Delivery(LabCase):
    """The neighbor is a host of its own, so that its acknowledgements can be stopped on their way."""

    def test_sent_until_the_neighbors_tcp_acknowledges(self):
        near, far = self.lab.host("near"), self.lab.host("far")
        connect(near, "eth0", far, "eth0")
        near.address(f"{LOCAL}/25", "eth0")
        far.address(f"{NEIGHBOR}/25", "eth0")
        peer = Peer(self.lab, far, NEIGHBOR)
        gate = self.vipgate(speaker(), gated_vip(), host=near)
        gate.start()
        session = peer.establish()
        session.wait_route(VIP)
        self.wait_delivery(gate, "acknowledged")
        far.route("blackhole", f"{LOCAL}/32")
        gate.configure(speaker() + "profile far { as-path-prepend 1; }\n" + gated_vip(extra="profile far;"))
        gate.done("reload")
        session.wait_route(VIP, "65010 65010")
        self.wait_delivery(gate, "sent")
        far.ip("route", "del", "blackhole", f"{LOCAL}/32")
        self.wait_delivery(gate, "acknowledged")
        self.assertEqual(["65010", "65010 65010"], session.story(VIP))

    def wait_delivery(self, gate, word):
        wait_for(lambda: [route["delivery"] for route in gate.advertised(NEIGHBOR)] == [word],
                 f"the delivery to be '{word}'", deadline=60)


if __name__ == "__main__":
    main()
