"""One host with nginx, and who checks it: vipgate or HAProxy, a new connection for every check."""

import time

from lab.nginx import Nginx
from lab.system import program, wait_for
from lab.vipgate import Vipgate
from measure.process_cost import cpu_seconds

ADDRESS, PORT = "198.51.100.70", 8080
WARM_UP = 3

NGINX = """http {{
    log_format when '$msec $uri';
    access_log {log};
    keepalive_timeout 5s;
    server {{ listen {address}:{port} backlog=16384; location / {{ return 200 "ok\\n"; }} }}
}}"""
HAPROXY = """
global
    maxconn 100
    nbthread 1
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
listen checks
    bind 127.0.0.1:8081
    {option}
{servers}
"""
PROBES = {
    "HTTP": ("http {{ url \"http://{target}/{number}\"; }}", "option httpchk GET /"),
    "TCP": ("tcp {{ target {target}; }}", ""),
}


class ProbeHost:
    """A host with nginx, and contenders that check it."""

    def __init__(self, lab, log="off"):
        self.lab = lab
        self.host = lab.host("host", f"{ADDRESS}/32")
        self.nginx = Nginx(lab, self.host, NGINX.format(address=ADDRESS, port=PORT, log=log))

    def ours(self, kind, count, others="", wrapper=()):
        """COUNT checks of KIND, beside OTHERS."""
        probe = PROBES[kind][0]
        checks = "".join(f"check c{number} {{ {probe.format(target=f'{ADDRESS}:{PORT}', number=number)} }}\n"
                         for number in range(count))
        gate = Vipgate(self.lab, self.host, f"log {{ level warning; }}\n{checks}{others}", f"{kind}-{count}")
        gate.start_healthd(*wrapper)
        wait_for(lambda: gate.cli("show", "check", f"c{count - 1}").stdout.find(" up ") >= 0, "the last check to be up",
                 deadline=60)
        return gate

    def theirs(self, kind, count):
        servers = "".join(f"    server s{number} {ADDRESS}:{PORT} check inter 1s\n" for number in range(count))
        text = HAPROXY.format(option=PROBES[kind][1], servers=servers)
        return self.lab.start(self.host, f"haproxy-{kind}", program("haproxy"), "-db", "-f",
                              self.lab.write(f"haproxy-{kind}.cfg", text))

    def microseconds(self, contenders, count, seconds):
        """CPU time of each contender for one check, over the same SECONDS; they run beside each other."""
        time.sleep(WARM_UP)
        before = [cpu_seconds(one.pid) for one in contenders]
        began = time.monotonic()
        time.sleep(seconds)
        checks = count * (time.monotonic() - began)
        return [1e6 * (cpu_seconds(one.pid) - then) / checks for one, then in zip(contenders, before)]
