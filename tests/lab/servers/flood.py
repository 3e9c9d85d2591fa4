"""Backends that mean harm: `flood.py PORT CERTIFICATE KEY` serves each habit of FLOODS at a port of its own
of 127.0.0.1, from PORT on in the order of their names. To whoever speaks first a backend says what opens a good answer,
and then the same octets again and again, as fast as they are taken."""

import base64
import contextlib
import ctypes
import ctypes.util
import hashlib
import socket
import ssl
import struct
import sys
import threading
import time

PIECE = 64 * 1024


def frame(kind, flags, stream, payload=b""):
    return struct.pack("!I", len(payload))[1:] + struct.pack("!BBI", kind, flags, stream) + payload


# HTTP/2: SETTINGS, and the header ":status: 200" of the first request.
SETTINGS, ANSWER = frame(4, 0, 0), frame(1, 4, 1, b"\x88")
BOMB = b"\x40\x01x\x7f\xa1\x1e" + b"y" * 4000  # into the dynamic table, to be named by one octet from then on
HTTP2 = {
    "h2-data-empty": (SETTINGS + ANSWER, frame(0, 0, 1)),
    "h2-data-padded": (SETTINGS + ANSWER, frame(0, 8, 1, b"\xff" + bytes(255))),
    "h2-unknown": (SETTINGS, frame(0xfa, 0, 0)),
    "h2-priority": (SETTINGS, frame(2, 0, 1, bytes(5))),
    "h2-goaway": (SETTINGS, frame(7, 0, 0, b"\x7f\xff\xff\xff" + bytes(4))),
    "h2-window": (SETTINGS, frame(8, 0, 0, b"\0\0\0\1")),
    "h2-ping": (SETTINGS, frame(6, 0, 0, bytes(8))),
    "h2-settings": (SETTINGS, frame(4, 0, 0)),
    "h2-continuation": (SETTINGS + frame(1, 0, 1, b"\x88"), frame(9, 0, 1)),
    "h2-header": (SETTINGS + frame(1, 0, 1, b"\x88"), frame(9, 0, 1, b"\x00\x01x\x01y" * 100)),
    "h2-bomb": (SETTINGS + frame(1, 0, 1, b"\x88" + BOMB), frame(9, 0, 1, b"\xbe" * 1000)),
    "h2-interim": (SETTINGS, frame(1, 4, 1, b"\x08\x03103")),
}
UPGRADE = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n"
WEBSOCKET = {
    "ws-fragments": b"\x00\x01a",
    "ws-empty": b"\x00\x00",
    "ws-pings": b"\x89\x00",
    "ws-pongs": b"\x8a\x00",
}
HTTP1 = {
    "http-interim": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "http-header": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "http-chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}
# In the place of a ServerHello.
RECORDS = {
    "record-alerts": b"\x15\x03\x03\x00\x02\x01\x5a",
    "record-empty": b"\x16\x03\x03\x00\x00",
    "record-ccs": b"\x14\x03\x03\x00\x01\x01",
    "record-hello": b"\x16\x03\x03\x00\x04\x00\x00\x00\x00",
    "record-large": b"\x16\x03\x03\x40\x00" + b"\x0b\xff\xff\xff" + bytes(16380),
}
FLOODS = sorted([*HTTP2, *(f"tls-{name}" for name in HTTP2), *WEBSOCKET, *(f"tls-{name}" for name in WEBSOCKET),
                 *HTTP1, *(f"tls-{name}" for name in HTTP1), *RECORDS, "tls-update", "drip", "tls-drip"])


def context_of(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def opening(name, connection):
    """What opens the answer, and what goes on without end."""
    said = connection.recv(65536)
    if name in WEBSOCKET:
        key = said.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
        digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        return (UPGRADE % base64.b64encode(digest).decode()).encode() + b"\x01\x01a", WEBSOCKET[name]
    if name in RECORDS:
        return b"", RECORDS[name]
    return HTTP2[name] if name in HTTP2 else HTTP1[name]


def flood(name, connection):
    begin, again = opening(name, connection)
    connection.sendall(begin)
    piece = again * (PIECE // len(again) + 1)
    while True:
        connection.sendall(piece)


def drip(connection):
    connection.recv(65536)
    for octet in "HTTP/1.1 200 OK\r\n" + "X: y\r\n" * 1000:
        connection.sendall(octet.encode())
        time.sleep(0.02)


class KeyUpdates:
    """KeyUpdate messages of TLS 1.3 without end, each with the wish for one in return."""

    def __init__(self, certificate, key):
        self.lib = ctypes.CDLL(ctypes.util.find_library("ssl"))
        for name in ("TLS_server_method", "SSL_CTX_new", "SSL_new"):
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.lib.SSL_CTX_new(ctypes.c_void_p(self.lib.TLS_server_method())))
        if (self.lib.SSL_CTX_use_certificate_file(self.context, certificate.encode(), 1) != 1 or
                self.lib.SSL_CTX_use_PrivateKey_file(self.context, key.encode(), 1) != 1):
            raise OSError("no certificate")

    def deal(self, connection):
        connection.setblocking(True)
        stream = ctypes.c_void_p(self.lib.SSL_new(self.context))
        self.lib.SSL_set_fd(stream, connection.fileno())
        if self.lib.SSL_accept(stream) == 1:
            while self.lib.SSL_key_update(stream, 1) == 1 and self.lib.SSL_do_handshake(stream) == 1:
                pass
        self.lib.SSL_free(stream)


def deal(name, connection, context, updates):
    with connection, contextlib.suppress(OSError):
        if name == "tls-update":
            updates.deal(connection)
            return
        secure, habit = name.startswith("tls-"), name.removeprefix("tls-")
        stream = context.wrap_socket(connection, server_side=True) if secure else connection
        with stream:
            drip(stream) if habit == "drip" else flood(habit, stream)


def serve(name, listener, *more):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=deal, args=(name, connection, *more), daemon=True).start()


def main(port, certificate, key):
    context, updates = context_of(certificate, key), KeyUpdates(certificate, key)
    for index, name in enumerate(FLOODS):
        listener = socket.create_server(("127.0.0.1", int(port) + index))
        threading.Thread(target=serve, args=(name, listener, context, updates), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
