"""Clients of the control socket that do what they should not: the daemon, and every other client, does not notice.
No namespaces; root, to become somebody else."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from lab.system import require_root, wait_for
from lab.vipgate import SANITIZERS, binary

CONFIG = "control {{ directory {}/run; }}\ncheck passwd {{ file {{ path /etc/passwd; }} rise 1; }}\n"
CLIENTS_MAX = 64
CHECKS = 2000  # more than the daemon states in one piece


class ControlClients(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="vipgate-test-")
        self.addCleanup(temporary.cleanup)
        self.directory = temporary.name
        with open(self.path("vipgate.conf"), "w") as file:
            file.write(CONFIG.format(self.directory))
            file.writelines(f"check c{number} {{ file {{ path /etc/passwd; }} interval 1h; }}\n"
                            for number in range(CHECKS))
        self.log = open(self.path("log"), "w")
        self.addCleanup(self.log.close)
        self.daemon = subprocess.Popen([binary("vipgate-healthd"), "-c", self.path("vipgate.conf")], stderr=self.log,
                                       env={**os.environ, **SANITIZERS})
        self.addCleanup(self.stop)
        wait_for(lambda: self.cli("show", "checks").returncode == 0, "the daemon to answer")

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        with open(self.path("log")) as log:
            self.assertEqual(0, self.daemon.wait(10), log.read())

    def path(self, name):
        return os.path.join(self.directory, name)

    def cli(self, *words, program=None, **options):
        return subprocess.run([program or binary("vipgate"), "-S", self.path("run"), *words], capture_output=True, text=True,
                              timeout=30, **options)

    def cli_of_nobody(self, *words):
        """The program lies where it was built, perhaps in somebody's home: a copy that everybody can reach is run."""
        program = shutil.copy(binary("vipgate"), self.directory)
        return self.cli(*words, program=program, user=65534, group=65534, extra_groups=[])

    def connect(self, data=b""):
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.connect(self.path("run/healthd.sock"))
        client.sendall(data)
        return client

    def test_clients_that_stop_half_way_are_cut_off(self):
        idle = [self.connect(b"\0\0\0\x15{\"vipg") for _ in range(CLIENTS_MAX)]
        for _ in range(3):  # root finds a place at once
            self.assertEqual(0, self.cli("show", "checks").returncode)
        for client in idle:
            client.settimeout(10)
            self.assertEqual(b"", client.recv(1))

    def test_root_finds_a_place_beside_those_that_hang(self):
        request = b'{"vipgate:get":{"what":["event"],"follow":true}}'
        for _ in range(CLIENTS_MAX):
            self.connect(len(request).to_bytes(4, "big") + request)
        self.assertEqual(0, self.cli("show", "checks").returncode)

    def test_a_list_in_pieces_is_whole_and_in_order(self):
        shown = json.loads(self.cli("--json", "show", "checks").stdout)["vipgate:state"]["check"]
        self.assertEqual(["passwd"] + [f"c{number}" for number in range(CHECKS)], [check["name"] for check in shown])

    def test_nonsense(self):
        for data in (b"\xff" * 4, b"GET / HTTP/1.0\r\n\r\n", b"\0\0\0\2{}", b"\0\0\0\2{}" * 1000, b"\0\0\0\0",
                     b"\0\1\0\0" + b"[" * 65536, b"\0\0\0\x1b{\"vipgate:get-config\":{}}\r" + b"x" * 100000):
            client = self.connect()
            try:
                client.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            client.close()
        self.assertEqual(0, self.cli("show", "checks").returncode)

    def test_others_may_not_ask(self):
        os.chmod(self.directory, 0o755)
        done = self.cli_of_nobody("show", "checks")
        self.assertEqual(3, done.returncode)
        self.assertIn("only root and members of the group vipgate", done.stderr)
        os.chmod(self.path("run/healthd.sock"), 0o666)  # the kernel's word for who asks does not hang on the mode
        done = self.cli_of_nobody("show", "checks")
        self.assertEqual(1, done.returncode)
        self.assertIn("permission denied", done.stderr)


if __name__ == "__main__":
    require_root()
    unittest.main()
