"""Two regions, four route servers and an edge, all BIRD, and HAProxy in front of each web server: who serves when."""

from lab.case import LabCase, main
from lab.fetch import Client
from lab.regions import VIP, Regions
from lab.system import wait_for

PREFIX = f"{VIP}/32"
PRIMARY, SECONDARY = "65515 65010", "65515 65010 65010 65010"


class TwoRegions(LabCase):
    def setUp(self):
        super().setUp()
        self.regions = Regions(self.lab)
        north, south = self.regions.north, self.regions.south
        self.north = self.vipgate(north.config("primary", 0), name="north", host=north.nva_host)
        self.south = self.vipgate(south.config("secondary", 2), name="south", host=south.nva_host)
        self.client = Client(self.lab, self.regions.client_host, VIP)
        self.north.run()
        self.south.run()
        wait_for(lambda: len(self.regions.table()) == 4, "the edge to have four routes", deadline=30)

    def wait_served_by(self, region, as_path):
        wait_for(lambda: self.regions.best() == (region.nva, as_path), f"the edge to prefer {region.name}", deadline=30)
        wait_for(lambda: self.client.page() == f"served by {region.name}", f"{region.name}'s page")

    def test_the_edges_table(self):
        self.wait_served_by(self.regions.north, PRIMARY)
        north, south = self.regions.north.nva, self.regions.south.nva
        self.assertEqual([(north, PRIMARY)] * 2 + [(south, SECONDARY)] * 2,
                         [(route["next_hop"], route["as_path"]) for route in self.regions.table()])
        for gate, region in ((self.north, self.regions.north), (self.south, self.regions.south)):
            self.assertEqual(sorted(region.servers), sorted(gate.vip(PREFIX)["advertised-to"]))

    def test_the_backend_of_the_primary_fails_and_returns(self):
        self.wait_served_by(self.regions.north, PRIMARY)
        self.regions.north.web_process.kill()
        self.wait_served_by(self.regions.south, SECONDARY)
        self.assertEqual("withdrawn", self.north.vip(PREFIX)["state"])
        self.assertEqual(["established"] * 2, [one["session-state"] for one in self.north.state("status")["neighbor"]])
        self.regions.north.start_web()
        self.wait_served_by(self.regions.north, PRIMARY)

    def test_the_proxy_of_the_primary_fails_and_returns(self):
        self.wait_served_by(self.regions.north, PRIMARY)
        self.regions.north.haproxy.process.kill()
        self.wait_served_by(self.regions.south, SECONDARY)
        self.regions.north.haproxy.start()
        self.wait_served_by(self.regions.north, PRIMARY)

    def test_vipgate_of_the_primary_is_killed_and_returns(self):
        self.wait_served_by(self.regions.north, PRIMARY)
        self.north.supervisor.kill(self.north.pid_of("bgpd"), self.north.pid_of("healthd"))
        self.wait_served_by(self.regions.south, SECONDARY)
        self.north.run()
        self.wait_served_by(self.regions.north, PRIMARY)

    def test_one_route_server_instance_is_lost(self):
        self.wait_served_by(self.regions.north, PRIMARY)
        self.regions.north.birds[0].process.kill()
        wait_for(lambda: len(self.regions.table()) == 3, "the lost instance's route to go", deadline=30)
        self.wait_served_by(self.regions.north, PRIMARY)
        self.assertEqual([self.regions.north.servers[1]], self.north.vip(PREFIX)["advertised-to"])

    def test_the_supervisor_restarts_a_killed_daemon(self):
        self.wait_served_by(self.regions.north, PRIMARY)
        before = self.north.pid_of("bgpd")
        self.north.kill_daemon("bgpd")
        wait_for(lambda: self.north.cli("status").returncode == 0 and self.north.pid_of("bgpd") != before,
                 "bgpd to be started again")
        self.wait_served_by(self.regions.north, PRIMARY)


if __name__ == "__main__":
    main()
