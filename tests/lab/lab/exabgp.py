"""ExaBGP with its healthcheck, beside which vipgate is measured."""

import os

from .system import program

PROCESS = "process {name} {{ run {script}; encoder text; }}\n"
NEIGHBOR = """
neighbor {address} {{
    local-as {local_as}; peer-as {peer_as}; router-id {local}; local-address {local};
    family {{ ipv4 unicast; }}
    api {{ processes [ {processes} ]; }}
}}
"""
HEALTHCHECK = ("{relay} /usr/bin/python3 -m exabgp healthcheck --no-ack --no-ip-setup --withdraw-on-down "
               "--ip {vip}/32 --cmd '{check}' --interval {interval} --fast-interval {fast_interval} "
               "--rise {rise} --fall {fall} {path}")
ENVIRONMENT = {"exabgp.daemon.user": "root", "exabgp.api.cli": "false", "exabgp.tcp.bind": "",
               "exabgp.log.destination": "stderr"}


class Exabgp:
    """Announces VIP/32 to NEIGHBORS ({address: AS}) while the shell command CHECK succeeds. RELAY, if given, is a
    program that the healthcheck's words pass through on their way to ExaBGP; CHECKS is how many healthchecks run."""

    def __init__(self, lab, host, name, local, local_as, neighbors, vip, check, interval, fast_interval, rise=3, fall=3,
                 prepend=0, relay=(), checks=1):
        path = f"--as-path '{' '.join([str(local_as)] * (prepend + 1))}'" if prepend else ""
        command = HEALTHCHECK.format(relay=" ".join(relay), vip=vip, check=check, interval=interval, path=path,
                                     fast_interval=fast_interval, rise=rise, fall=fall)
        script = lab.write(f"{name}.sh", f"#!/bin/sh\nexec {command}\n")
        os.chmod(script, 0o755)
        processes = [f"watch{number}" for number in range(checks)]
        config = "".join(PROCESS.format(name=process, script=script) for process in processes)
        config += "".join(NEIGHBOR.format(address=address, peer_as=peer_as, local=local, local_as=local_as,
                                          processes=" ".join(processes)) for address, peer_as in neighbors.items())
        file = lab.write(f"{name}.conf", config)
        self.process = lab.start(host, name, program("exabgp"), file, environment=ENVIRONMENT)
