"""A daemon that answers on its control socket as the test says: what the command line does with it is the test."""

import json
import os
import socket
import struct
import threading

LAST, MORE, REFUSAL, INVALID = 1, 2, 3, 4


def frame(kind, body):
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return struct.pack("!IB", len(data) + 1, kind) + data


def state(**lists):
    """A last answer with the state document of LISTS; underscores in their names stand for '-'."""
    return frame(LAST, {"vipgate:state": {name.replace("_", "-"): value for name, value in lists.items()}})


class FakeDaemon:
    """Listens on DIRECTORY/NAME.sock. ANSWER(rpc name, input) gives the bytes to send, or an iterable of them. With
    HOLD the connection stays open afterwards."""

    def __init__(self, directory, name, answer, hold=False):
        self.requests = []
        self._answer, self._hold, self._held = answer, hold, []
        self._path = os.path.join(directory, f"{name}.sock")
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(self._path)
        self._socket.listen(16)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._client, args=(client,), daemon=True).start()

    def _client(self, client):
        stream = client.makefile("rb")
        head = stream.read(4)
        if len(head) < 4:
            return
        (name, arguments), = json.loads(stream.read(struct.unpack("!I", head)[0])).items()
        self.requests.append((name, arguments))
        answer = self._answer(name, arguments)
        try:
            for piece in [answer] if isinstance(answer, bytes) else answer:
                client.sendall(piece)
        except OSError:
            pass
        if self._hold:
            self._held.append(client)
        else:
            client.close()

    def close(self):
        self._socket.close()
        os.unlink(self._path)
        for client in self._held:
            client.close()
