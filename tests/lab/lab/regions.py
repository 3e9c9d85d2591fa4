"""Two regions that announce one VIP, the edge above them that prefers the shorter AS path, a client behind the edge.

    client ── edge ──┬── north: switch ── nva (vipgate, HAProxy), web, two route servers
                     └── south: the same

Route servers and edge are BIRD, of AS 65515 and AS 12076.

Each region is one subnet on one bridge. The route servers pass the NVA's route on with its next hop, so that the edge
sees `65515 65010`, and `65515 65010 65010 65010` where the NVA prepends, and sends packets to the NVA itself.
"""

from . import web
from .bird import Bird
from .haproxy import Haproxy
from .namespace import connect

VIP = "203.0.113.9"
NVA_AS, SERVER_AS, EDGE_AS = 65010, 65515, 12076
CLIENT, CLIENT_GATEWAY = "192.0.2.10", "192.0.2.1"

SERVER_CONFIG = """
protocol direct {{ ipv4; }}
protocol bgp nva {{
    local {server} as {server_as};
    neighbor {nva} as {nva_as};
    multihop 64;
    hold time 180; keepalive time 60;
    connect delay time 1; connect retry time 1;
    error wait time 1,5;
    ipv4 {{ import all; export none; }};
}}
protocol bgp edge {{
    local {server} as {server_as};
    neighbor {edge} as {edge_as};
    connect delay time 1; connect retry time 1;
    ipv4 {{ import none; export where source = RTS_BGP; next hop keep; }};
}}
"""

EDGE_PEER = """
protocol bgp {name} {{
    local {edge} as {edge_as};
    neighbor {server} as {server_as};
    passive yes;
    ipv4 {{ import all; export none; }};
}}
"""

EDGE_KERNEL = """
protocol direct { ipv4; }
protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }
"""


VIPGATE_CONFIG = """
site {name};
bgp {{
    local-as {nva_as};
    router-id {nva};
    neighbor-group route-server {{ peer-as {server_as}; platform azure-route-server; local-address {nva}; }}
    neighbor {servers[0]} {{ group route-server; description "route server, instance 0"; }}
    neighbor {servers[1]} {{ group route-server; description "route server, instance 1"; }}
}}
profile {profile} {{ as-path-prepend {prepend}; }}
check backend {{
    haproxy {{ socket {socket}; backend http_back; minimum-up 1; }}
    interval 100ms; timeout 100ms; rise 2; fall 1;      # HAProxy has judged already: its own rise and fall come before
}}
vip {vip}/32 {{
    profile {profile};
    gate {{ check [ backend ]; }}
    address {{ interface lo; }}
}}
"""


class Region:
    """One region: SUBNET is the first three octets, OFFSET what its hosts' numbers begin from."""

    def __init__(self, name, subnet, offset):
        self.name = name
        self._subnet, self._offset = subnet, offset
        self.edge, self.servers = self.number(1), (self.number(4), self.number(5))
        self.web, self.nva = self.number(69), self.number(70)

    def number(self, host):
        return f"{self._subnet}.{self._offset + host}"

    def build(self, lab, edge):
        """The hosts and their cables, the web server and the proxy; EDGE is attached as one more host."""
        self.lab = lab
        switch = lab.host(f"{self.name}-switch")
        switch.ip("link", "add", "bridge", "type", "bridge")
        switch.ip("link", "set", "bridge", "up")
        self.nva_host = self._attach(lab.host(f"{self.name}-nva"), switch, self.nva, "nva")
        self.web_host = self._attach(lab.host(f"{self.name}-web"), switch, self.web, "web")
        self.server_hosts = [self._attach(lab.host(f"{self.name}-rs{number}"), switch, address, f"rs{number}")
                             for number, address in enumerate(self.servers)]
        self._attach(edge, switch, self.edge, "edge", interface=self.name)
        self.nva_host.route("default", "via", self.edge)
        self.start_web()
        self.haproxy = Haproxy(lab, self.nva_host, f"{self.name}-haproxy", {"web": f"{self.web}:80"})

    def _attach(self, host, switch, address, port, interface="eth0"):
        connect(host, interface, switch, port)
        switch.ip("link", "set", port, "master", "bridge")
        host.address(f"{address}/25", interface)
        return host

    def start_web(self):
        self.web_process = web.start(self.lab, self.web_host, f"{self.name}-web", self.web, f"served by {self.name}")

    def start_servers(self):
        """The route server: two BIRDs."""
        self.birds = [Bird(self.lab, host, f"{self.name}-rs{number}", address, SERVER_CONFIG.format(
            server=address, nva=self.nva, edge=self.edge, server_as=SERVER_AS, nva_as=NVA_AS, edge_as=EDGE_AS))
            for number, (host, address) in enumerate(zip(self.server_hosts, self.servers))]

    def peers(self):
        """The edge's side of its sessions with this region's route servers, as BIRD configuration."""
        return "".join(EDGE_PEER.format(name=f"{self.name}{number}", edge=self.edge, server=server, server_as=SERVER_AS,
                                        edge_as=EDGE_AS) for number, server in enumerate(self.servers))


    def config(self, profile, prepend):
        """vipgate's configuration for this region's NVA."""
        return VIPGATE_CONFIG.format(name=self.name, nva=self.nva, nva_as=NVA_AS, server_as=SERVER_AS, vip=VIP,
                                     servers=self.servers, socket=self.haproxy.socket, profile=profile, prepend=prepend)


class Regions:
    """The whole: two Regions, the edge's BIRD and its host, the client's host. Nobody announces the VIP yet."""

    def __init__(self, lab):
        self.north = Region("north", "198.51.100", 0)
        self.south = Region("south", "198.51.100", 128)
        self.edge_host, self.client_host = lab.host("edge"), lab.host("client")
        self.edge_host.sysctl("ipv4/ip_forward", 1)
        connect(self.client_host, "eth0", self.edge_host, "client")
        self.client_host.address(f"{CLIENT}/24", "eth0")
        self.edge_host.address(f"{CLIENT_GATEWAY}/24", "client")
        self.client_host.route("default", "via", CLIENT_GATEWAY)
        for region in (self.north, self.south):
            region.build(lab, self.edge_host)
            region.start_servers()
        self.edge = Bird(lab, self.edge_host, "edge", CLIENT_GATEWAY,
                         EDGE_KERNEL + self.north.peers() + self.south.peers())

    def table(self):
        """The edge's routes to the VIP: the best, then the others by the length of their paths."""
        return sorted(self.edge.routes(f"{VIP}/32"),
                      key=lambda route: (not route["best"], len(route["as_path"]), route["protocol"]))

    def best(self):
        """(next hop, AS path) of the edge's best route, or None."""
        for route in self.table():
            if route["best"]:
                return route["next_hop"], route["as_path"]
        return None
