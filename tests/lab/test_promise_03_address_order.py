"""Promise 3: a withdrawal leaves before the address is touched; an address is there before its announcement."""

from lab import bgp_message as bgp
from lab.bgp_peer import split
from lab.case import LOCAL, NEIGHBOR, SECOND, VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.netlink import Watch
from lab.system import wait_for
from lab.target import TcpTarget

ADDRESS = VIP.split("/", maxsplit=1)[0]


class AddressOrder(LabCase):
    def start(self, keep):
        """A session with each neighbor, and what the host's addresses were as each announcement came in."""
        self.seen = []
        self.target = TcpTarget(self.lab, self.host)
        peers = [self.peer(address) for address in (NEIGHBOR, SECOND)]
        self.gate = self.vipgate(speaker(NEIGHBOR, SECOND), tcp_check(),
                                 gated_vip("web", extra=f"address {{ keep {keep}; label lo:9; }}"))
        self.gate.start()
        self.sessions = [peer.establish(on_message=self.note) for peer in peers]
        for session in self.sessions:
            session.wait_route(VIP)

    def note(self, message):
        if message.kind == bgp.UPDATE and VIP in bgp.Update(message).announced:
            self.seen.append(VIP in self.host.addresses())

    def watch_removal(self):
        """From now on the sessions read nothing; each removal of the address notes what had reached them by then."""
        self.at_removal = []
        for session in self.sessions:
            session.stop_reading()

        def removed(change):
            if (change.kind, change.address) == ("address-removed", ADDRESS):
                self.at_removal += [self.withdrawn(session) for session in self.sessions]
        self.watch = Watch(self.lab, self.host, removed)

    def withdrawn(self, session):
        messages, _ = split(session.unread(), 0.0)
        return any(VIP in bgp.Update(one).withdrawn for one in messages if one.kind == bgp.UPDATE)

    def test_the_address_is_there_before_each_announcement(self):
        self.start(keep="false")
        wait_for(lambda: len(self.seen) == 2, "a look at the addresses for each announcement")
        self.target.refuse()
        for session in self.sessions:
            session.wait_gone(VIP)
        wait_for(lambda: VIP not in self.host.addresses(), "the address to go")
        self.target.answer()
        for session in self.sessions:
            session.wait_route(VIP)
        wait_for(lambda: len(self.seen) == 4, "a look at the addresses for each announcement")
        self.assertEqual([True] * 4, self.seen)

    def test_the_withdrawal_leaves_before_the_address(self):
        self.start(keep="false")
        self.watch_removal()
        self.target.refuse()
        wait_for(lambda: len(self.at_removal) == 2, "the address to go")
        self.assertEqual([True, True], self.at_removal)

    def test_the_withdrawal_leaves_before_the_address_at_the_end(self):
        self.start(keep="true")
        self.watch_removal()
        self.gate.stop()
        wait_for(lambda: len(self.at_removal) == 2, "the address to go")
        self.assertEqual([True, True], self.at_removal)

    def test_a_kept_address_stays_while_withdrawn(self):
        self.start(keep="true")
        self.assertEqual("lo:9", self.host.addresses()[VIP])
        self.target.refuse()
        for session in self.sessions:
            session.wait_gone(VIP)
        self.gate.wait_vip(VIP, "withdrawn")
        self.assertIn(VIP, self.host.addresses())
        self.assertIn(f"{LOCAL}/32", self.host.addresses())


if __name__ == "__main__":
    main()
