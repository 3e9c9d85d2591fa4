"""BIRD in a host of the lab, and what its command line says."""

import re
import subprocess

from .system import program, wait_for


class Bird:
    """One BIRD with the configuration CONFIG (router id and log are written here)."""

    def __init__(self, lab, host, name, router_id, config):
        self.socket = lab.path(f"{name}.ctl")
        head = f"log stderr {{ info, remote, warning, error, auth, fatal, bug }};\nrouter id {router_id};\n"
        head += "protocol device { scan time 1; }\n"
        path = lab.write(f"{name}.conf", head + config)
        self.process = lab.start(host, name, program("bird"), "-f", "-c", path, "-s", self.socket)
        wait_for(lambda: "Router ID" in self.birdc("show", "status"), f"{name} to answer birdc")

    def birdc(self, *words):
        """What birdc prints; its exit status only says whether it found something to show."""
        return subprocess.run([program("birdc"), "-s", self.socket, *words], capture_output=True, text=True).stdout

    def routes(self, prefix):
        """The routes to PREFIX, best first: dicts of protocol, best, next_hop, as_path and the other BGP attributes."""
        return _routes(self.birdc("show", "route", "for", prefix, "all"))

    def established(self):
        """How many BGP sessions are up."""
        return self.birdc("show", "protocols").count("Established")


def _routes(text):
    """Reads `show route all`:

        203.0.113.9/32       unicast [north1 11:46:24.511] * (100) [AS65010i]
                via 198.51.100.70 on north
                BGP.as_path: 65515 65010
    """
    routes = []
    for line in text.splitlines():
        head = re.match(r"(?:\S+/\d+)?\s+\w+ \[(\S+) [^\]]*\]( \*)?", line)
        attribute = re.match(r"\s+BGP\.(\w+): ?(.*)", line)
        if head:
            routes.append({"protocol": head.group(1), "best": bool(head.group(2))})
        elif attribute and routes:
            routes[-1][attribute.group(1)] = attribute.group(2).strip()
    return routes
