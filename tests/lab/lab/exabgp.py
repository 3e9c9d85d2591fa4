"""ExaBGP with its healthcheck, beside which vipgate is measured."""

import os
import sys

from .system import program

CONFIG = """
process watch {{
    run {run};
    encoder text;
}}
template {{ neighbor all {{
    local-as {local_as};
    router-id {local};
    local-address {local};
    family {{ ipv4 unicast; }}
    api {{ processes [ watch ]; }}
}} }}
{neighbors}
"""
NEIGHBOR = "neighbor {address} {{ inherit all; peer-as {peer_as}; }}\n"


class Exabgp:
    """Announces VIP/32 to NEIGHBORS ({address: AS}) while the shell command CHECK succeeds. RELAY, if given, is a
    program that the healthcheck's words pass through on their way to ExaBGP."""

    def __init__(self, lab, host, name, local, local_as, neighbors, vip, check, interval, fast_interval, rise=3, fall=3,
                 prepend=0, relay=()):
        path = f"--as-path '{' '.join([str(local_as)] * (prepend + 1))}'" if prepend else ""
        run = (f"{' '.join(relay)} /usr/bin/python3 -m exabgp healthcheck --no-ack --cmd '{check}' --interval {interval} "
               f"--fast-interval {fast_interval} --rise {rise} --fall {fall} --ip {vip}/32 --no-ip-setup --withdraw-on-down {path}")
        self.script = lab.write(f"{name}.sh", f"#!/bin/sh\nexec {run}\n")
        os.chmod(self.script, 0o755)
        config = CONFIG.format(run=self.script, local_as=local_as, local=local, neighbors="".join(
            NEIGHBOR.format(address=address, peer_as=peer_as) for address, peer_as in neighbors.items()))
        environment = {"exabgp.daemon.user": "root", "exabgp.api.cli": "false", "exabgp.tcp.bind": "",
                       "exabgp.log.destination": "stderr"}
        self.process = lab.start(host, name, program("exabgp"), lab.write(f"{name}.conf", config), environment=environment)
