"""More backends that mean harm, for probes that are no streams: `flood_more.py PORT DIRECTORY` answers datagrams at UDP
PORT and the ports behind it, one a habit of DATAGRAMS, and connections at the Unix sockets NAME.sock of DIRECTORY, one
a habit of SOCKETS: for as long as somebody listens, as fast as it is taken."""

import contextlib
import os
import socket
import sys
import threading
import time

# How long a question is answered: longer than any check's timeout.
SECONDS = 1.0
DNS_HEAD = b"\x81\x80\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1"

# What each answers a question with: in vain for who asked, so that it goes on waiting.
DATAGRAMS = {
    "dns": lambda question: bytes(octet ^ 0xff for octet in question[:2]) + DNS_HEAD,
    "coap": lambda question: b"\x60\x45" + bytes(octet ^ 0xff for octet in question[2:4]),
    "udp": lambda question: b"no",
}
SOCKETS = {
    "haproxy-rows": (b"# pxname,svname,status,weight,act,bck,\n", b"b,s,UP,1,1,0,\n"),
    "haproxy-line": (b"# pxname,svname,status,weight,act,bck,\n", b"x" * 1000),
}


def answer(habit, server):
    while True:
        question, sender = server.recvfrom(65536)
        threading.Thread(target=flood, args=(server, sender, DATAGRAMS[habit](question)), daemon=True).start()


def flood(server, sender, reply):
    end = time.monotonic() + SECONDS
    with contextlib.suppress(OSError):
        while time.monotonic() < end:
            for _ in range(64):
                server.sendto(reply, sender)


def serve(habit, listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=deal, args=(habit, connection), daemon=True).start()


def deal(habit, connection):
    begin, again = SOCKETS[habit]
    with connection, contextlib.suppress(OSError):
        connection.recv(4096)
        connection.sendall(begin)
        piece = again * (65536 // len(again))
        while True:
            connection.sendall(piece)


def main(port, directory):
    for index, habit in enumerate(DATAGRAMS):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", int(port) + index))
        threading.Thread(target=answer, args=(habit, server), daemon=True).start()
    for habit in SOCKETS:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(directory, f"{habit}.sock"))
        listener.listen(64)
        threading.Thread(target=serve, args=(habit, listener), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
