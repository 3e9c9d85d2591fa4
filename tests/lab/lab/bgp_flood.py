"""Streams of many UPDATEs, built before they are sent: what a neighbor that has a lot to say, or means harm, sends."""

import struct

from . import bgp_message as bgp

# 2^20 networks of this length lie in 10.0.0.0/8.
LENGTH, FIRST, MOST = 28, 0x0A000000, 1 << 20


def network(number):
    """The NUMBERth prefix, as text."""
    value = FIRST + (number << (32 - LENGTH))
    return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}/{LENGTH}"


def _networks(first, count):
    return b"".join(struct.pack("!BI", LENGTH, FIRST + (number << (32 - LENGTH))) for number in range(first, first + count))


def announcements(count, asn, next_hop, per_update=4, more=b""):
    """COUNT prefixes, PER_UPDATE in an UPDATE, and a path of four ASs that no other UPDATE has. MORE attributes go along."""
    hop = bytes(map(int, next_hop.split(".")))
    pieces = []
    for first in range(0, count, per_update):
        number = first // per_update
        path = struct.pack("!BBIIII", 2, 4, asn, 100000 + number // 4096, 200000 + number % 4096, 300000 + number)
        attributes = (b"\x40\x01\x01\x00" + struct.pack("!BBB", 0x40, 2, len(path)) + path + b"\x40\x03\x04" + hop + more)
        body = (b"\0\0" + struct.pack("!H", len(attributes)) + attributes +
                _networks(first, min(per_update, count - first)))
        pieces.append(bgp.message(bgp.UPDATE, body))
    return b"".join(pieces)


def withdrawals(count, per_update=400):
    """The same prefixes taken back."""
    pieces = []
    for first in range(0, count, per_update):
        gone = _networks(first, min(per_update, count - first))
        pieces.append(bgp.message(bgp.UPDATE, struct.pack("!H", len(gone)) + gone + b"\0\0"))
    return b"".join(pieces)
