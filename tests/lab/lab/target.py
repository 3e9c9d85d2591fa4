"""What checks are pointed at in tests: things that answer, refuse or keep silent when they are told to."""

import contextlib
import os
import select
import socket
import threading


class _Server:
    """Accepts connections in a thread and lets the subclass deal with each; it can be taken away and put back."""

    def __init__(self, lab):
        self.accepted = 0
        self.silent = False
        self._listener = None
        self._connections = []
        lab.on_close(self.refuse)

    def serve(self, listener):
        self._listener = listener
        threading.Thread(target=self._work, args=(listener,), daemon=True).start()

    def refuse(self):
        """Takes the listener and every connection away."""
        listener, self._listener = self._listener, None
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def _work(self, listener):
        while self._listener is listener:
            with contextlib.suppress(OSError, ValueError):
                if select.select([listener], [], [], 0.2)[0]:
                    connection, _ = listener.accept()
                    self.accepted += 1
                    self._connections.append(connection)
                    threading.Thread(target=self._deal, args=(connection,), daemon=True).start()

    def _deal(self, connection):
        with contextlib.suppress(OSError, ValueError):
            self.deal(connection)
            if not self.silent:
                connection.close()

    def deal(self, connection):
        raise NotImplementedError


class TcpTarget(_Server):
    """At ADDRESS:PORT in HOST. It says "ok" to who connects, unless it is silent."""

    def __init__(self, lab, host, address="127.0.0.1", port=8080, up=True):
        super().__init__(lab)
        self._host, self._place = host, (address, port)
        self.name = f"{address}:{port}"
        if up:
            self.answer()

    def answer(self):
        """Serves from now on; whoever is kept waiting is answered, too."""
        self.silent = False
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.sendall(b"ok\n")
        if not self._listener:
            with self._host.entered():
                self.serve(socket.create_server(self._place))

    def deal(self, connection):
        if not self.silent:
            connection.sendall(b"ok\n")


class HaproxySocket(_Server):
    """HAProxy's stats socket at PATH as it might be: TEXT is what `show stat` answers."""

    def __init__(self, lab, path, text):
        super().__init__(lab)
        self.path, self.text = path, text
        self.answer()

    def answer(self):
        self.silent = False
        if not self._listener:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(self.path)
            listener.listen()
            self.serve(listener)

    def deal(self, connection):
        connection.recv(4096)
        if not self.silent:
            connection.sendall(self.text.encode())


STAT_HEADER = ("# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,"
               "weight,act,bck,\n")


def stat(backend, **servers):
    """HAProxy's CSV for BACKEND with SERVERS {name: status}."""
    line = "{0},{1},0,0,0,1,,7,0,0,,0,,0,0,0,0,{2},1,1,0,\n"
    total = "UP" if any(status.startswith("UP") for status in servers.values()) else "DOWN"
    rows = [line.format(backend, name, status) for name, status in servers.items()]
    return STAT_HEADER + "".join(rows) + line.format(backend, "BACKEND", total) + "\n"
