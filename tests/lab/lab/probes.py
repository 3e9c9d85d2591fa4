"""A host where probes of one kind are run, each by name with `vipgate check run`, against servers good and bad."""

import os

from .bad_server import HABITS, BadDatagrams, BadServer
from .case import LabCase
from .system import REPOSITORY, LabError, program, wait_for

SERVERS = os.path.join(REPOSITORY, "tests", "lab", "servers")
# Where tools/test puts what they need of the npm registry.
MODULES = os.path.join(REPOSITORY, "build", "node", "node_modules")
# Checks run when they are told to.
TIMING = "interval 1h; timeout 400ms; rise 1; fall 1;"
# For what must not end with the timeout, however busy the machine is.
PATIENT = "interval 1h; timeout 10s; rise 1; fall 1;"
FIRST_BAD_PORT = 9100


def node_server(lab, host, name, port):
    """Starts tests/lab/servers/NAME.js on PORT and waits until it says that it is ready."""
    if not os.path.isdir(MODULES):
        raise LabError(f"{MODULES} is not there: tools/install-node")
    server = lab.start(host, name, program("node"), os.path.join(SERVERS, f"{name}.js"), port,
                       environment={"NODE_PATH": MODULES})
    wait_for(lambda: "ready" in server.output(), lambda: f"{name}.js to be ready: {server.output()}")
    return server


class ProbeCase(LabCase):
    def run_checks(self, checks, preamble=""):
        """Starts the health daemon with CHECKS {name: probe's block}, runs each once: {name: its last result}."""
        blocks = "".join(f"check {name} {{ {block} {TIMING if 'timeout ' not in block else ''} }}\n"
                         for name, block in checks.items())
        gate = self.vipgate(preamble, blocks)
        gate.start_healthd()
        wait_for(lambda: gate.cli("show", "checks").returncode == 0, "the health daemon to answer")
        return {name: self.run_one(gate, name) for name in checks}

    @staticmethod
    def run_one(gate, name):
        return gate.state("check", "run", name)["check"][0]["last"]

    def bad_servers(self, half, first_port=FIRST_BAD_PORT):
        """One bad server of each habit: {habit: port}. HALF is the beginning of a good answer."""
        ports = {habit: first_port + index for index, habit in enumerate(HABITS)}
        for habit, port in ports.items():
            BadServer(self.lab, self.host, port, habit, half)
        return ports

    def bad_datagrams(self, first_port=FIRST_BAD_PORT):
        ports = {habit: first_port + index for index, habit in enumerate(("silent", "garbage"))}
        for habit, port in ports.items():
            BadDatagrams(self.lab, self.host, port, habit)
        return ports

    def assert_ok(self, last):
        self.assertEqual("ok", last["outcome"], last)

    def assert_fail(self, last, *reasons):
        """A FAIL with one of REASONS, explained well enough to act on."""
        self.assertEqual("fail", last["outcome"], last)
        self.assertIn(last["reason"], reasons, last)
        self.assertTrue(last["detail"], last)
