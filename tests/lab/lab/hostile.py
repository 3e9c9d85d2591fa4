"""Backends that flood, one of each habit in tests/lab/servers/flood.py, and the probes that are sent to them."""

import os
import sys

from .certificates import Authority
from .probes import SERVERS
from .system import program, wait_for

sys.path.insert(0, SERVERS)
from flood import FLOODS  # noqa: E402
from flood_more import DATAGRAMS, SOCKETS  # noqa: E402

FIRST_PORT = 9200


class Backends:
    """They listen on 127.0.0.1 of HOST."""

    def __init__(self, lab, host):
        certificate, key, _ = Authority(lab, "backends").issue("backend", "backend.example.net")
        server = lab.start(host, "flood", program("python3"), os.path.join(SERVERS, "flood.py"), FIRST_PORT, certificate,
                           key)
        wait_for(lambda: "ready" in server.output(), lambda: f"flood.py to be ready: {server.output()}")

    @staticmethod
    def probe(name):
        """The block of the probe that meets the habit NAME."""
        target = f"127.0.0.1:{FIRST_PORT + FLOODS.index(name)}"
        secure = name.startswith(("tls-", "record-"))
        habit = name.removeprefix("tls-")
        scheme, no_trust = ("s", "verify false;") if secure else ("", "")
        if habit.startswith("h2-"):
            return f"grpc {{ target {target}; {'tls true;' if secure else ''} {no_trust} }}"
        if habit.startswith("ws-"):
            return f'websocket {{ url "ws{scheme}://{target}/"; {no_trust} }}'
        return f'http {{ url "http{scheme}://{target}/"; expect-body "no such text"; {no_trust} }}'


class Others:
    """What floods probes that are no streams, started in HOST: PROBES {name: block}."""

    FIRST_PORT = 9400

    def __init__(self, lab, host):
        server = lab.start(host, "flood_more", program("python3"), os.path.join(SERVERS, "flood_more.py"),
                           self.FIRST_PORT, lab.directory)
        wait_for(lambda: "ready" in server.output(), lambda: f"flood_more.py to be ready: {server.output()}")
        ports = {name: self.FIRST_PORT + index for index, name in enumerate(DATAGRAMS)}
        self.probes = {name: f"haproxy {{ socket {lab.path(f'{name}.sock')}; backend b; }}" for name in SOCKETS}
        self.probes |= {
            "dns": f"dns {{ server 127.0.0.1:{ports['dns']}; name example.com; }}",
            "coap": f'coap {{ uri "coap://127.0.0.1:{ports["coap"]}/x"; method get; }}',
            "udp": f'udp {{ target 127.0.0.1:{ports["udp"]}; send "?"; expect "yes"; }}',
            "exec-prints": 'exec { command "/usr/bin/yes"; }',
            "exec-hangs": 'exec { command "/bin/sleep 60"; }',
        }
