"""HAProxy in a host of the lab: one frontend on every address, one backend."""

from .system import program

CONFIG = """
global
    stats socket {socket} mode 660 level admin
    hard-stop-after 1s
defaults
    mode http
    timeout connect 500ms
    timeout client 5s
    timeout server 5s
    timeout check 500ms
    retries 0
frontend http_front
    bind *:80
    default_backend http_back
backend http_back
    option httpchk GET /
    default-server inter {interval} fastinter {fast_interval} downinter {fast_interval} rise {rise} fall {fall}
{servers}
"""


class Haproxy:
    """SERVERS: {name: "ADDRESS:PORT"}. Its own checks have the same words as ours."""

    def __init__(self, lab, host, name, servers, interval="200ms", fast_interval="100ms", rise=1, fall=2):
        self.socket = lab.path(f"{name}.sock")
        lines = "\n".join(f"    server {server} {target} check" for server, target in servers.items())
        config = CONFIG.format(socket=self.socket, interval=interval, fast_interval=fast_interval, rise=rise, fall=fall,
                               servers=lines)
        self.command = [program("haproxy"), "-db", "-f", lab.write(f"{name}.cfg", config)]
        self.lab, self.host, self.name = lab, host, name
        self.process = None
        self.start()

    def start(self):
        self.process = self.lab.start(self.host, self.name, *self.command)
