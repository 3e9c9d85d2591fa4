"""HAProxy in a host of the lab: one frontend on every address, one backend."""

import socket

from .system import program

CONFIG = """
global
    stats socket {socket} mode 660 level admin expose-fd listeners
    hard-stop-after 1s
defaults
    mode http
    timeout connect 500ms
    timeout client {idle}
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
    """SERVERS: {name: "ADDRESS:PORT [OPTIONS]"}. Its own checks have the same words as ours. A client that says nothing for IDLE
    is let go."""

    def __init__(self, lab, host, name, servers, interval="200ms", fast_interval="100ms", rise=1, fall=2,
                 idle="5s"):
        self.socket, self.pidfile = lab.path(f"{name}.sock"), lab.path(f"{name}.pid")
        lines = "\n".join(f"    server {server} {target} check" for server, target in servers.items())
        config = CONFIG.format(socket=self.socket, interval=interval, fast_interval=fast_interval, rise=rise, fall=fall,
                               servers=lines, idle=idle)
        self.command = [program("haproxy"), "-db", "-f", lab.write(f"{name}.cfg", config)]
        self.lab, self.host, self.name = lab, host, name
        self.process = None
        self.start()

    def start(self, *options):
        self.process = self.lab.start(self.host, self.name, *self.command, *options)
        self.lab.write(f"{self.name}.pid", f"{self.process.pid}\n")

    def tell(self, command):
        """A command of its runtime API."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.socket)
            connection.sendall(f"{command}\n".encode())
            while connection.recv(4096):
                pass

    def reload(self):
        """A new process takes the sockets over, and the old one ends when it has nothing left to do."""
        old = self.process
        self.start("-x", self.socket, "-sf", old.pid)
        old.wait()
