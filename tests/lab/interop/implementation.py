"""What the tests ask of another implementation of BGP: to be started, stopped and killed, and to say what it has."""

import contextlib
import dataclasses
import os
import signal
import subprocess
from typing import Callable

from lab.system import wait_for

ROUTER_ID = "198.51.100.4"


@dataclasses.dataclass
class Lack:
    """A feature that the implementation does not have. CONFIRMED(bench) tries it out: true where it is really not there."""

    why: str
    confirmed: Callable
    bench: str = None  # where to try it, if not on the bench of the feature


def never_offers(capability):
    """Confirms a Lack: the capability is in none of its OPENs."""
    return lambda bench: not any(capability in one.get("remote-capability", [])
                                 for one in bench.gate.state("show", "neighbors")["neighbor"])


def refuses(*words):
    """Confirms a Lack: a configuration with WORDS in a neighbor is refused by the daemon's own checker, one without is not."""
    return lambda bench: bench.peer.accepts() and not bench.peer.accepts(*words)


class Implementation:
    """One running daemon with a session for each of LINKS. A subclass knows its configuration and its command line."""

    title = package = None
    # Links that it has no configuration for; a Lack says so for the feature that they are for.
    without_links = ()
    # Links that it cannot bring up; again with a Lack.
    never_up = ()
    six_from = "outward"  # the session on which its IPv6 routes come with a next hop that leads somewhere
    # {feature: Lack}
    lacks = {}
    # The text of RFC 9003 that it sends where it takes none from its operator.
    fixed_text = None

    def __init__(self, lab, host, links):
        self.lab, self.host, self.links = lab, host, links
        self.process = None

    @classmethod
    def version(cls):
        """That of the Debian package, without the epoch and the packaging's own number."""
        text = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", cls.package], capture_output=True, text=True).stdout
        return text.split(":")[-1].split("-")[0].split("+")[0] or "not installed"

    # -- each has its own

    def launch(self):
        """Starts the daemon and returns its Process."""
        raise NotImplementedError

    def answers(self):
        """Whether its command line has someone to talk to."""
        raise NotImplementedError

    def established(self, link):
        raise NotImplementedError

    def route(self, link, prefix):
        """The Route to PREFIX that it accepted on this session; None where it has none."""
        raise NotImplementedError

    def ask_refresh(self, link):
        """Has it send a ROUTE-REFRESH."""
        raise NotImplementedError

    def shut(self, link, text):
        """Administratively down, with TEXT for vipgate."""
        raise NotImplementedError

    def unshut(self, link):
        raise NotImplementedError

    def last_words(self, link):
        """What it says of how the session ended, text of RFC 9003 included."""
        raise NotImplementedError

    def hurry(self, link):
        """Has it connect now rather than when its timers say: what its operator would do."""

    # -- common to all

    def start(self):
        self.process = self.launch()
        wait_for(self._ready, f"{self.title} to answer its command line")
        return self

    def _ready(self):
        assert self.process.running(), f"{self.title} ended: {self.process.output()[-1000:]}"
        return self.answers()

    def kill(self):
        """A crash of all its processes."""
        self.process.kill()

    def pause(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGCONT)

    def run(self, *words):
        """What WORDS print, run on its host, whatever their exit status."""
        done = subprocess.run(self.host.command(*words), capture_output=True, text=True, timeout=30)
        return done.stdout + done.stderr

    def log(self):
        return self.process.output()
