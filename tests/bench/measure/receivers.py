"""Neighbors that count routes, all in one process with one epoll. As a program, inside a host of the lab:

    python3 receivers.py AS ADDRESS...      listens on port 179 of each ADDRESS

Sessions belong together by who connected. A line "SOURCE SESSIONS COUNT SECONDS" is printed whenever all sessions of one
SOURCE come to have the same COUNT of routes; SECONDS, of real time, is when the kernel took in the last octet of it, so that
it does not matter how long this program takes to read.
"""

import collections
import os
import resource
import selectors
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lab"))

from lab import bgp_message as bgp  # noqa: E402

# Every prefix here is a /32: its length and four octets.
PREFIX_SIZE = 5
KEEPALIVE_EVERY = 20
SO_TIMESTAMPNS = 35
TIMESPEC = struct.Struct("ll")


class Session:
    """One connection; ROUTES is how many stand announced."""

    def __init__(self, sock, asn, address):
        self.sock, self.routes, self.arrived, self._waiting = sock, 0, 0.0, b""
        self.source = sock.getpeername()[0]
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sock.sendall(bgp.open_message(asn, 90, address, bgp.usual_capabilities(asn)))

    def read(self):
        """Takes what is there; false when the connection ended."""
        piece, notes, _, _ = self.sock.recvmsg(1 << 16, 64)
        for _, _, value in notes:
            seconds, nanoseconds = TIMESPEC.unpack(value)
            self.arrived = seconds + nanoseconds / 1e9
        data = self._waiting + piece
        place = 0
        while len(data) - place >= bgp.HEADER_SIZE:
            size, kind = struct.unpack_from("!HB", data, place + 16)
            if len(data) - place < size:
                break
            self._take(kind, data[place + bgp.HEADER_SIZE:place + size])
            place += size
        self._waiting = data[place:]
        return bool(piece)

    def _take(self, kind, body):
        if kind == bgp.OPEN:
            self.sock.sendall(bgp.keepalive())
        elif kind == bgp.UPDATE:
            gone, = struct.unpack_from("!H", body)
            attributes, = struct.unpack_from("!H", body, 2 + gone)
            self.routes += (len(body) - 4 - gone - attributes) // PREFIX_SIZE - gone // PREFIX_SIZE


class Receivers:
    def __init__(self, asn, addresses):
        self.asn, self.sessions = asn, set()
        # By source: routes of all its sessions together, and how many sessions.
        self.totals, self.numbers = collections.Counter(), collections.Counter()
        self.selector = selectors.EpollSelector()
        for address in addresses:
            listener = socket.create_server((address, 179), backlog=16)
            self.selector.register(listener, selectors.EVENT_READ, address)

    def run(self):
        print("listening", flush=True)
        keepalive = time.monotonic()
        while True:
            for key, _ in self.selector.select(1):
                if isinstance(key.data, str):
                    self._accept(key.fileobj, key.data)
                else:
                    self._read(key.data)
            now = time.monotonic()
            if now - keepalive > KEEPALIVE_EVERY:
                keepalive = now
                for session in self.sessions:
                    session.sock.sendall(bgp.keepalive())

    def _accept(self, listener, address):
        sock, _ = listener.accept()
        session = Session(sock, self.asn, address)
        self.sessions.add(session)
        self.numbers[session.source] += 1
        self.selector.register(sock, selectors.EVENT_READ, session)

    def _read(self, session):
        before = session.routes
        alive = session.read()
        self.totals[session.source] += session.routes - before
        if not alive:
            self.totals[session.source] -= session.routes
            self.numbers[session.source] -= 1
            self.selector.unregister(session.sock)
            self.sessions.discard(session)
        elif session.routes != before and self.totals[session.source] == session.routes * self.numbers[session.source]:
            self._report(session)

    def _report(self, session):
        """All have as many as this one: cheap to see where the counts go from none to all or back."""
        source = session.source
        peers = [one for one in self.sessions if one.source == source]
        if all(one.routes == session.routes for one in peers):
            print(f"{source} {self.numbers[source]} {session.routes} {max(one.arrived for one in peers):.6f}", flush=True)


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # two for each neighbor
    Receivers(int(sys.argv[1]), sys.argv[2:]).run()
