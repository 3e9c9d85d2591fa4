"""vipgate in a host of the lab: its configuration file, its two daemons, and its command line."""

import json
import os
import signal
import subprocess

from .system import REPOSITORY, LabError, program, wait_for

# Leaks and undefined behavior end a daemon with this status instead of 0.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:exitcode=99", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}


def without(*capabilities):
    """A wrapper that takes CAPABILITIES away from a daemon that runs as root."""
    return (program("setpriv"), "--bounding-set", ",".join(f"-{one}" for one in capabilities))


def binary(name):
    """The path of one of the built programs: those that ctest names, else the release build."""
    path = os.path.join(os.environ.get("VIPGATE_BIN") or os.path.join(REPOSITORY, "build", "bin"), name)
    if not os.access(path, os.X_OK):
        raise LabError(f"{path} is not built: cmake --preset release && cmake --build --preset release")
    return path


class Vipgate:
    """One configuration and the daemons that run it. CONFIG is text; where the sockets lie is added to it."""

    def __init__(self, lab, host, config, name="vipgate"):
        self.lab, self.host, self.name = lab, host, name
        self.directory = lab.path(f"{name}.run")
        self.file = lab.path(f"{name}.conf")
        self.healthd = self.bgpd = self.supervisor = None
        self.identity = ()  # a command that the command line is run under
        self.configure(config)

    def configure(self, config):
        """Writes the configuration file; a running daemon sees it at its next reload."""
        with open(self.file, "w") as file:
            file.write(f"control {{ directory {self.directory}; }}\n{config}")

    # -- the daemons

    def start(self):
        self.start_healthd()
        self.start_bgpd()
        return self

    def start_healthd(self, *wrapper):
        """WRAPPER is a command that the daemon is run under."""
        self.healthd = self._start("vipgate-healthd", wrapper=wrapper)

    def start_bgpd(self, *wrapper):
        self.bgpd = self._start("vipgate-bgpd", wrapper=wrapper)

    def run(self, *wrapper):
        """Both daemons under one supervisor."""
        self.supervisor = self._start("vipgate", "run", wrapper=wrapper)
        return self

    def _start(self, daemon, *words, wrapper=()):
        return self.lab.start(self.host, f"{self.name}-{daemon}", *wrapper, binary(daemon), *words, "-c", self.file,
                              environment=SANITIZERS)

    def wait_ready(self):
        """Until both daemons answer."""
        wait_for(lambda: self.done("show", "vips") is not None and self.done("show", "checks") is not None, "answers")
        return self

    def processes(self):
        return [one for one in (self.supervisor, self.bgpd, self.healthd) if one]

    def stop(self):
        """SIGTERM to what runs; the exit statuses by name. A daemon that has only just begun to start is let start: so
        early, a signal ends it as it does any program."""
        running = [one for one in self.processes() if one.running()]
        for process in running:
            wait_for(lambda: not process.running() or process.output(), f"{process.name} to start")
        for process in running:
            process.signal(signal.SIGTERM)
        return {process.name: process.wait() for process in running}

    def pid_of(self, daemon):
        """The pid that a daemon states in its state."""
        return next(one["pid"] for one in self.status()["daemon"] if one["name"].endswith(daemon))

    def kill_daemon(self, daemon):
        """A crash of one of the daemons that the supervisor started."""
        os.kill(self.pid_of(daemon), signal.SIGKILL)

    # -- the command line

    def cli(self, *words, timeout=30):
        """Runs `vipgate WORDS` in the host, for TIMEOUT seconds at most."""
        return subprocess.run(self.host.command(*self.identity, binary("vipgate"), "-S", self.directory, *words), capture_output=True,
                              text=True, timeout=timeout, env={**os.environ, **SANITIZERS})

    def done(self, *words):
        """What `vipgate WORDS` prints; AssertionError unless its exit status is 0."""
        result = self.cli(*words)
        assert result.returncode == 0, f"vipgate {' '.join(words)}: {result.returncode}: {result.stderr.strip()}"
        return result.stdout

    def state(self, *words):
        """The state that `vipgate --json WORDS` prints."""
        return self._state(self.done("--json", *words))

    def status(self):
        """What `vipgate status` knows, also where one daemon is not there."""
        return self._state(self.cli("--json", "status").stdout)

    @staticmethod
    def _state(text):
        document = json.loads(text)
        assert list(document) == ["vipgate:state"], f"top-level members: {list(document)}"
        return document["vipgate:state"]

    def vip(self, prefix):
        return self._one(("show", "vip", prefix), "vip")

    def check(self, name):
        return self._one(("show", "check", name), "check")

    def neighbor(self, address):
        return self._one(("show", "neighbor", address), "neighbor")

    def advertised(self, address):
        return self.state("show", "advertised-routes", "neighbor", address).get("advertised-route", [])

    def events(self, **wanted):
        """The events, oldest first, that have the WANTED values."""
        return [event for event in self.state("show", "events").get("event", [])
                if all(event.get(key) == value for key, value in wanted.items())]

    def _one(self, words, what):
        found = self.state(*words).get(what, [])
        assert len(found) == 1, f"vipgate {' '.join(words)} shows {len(found)} of {what}"
        return found[0]

    def wait_vip(self, prefix, state):
        return wait_for(lambda: (vip := self.vip(prefix)).get("state") == state and vip,
                        lambda: f"{prefix} to be {state}; it is {self.vip(prefix)}")

    def wait_check(self, name, verdict):
        return wait_for(lambda: (check := self.check(name)).get("verdict") == verdict and check,
                        lambda: f"check {name} to be {verdict}; it is {self.check(name)}")

    def wait_session(self, address, state="established"):
        return wait_for(lambda: (neighbor := self.neighbor(address)).get("session-state") == state and neighbor,
                        lambda: f"neighbor {address} to be {state}; it is {self.neighbor(address)}")
