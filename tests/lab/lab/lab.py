"""A lab: owns a directory, hosts and programs, and removes them all, however it ends."""

import atexit
import os
import shutil
import signal
import sys
import tempfile

from . import namespace, process
from .namespace import KEPT, Namespace, own_prefix
from .process import Process
from .system import require_root

_open_labs = []


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
        """Ends and removes everything, once; what the programs wrote stays in self.logs."""
        if self not in _open_labs:
            return
        self.abandon()
        process.end_all(self.processes)
        for host in self.hosts.values():
            host.remove()
        self.logs = {one.name: one.output() for one in self.processes}
        shutil.rmtree(self.directory, ignore_errors=True)

    def abandon(self):
        """Ends what this process does in the lab, and leaves the lab itself up for a look around."""
        _open_labs.remove(self)
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
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    close_all()
    print(f"\n{sys.argv[0]}: ended by {signal.Signals(number).name}; everything was removed", file=sys.stderr)
    os._exit(128 + number)


def _arm():
    """Once: cleaning at the end of the process and at the signals that end it."""
    if _arm.done:
        return
    _arm.done = True
    atexit.register(close_all)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stopped)


_arm.done = False
