"""What the kernel says the moment it happens: routes and addresses that come and go in a host."""

import socket
import struct
import threading
import time

GROUP_IPV4_ADDRESS, GROUP_IPV4_ROUTE, GROUP_IPV6_ADDRESS = 0x10, 0x40, 0x100
NEW_ADDRESS, DELETE_ADDRESS, NEW_ROUTE, DELETE_ROUTE = 20, 21, 24, 25
KINDS = {NEW_ADDRESS: "address-added", DELETE_ADDRESS: "address-removed",
         NEW_ROUTE: "route-added", DELETE_ROUTE: "route-removed"}
# Attribute numbers of rtnetlink(7), behind a header of 8 (ifaddrmsg) or 12 (rtmsg) octets.
ADDRESS_LOCAL, ADDRESS_ADDRESS, ROUTE_DESTINATION, ROUTE_GATEWAY = 2, 1, 1, 5


class Change:
    """KIND, the ADDRESS it is about, a route's GATEWAY, and TIME on the monotonic clock."""

    def __init__(self, kind, address, gateway):
        self.time = time.monotonic()
        self.kind, self.address, self.gateway = kind, address, gateway

    def __repr__(self):
        return f"{self.kind} {self.address}" + (f" via {self.gateway}" if self.gateway else "")


class Watch:
    """Records every change in HOST from now on; ON_CHANGE, if given, is called in the watching thread at once."""

    def __init__(self, lab, host, on_change=None):
        self.changes = []
        self._on_change = on_change
        with host.entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            self._socket.bind((0, GROUP_IPV4_ADDRESS | GROUP_IPV4_ROUTE | GROUP_IPV6_ADDRESS))
        self._socket.settimeout(0.2)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        lab.on_close(self.close)
        self._thread.start()

    def close(self):
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def find(self, kind, address, gateway=None, since=0.0):
        """The first such change at or after SINCE, or None."""
        for change in list(self.changes):
            if (change.kind, change.address) == (kind, address) and change.time >= since \
                    and gateway in (None, change.gateway):
                return change
        return None

    def _work(self):
        while not self._closing.is_set():
            try:
                data = self._socket.recv(65536)
            except socket.timeout:
                continue
            for change in _changes(data):
                self.changes.append(change)
                if self._on_change:
                    self._on_change(change)


def _changes(data):
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        if kind in KINDS:
            yield _change(kind, data[16:length])
        data = data[(length + 3) & ~3:]


def _change(kind, body):
    family = socket.AF_INET6 if body[0] == socket.AF_INET6 else socket.AF_INET
    is_address = kind in (NEW_ADDRESS, DELETE_ADDRESS)
    attributes = dict(_attributes(body[8 if is_address else 12:]))
    if is_address:
        subject, gateway = attributes.get(ADDRESS_LOCAL, attributes.get(ADDRESS_ADDRESS)), None
    else:
        subject, gateway = attributes.get(ROUTE_DESTINATION), attributes.get(ROUTE_GATEWAY)
    return Change(KINDS[kind], _text(family, subject), _text(family, gateway))


def _attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            return
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3:]


def _text(family, data):
    return socket.inet_ntop(family, data) if data else None
