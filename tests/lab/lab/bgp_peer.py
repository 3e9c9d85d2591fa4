"""A scripted BGP neighbor: it says exactly what a test tells it to, and records every message with its time.

    peer = Peer(lab, host, "198.51.100.4")       listens on port 179
    session = peer.establish()                   accepts, and does what RFC 4271 says until Established
    session.wait_route("203.0.113.9/32")         the UPDATE that announces it
    session.send(bytes)                          anything at all
"""

import contextlib
import fcntl
import select
import socket
import struct
import termios
import threading
import time

from . import bgp_message as bgp
from .system import wait_for


def split(data, now, as_size=4):
    """The whole messages that DATA begins with, and the rest. ValueError where it is not BGP."""
    messages = []
    while len(data) >= bgp.HEADER_SIZE:
        size = int.from_bytes(data[16:18], "big")
        if data[:16] != bgp.MARKER or size < bgp.HEADER_SIZE:
            raise ValueError(f"not a BGP message: {data[:bgp.HEADER_SIZE].hex()}")
        if len(data) < size:
            break
        messages.append(bgp.Message(now, data[18], data[bgp.HEADER_SIZE:size], as_size))
        data = data[size:]
    return messages, data


class Session:
    """One TCP connection with vipgate. A thread reads it; ON_MESSAGE, if set, is called in that thread at once."""

    def __init__(self, peer, sock, on_message=None):
        self.peer = peer
        self.sock = sock
        self.received = []
        self.closed = None
        self.on_message = on_message
        self.as_size = 4
        self._keep_alive = threading.Event()
        self._reading = threading.Event()
        self._reading.set()
        sock.settimeout(None)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    # -- saying

    def send(self, data):
        with contextlib.suppress(OSError):
            self.sock.sendall(data)

    def send_octets(self, data):
        """DATA an octet at a time, each in a segment of its own that has arrived before the next leaves."""
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in data:
            self.send(bytes([octet]))
            wait_for(self._has_arrived, "an octet to arrive", pause=0.001)

    def _has_arrived(self):
        unacknowledged = struct.pack("i", 0)
        return not any(fcntl.ioctl(self.sock, termios.TIOCOUTQ, unacknowledged))

    def send_open(self, **changes):
        """The peer's OPEN, with CHANGES to its asn, hold_time, router_id or capabilities."""
        fields = {**self.peer.open_fields(), **changes}
        if not any(one[0] == bgp.CAPABILITY_AS4 for one in fields["capabilities"]):
            self.as_size = 2
        self.send(bgp.open_message(**fields))

    def establish(self, **changes):
        """OPEN and KEEPALIVE both ways; from then on a thread keeps the session alive."""
        self.send_open(**changes)
        opened = self.wait_message(bgp.OPEN)
        self.send(bgp.keepalive())
        self.wait_message(bgp.KEEPALIVE)
        hold_time = min(changes.get("hold_time", self.peer.hold_time), bgp.Open(opened).hold_time)
        if hold_time:
            threading.Thread(target=self._send_keepalives, args=(hold_time / 3,), daemon=True).start()
        return self

    def fall_silent(self):
        """Sends no more keepalives; goes on reading."""
        self._keep_alive.set()

    def stop_reading(self):
        self._reading.clear()

    def resume_reading(self):
        self._reading.set()

    def close(self):
        """Ends the connection in the ordinary way."""
        self.fall_silent()
        self.resume_reading()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self.sock.close()

    def reset(self):
        """Ends the connection with a RST, as a crashed machine's successor does."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.fall_silent()
        self.sock.close()

    # -- hearing

    def messages(self, kind):
        return [one for one in list(self.received) if one.kind == kind]

    def updates(self):
        return [bgp.Update(one) for one in self.messages(bgp.UPDATE)]

    def routes(self):
        """What stands announced now, by prefix."""
        table = {}
        for update in self.updates():
            for prefix in update.withdrawn:
                table.pop(prefix, None)
            table.update((prefix, update) for prefix in update.announced)
        return table

    def story(self, prefix):
        """What was said of PREFIX, in order: its AS path, or "-" where it was withdrawn."""
        said = []
        for update in self.updates():
            said += ["-"] * update.withdrawn.count(prefix) + [update.as_path] * update.announced.count(prefix)
        return said

    def wait_message(self, kind, number=1, deadline=15.0):
        """The NUMBERth message of this KIND."""
        wait_for(lambda: len(self.messages(kind)) >= number,
                 lambda: f"{bgp.NAMES[kind]} number {number}; heard {self.received}", deadline)
        return self.messages(kind)[number - 1]

    def wait_route(self, prefix, as_path=None, deadline=15.0):
        """The UPDATE by which PREFIX stands announced, with this AS_PATH if one is given."""
        def found():
            route = self.routes().get(prefix)
            return route if route and as_path in (None, route.as_path) else None
        return wait_for(found, lambda: f"{prefix} to be announced; heard {self.received}", deadline)

    def wait_gone(self, prefix, deadline=15.0):
        wait_for(lambda: prefix not in self.routes(),
                 lambda: f"{prefix} to be withdrawn; heard {self.received}", deadline)

    def wait_end_of_rib(self, number=1):
        wait_for(lambda: sum(one.end_of_rib for one in self.updates()) >= number,
                 lambda: f"End-of-RIB; heard {self.received}")

    def wait_notification(self, deadline=15.0):
        """(code, subcode, data) of the NOTIFICATION."""
        body = self.wait_message(bgp.NOTIFICATION, deadline=deadline).body
        return body[0], body[1], body[2:]

    def wait_closed(self, deadline=15.0):
        """How the connection ended: "end" or the error."""
        return wait_for(lambda: self.closed, lambda: f"the connection to end; heard {self.received}", deadline)

    def unread(self):
        """The octets that have arrived and wait to be read: for a session that stopped reading."""
        try:
            return self.sock.recv(65536, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return b""

    def quiet(self, keepalives=1):
        """Waits until so many more keepalives have come: time in which vipgate could have said something else."""
        self.wait_message(bgp.KEEPALIVE, len(self.messages(bgp.KEEPALIVE)) + keepalives)

    # -- the threads

    def _send_keepalives(self, period):
        while not self._keep_alive.wait(period) and not self.closed:
            self.send(bgp.keepalive())

    def _read(self):
        waiting = b""
        try:
            while piece := self._receive():
                messages, waiting = split(waiting + piece, time.monotonic(), self.as_size)
                for message in messages:
                    self._record(message)
            self.closed = "end"
        except (OSError, ValueError) as error:
            self.closed = str(error) or "closed"

    def _receive(self):
        # A socket that this process closes wakes nobody: look up now and then.
        while not select.select([self.sock], [], [], 0.2)[0]:
            pass
        self._reading.wait()
        return self.sock.recv(65536)

    def _record(self, message):
        self.received.append(message)
        if self.on_message:
            self.on_message(message)


class Peer:
    """The neighbor itself, at ADDRESS in HOST. It listens unless LISTEN is false."""

    def __init__(self, lab, host, address, asn=65515, router_id=None, hold_time=90, capabilities=None, listen=True):
        self.host, self.address, self.asn, self.hold_time = host, address, asn, hold_time
        self.router_id = router_id or address
        self.capabilities = bgp.usual_capabilities(asn) if capabilities is None else capabilities
        self.sessions = []
        self._listener = None
        lab.on_close(self.close)
        if listen:
            self.listen()

    def open_fields(self):
        return {"asn": self.asn, "hold_time": self.hold_time, "router_id": self.router_id,
                "capabilities": self.capabilities}

    def listen(self, port=179):
        with self.host.entered():
            self._listener = socket.create_server((self.address, port), family=self._family())

    def refuse(self):
        """Listens no longer: a connection is refused."""
        if self._listener:
            self._listener.close()
            self._listener = None

    def accept(self, deadline=15.0, on_message=None):
        """The next connection from vipgate."""
        self._listener.settimeout(deadline)
        try:
            sock, _ = self._listener.accept()
        except socket.timeout:
            raise AssertionError(f"{self.address}: nobody connected in {deadline:g} s") from None
        return self._session(sock, on_message)

    def connect(self, address, port=179, on_message=None):
        """Connects to vipgate."""
        with self.host.entered():
            sock = socket.create_connection((address, port), timeout=5, source_address=(self.address, 0))
        return self._session(sock, on_message)

    def establish(self, on_message=None, **changes):
        return self.accept(on_message=on_message).establish(**changes)

    def close(self):
        self.refuse()
        for session in self.sessions:
            with contextlib.suppress(OSError):
                session.close()

    def _session(self, sock, on_message):
        session = Session(self, sock, on_message)
        self.sessions.append(session)
        return session

    def _family(self):
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET
