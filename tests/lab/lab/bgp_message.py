"""BGP messages for the scripted neighbor: enough to say anything, also what is wrong, and to read what vipgate says.

It is written from the RFCs and apart from vipgate's own codec, so that one checks the other.
"""

import ipaddress
import struct

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE_REFRESH = 1, 2, 3, 4, 5
NAMES = {OPEN: "OPEN", UPDATE: "UPDATE", NOTIFICATION: "NOTIFICATION", KEEPALIVE: "KEEPALIVE",
         ROUTE_REFRESH: "ROUTE-REFRESH"}
MARKER = b"\xff" * 16
HEADER_SIZE = 19
AS_TRANS = 23456

CAPABILITY_MULTIPROTOCOL, CAPABILITY_ROUTE_REFRESH, CAPABILITY_AS4 = 1, 2, 65
ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF, COMMUNITIES, MP_REACH, MP_UNREACH = 1, 2, 3, 4, 5, 8, 14, 15
LARGE_COMMUNITIES = 32
ORIGINS = {0: "igp", 1: "egp", 2: "incomplete"}
IPV4_UNICAST, IPV6_UNICAST = (1, 1), (2, 1)


# ---- writing

def message(kind, body=b""):
    return MARKER + struct.pack("!HB", HEADER_SIZE + len(body), kind) + body


def capability(code, value=b""):
    return struct.pack("!BB", code, len(value)) + value


def multiprotocol(family):
    return capability(CAPABILITY_MULTIPROTOCOL, struct.pack("!HBB", family[0], 0, family[1]))


def usual_capabilities(asn, families=(IPV4_UNICAST,)):
    return [*map(multiprotocol, families), capability(CAPABILITY_ROUTE_REFRESH),
            capability(CAPABILITY_AS4, struct.pack("!I", asn))]


def open_message(asn, hold_time, router_id, capabilities):
    """An OPEN (RFC 4271 section 4.2), every capability in an optional parameter of its own (RFC 5492)."""
    parameters = b"".join(struct.pack("!BB", 2, len(one)) + one for one in capabilities)
    return message(OPEN, struct.pack("!BHH4sB", 4, asn if asn < 65536 else AS_TRANS, hold_time,
                                     ipaddress.IPv4Address(router_id).packed, len(parameters)) + parameters)


def keepalive():
    return message(KEEPALIVE)


def notification(code, subcode, data=b""):
    return message(NOTIFICATION, struct.pack("!BB", code, subcode) + data)


def route_refresh(family=IPV4_UNICAST):
    return message(ROUTE_REFRESH, struct.pack("!HBB", family[0], 0, family[1]))


def prefix_bytes(prefix):
    network = ipaddress.ip_network(prefix)
    return bytes([network.prefixlen]) + network.network_address.packed[:(network.prefixlen + 7) // 8]


def attribute(code, value, flags=0x40):
    return struct.pack("!BBB", flags, code, len(value)) + value


def usual_attributes(as_path, next_hop):
    """ORIGIN, AS_PATH (of 4 octets each) and NEXT_HOP."""
    path = struct.pack(f"!BB{len(as_path)}I", 2, len(as_path), *as_path) if as_path else b""
    return (attribute(ORIGIN, b"\0") + attribute(AS_PATH, path) +
            attribute(NEXT_HOP, ipaddress.IPv4Address(next_hop).packed))


def update(prefixes=(), attributes=b"", withdrawn=()):
    gone = b"".join(map(prefix_bytes, withdrawn))
    return message(UPDATE, struct.pack("!H", len(gone)) + gone + struct.pack("!H", len(attributes)) + attributes +
                   b"".join(map(prefix_bytes, prefixes)))


# ---- reading

class Message:
    """One message as received. TIME is on the monotonic clock; AS_SIZE is how many octets an AS has in the session."""

    def __init__(self, time, kind, body, as_size=4):
        self.time, self.kind, self.body, self.as_size = time, kind, body, as_size

    def __repr__(self):
        if self.kind == NOTIFICATION:
            return f"NOTIFICATION {self.body[0]}/{self.body[1]}"
        if self.kind != UPDATE:
            return NAMES.get(self.kind, str(self.kind))
        try:
            return repr(Update(self))
        except struct.error:  # from a session with two octets an AS
            return repr(Update(self, 2))


class Open:
    def __init__(self, received):
        self.version, self.asn, self.hold_time, router_id, length = struct.unpack_from("!BHH4sB", received.body)
        self.router_id = str(ipaddress.IPv4Address(router_id))
        self.capabilities = list(_capabilities(received.body[10:10 + length]))

    def values(self, code):
        return [value for one, value in self.capabilities if one == code]


class Update:
    """WITHDRAWN and ANNOUNCED are lists of prefixes as text, of both families."""

    def __init__(self, received):
        self.time = received.time
        self._as_size = received.as_size
        body = received.body
        gone = struct.unpack_from("!H", body)[0]
        size = struct.unpack_from("!H", body, 2 + gone)[0]
        self.attributes = dict(_attributes(body[4 + gone:4 + gone + size]))
        self.withdrawn = list(_prefixes(body[2:2 + gone], 4))
        self.announced = list(_prefixes(body[4 + gone + size:], 4))
        self._next_hop = self.attributes.get(NEXT_HOP)
        if MP_REACH in self.attributes:
            self._read_reach(self.attributes[MP_REACH])
        if MP_UNREACH in self.attributes:
            self.withdrawn += _prefixes(self.attributes[MP_UNREACH][3:], _address_size(self.attributes[MP_UNREACH]))

    def _read_reach(self, value):
        size = value[3]
        self._next_hop = value[4:4 + size]
        self.announced += _prefixes(value[5 + size:], _address_size(value))

    @property
    def end_of_rib(self):
        """RFC 4724 section 2: nothing at all, or an MP_UNREACH_NLRI with nothing in it."""
        return not self.announced and not self.withdrawn and set(self.attributes) <= {MP_UNREACH}

    @property
    def next_hop(self):
        return str(ipaddress.ip_address(self._next_hop[:16])) if self._next_hop else None

    @property
    def as_path(self):
        """Every AS of the path, as text: "65010 65010 65010"."""
        numbers, data = [], self.attributes.get(AS_PATH, b"")
        while data:
            size = data[1] * self._as_size
            numbers += struct.unpack(f"!{data[1]}{'I' if self._as_size == 4 else 'H'}", data[2:2 + size])
            data = data[2 + size:]
        return " ".join(map(str, numbers))

    @property
    def origin(self):
        return ORIGINS[self.attributes[ORIGIN][0]]

    @property
    def med(self):
        return struct.unpack("!I", self.attributes[MED])[0] if MED in self.attributes else None

    @property
    def communities(self):
        pairs = struct.iter_unpack("!HH", self.attributes.get(COMMUNITIES, b""))
        return [f"{high}:{low}" for high, low in pairs]

    @property
    def large_communities(self):
        triples = struct.iter_unpack("!III", self.attributes.get(LARGE_COMMUNITIES, b""))
        return [":".join(map(str, triple)) for triple in triples]

    def __repr__(self):
        said = [f"-{prefix}" for prefix in self.withdrawn]
        said += [f"+{prefix} [{self.as_path}] via {self.next_hop}" for prefix in self.announced]
        return "UPDATE " + (" ".join(said) or "End-of-RIB")


def _capabilities(parameters):
    while parameters:
        kind, size = parameters[:2]
        value, parameters = parameters[2:2 + size], parameters[2 + size:]
        while kind == 2 and value:
            yield value[0], value[2:2 + value[1]]
            value = value[2 + value[1]:]


def _attributes(data):
    while data:
        flags, code = data[:2]
        size, head = (struct.unpack_from("!H", data, 2)[0], 4) if flags & 0x10 else (data[2], 3)
        yield code, data[head:head + size]
        data = data[head + size:]


def _prefixes(data, address_size):
    while data:
        octets = (data[0] + 7) // 8
        address = data[1:1 + octets].ljust(address_size, b"\0")
        yield f"{ipaddress.ip_address(address)}/{data[0]}"
        data = data[1 + octets:]


def _address_size(value):
    return 16 if struct.unpack_from("!H", value)[0] == 2 else 4
