"""A client that fetches a page at a fixed pace, each time on a new connection, and notes what became of it."""

import selectors
import socket
import threading
import time

REQUEST = b"GET / HTTP/1.0\r\nHost: vip\r\n\r\n"


class Fetch:
    """One request. STARTED and FINISHED are on the monotonic clock; PAGE is None where it failed, with the reason in
    ERROR."""

    def __init__(self, sock, started):
        self.sock = sock
        self.started = started
        self.finished = None
        self.page = None
        self.error = None
        self._answer = b""
        self._asked = False

    def step(self):
        """Goes on once the socket is ready; true when the request has ended."""
        try:
            if not self._asked:
                self.sock.send(REQUEST)
                self._asked = True
                return False
            piece = self.sock.recv(65536)
        except OSError as error:
            return self.end(error.strerror)
        self._answer += piece
        return False if piece else self.end(None)

    def end(self, error):
        self.finished = time.monotonic()
        self.sock.close()
        head, _, body = self._answer.partition(b"\r\n\r\n")
        status = head.split(b" ")[1:2]
        if error:
            self.error = error
        elif status == [b"200"]:
            self.page = body.decode().strip()
        else:
            self.error = f"HTTP status {status[0].decode()}" if status else "no answer"
        return True

    @property
    def event(self):
        return selectors.EVENT_READ if self._asked else selectors.EVENT_WRITE


class Client:
    """Fetches http://ADDRESS/ from HOST every PERIOD seconds until it is closed."""

    def __init__(self, lab, host, address, period=0.02, timeout=1.0):
        self.host, self.address = host, address
        self.period, self.timeout = period, timeout
        self.fetches = []
        self._selector = selectors.DefaultSelector()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        lab.on_close(self.close)
        self._thread.start()

    def close(self):
        self._closing.set()
        self._thread.join()

    def since(self, moment):
        """The fetches that began at or after MOMENT and have ended."""
        return [fetch for fetch in list(self.fetches) if fetch.started >= moment and fetch.finished]

    def page(self):
        """What the newest ended request got: the page, or in brackets why there was none."""
        ended = [fetch for fetch in list(self.fetches) if fetch.finished]
        return (ended[-1].page or f"({ended[-1].error})") if ended else "(nothing yet)"

    def _work(self):
        with self.host.entered():
            due = time.monotonic()
            while not self._closing.is_set():
                if time.monotonic() >= due:
                    self._begin()
                    due = max(due + self.period, time.monotonic())
                self._turn(max(0.0, due - time.monotonic()))

    def _begin(self):
        sock = socket.socket()
        sock.setblocking(False)
        fetch = Fetch(sock, time.monotonic())
        self.fetches.append(fetch)
        try:
            sock.connect((self.address, 80))
        except BlockingIOError:
            pass
        except OSError as error:
            fetch.end(error.strerror)
            return
        self._selector.register(sock, fetch.event, fetch)

    def _turn(self, pause):
        for key, _ in self._selector.select(pause):
            self._step(key.data)
        for key in list(self._selector.get_map().values()):
            if time.monotonic() - key.data.started > self.timeout:
                self._selector.unregister(key.data.sock)
                key.data.end("timed out")

    def _step(self, fetch):
        sock = fetch.sock
        self._selector.unregister(sock)
        if not fetch.step():
            self._selector.register(sock, fetch.event, fetch)
