"""A lab: owns a directory, hosts and programs, and removes them all, however it ends."""

import atexit
import os
import signal
import tempfile

from . import namespace, process
from .namespace import KEPT, Namespace, own_prefix
from .process import Process
from .system import require_root

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_open_labs = []


class Stopped(KeyboardInterrupt):
    """A signal asked the lab's process to end. Raised where the main thread is, so that what it was doing is left in
    order; the lab is closed on the way out."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.status = 128 + number


class Lab:
    def __init__(self, keep=False):
        require_root()
        namespace.sweep()
        _arm()
        self.keep = keep
        self.prefix = KEPT if keep else own_prefix()
        self.hosts = {}
        self.processes = []
        self.logs = {}
        self._closers = []
        self.directory = tempfile.mkdtemp(prefix=self.prefix)
        # Programs that give up root must reach their sockets and files in here.
        os.chmod(self.directory, 0o755)
        _open_labs.append(self)

    def host(self, name, *loopback):
        """A host NAME; LOOPBACK are ADDRESS/LENGTHs for its loopback."""
        host = Namespace(self.prefix + name)
        self.hosts[name] = host
        for address in loopback:
            host.address(address)
        return host

    def path(self, name):
        """A path in the lab's directory."""
        return os.path.join(self.directory, name)

    def write(self, name, text):
        """Writes a file into the lab's directory and returns its path."""
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def start(self, host, name, *command, environment=None):
        """Starts COMMAND on HOST; NAME is that of its log."""
        started = Process(host, name, command, self.path(f"{name}.log"), keep=self.keep, environment=environment)
        self.processes.append(started)
        return started

    def on_close(self, closer):
        """Calls CLOSER when the lab closes, before programs are ended: for sockets and threads of its own."""
        self._closers.append(closer)

    def close(self):
        """Ends and removes everything, once; what the programs wrote stays in self.logs. Cut short by a signal, it can
        be called again."""
        if self not in _open_labs:
            return
        self._end_own()
        process.end_all(self.processes)
        if os.path.isdir(self.directory):
            self.logs = {one.name: one.output() for one in self.processes}
        # By their names, so that what was being made when a signal came goes, too.
        namespace.remove_all(self.prefix)
        _open_labs.remove(self)

    def abandon(self):
        """Ends what this process does in the lab, and leaves the lab itself up for a look around."""
        self._end_own()
        _open_labs.remove(self)

    def _end_own(self):
        for closer in reversed(self._closers):
            closer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def close_all():
    for lab in list(_open_labs):
        lab.close()


def _stopped(number, _frame):
    # A second signal must not cut the cleaning short.
    for one in ENDING:
        signal.signal(one, signal.SIG_IGN)
    raise Stopped(number)


def _arm():
    """Once: cleaning at the end of the process and at the signals that end it."""
    if _arm.done:
        return
    _arm.done = True
    atexit.register(close_all)
    for number in ENDING:
        signal.signal(number, _stopped)


_arm.done = False
