"""A server that does what no good one does, for probes of every kind over TCP or UDP."""

import contextlib
import socket
import threading

# What it does with a connection that it has accepted, by name.
HABITS = ("silent", "closes", "resets", "garbage", "half", "endless")
GARBAGE = b"\x00\xff\x7f<>{}\r\n\r\n\x01\x02" * 40


class BadServer:
    """Listens at 127.0.0.1:PORT of HOST. HALF is the beginning of a good answer, which it says before it closes."""

    def __init__(self, lab, host, port, habit, half=b""):
        self.habit, self.half = habit, half
        self._ended = threading.Event()
        with host.entered():
            self.listener = socket.create_server(("127.0.0.1", port))
        lab.on_close(self.close)
        threading.Thread(target=self._work, daemon=True).start()

    def close(self):
        self._ended.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _work(self):
        while not self._ended.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self.listener.accept()
                threading.Thread(target=self._deal, args=(connection,), daemon=True).start()

    def _deal(self, connection):
        with connection, contextlib.suppress(OSError):
            if self.habit == "closes":
                return
            if self.habit == "resets":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                return
            connection.recv(65536)
            if self.habit == "garbage":
                connection.sendall(GARBAGE)
            elif self.habit == "half":
                connection.sendall(self.half)
                return
            elif self.habit == "endless":
                while not self._ended.is_set():
                    connection.sendall(self.half + b"x" * 65536)
            self._wait(connection)

    def _wait(self, connection):
        """Until the other side has gone."""
        connection.settimeout(0.2)
        while not self._ended.is_set():
            with contextlib.suppress(socket.timeout):
                if not connection.recv(65536):
                    return


class BadDatagrams:
    """A UDP server at 127.0.0.1:PORT of HOST: silent, or answering garbage."""

    def __init__(self, lab, host, port, habit):
        self.habit = habit
        with host.entered():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind(("127.0.0.1", port))
        lab.on_close(self.close)
        threading.Thread(target=self._work, daemon=True).start()

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _work(self):
        with contextlib.suppress(OSError):
            while True:
                _, sender = self.socket.recvfrom(65536)
                if self.habit == "garbage" and sender:
                    self.socket.sendto(GARBAGE, sender)
