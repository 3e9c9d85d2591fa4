"""One host of the lab: a network namespace, made and removed by the lab that owns it."""

import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import tempfile

from .system import LabError, program, run

CLONE_NEWNET = 0x40000000
# What the demo leaves up on request; it stays until it is asked away.
KEPT = "vglab-kept-"
_libc = ctypes.CDLL(None, use_errno=True)


def own_prefix():
    """Names begin with the pid of the run that made them: a later run can tell what a killed one left behind."""
    return f"vglab{os.getpid()}-"


class Namespace:
    """A network namespace with its loopback up and nothing else in it."""

    def __init__(self, name):
        self.name = name
        self._ip = program("ip")
        run(self._ip, "netns", "add", self.name)
        self.ip("link", "set", "lo", "up")
        # Answers must come back whatever way they went, and an address is usable the moment it is added.
        self.sysctl("ipv4/conf/all/rp_filter", 0)
        self.sysctl("ipv4/conf/default/rp_filter", 0)
        self.sysctl("ipv6/conf/default/accept_dad", 0)

    def command(self, *words):
        """The command line that runs WORDS in here."""
        return [self._ip, "netns", "exec", self.name, *[str(word) for word in words]]

    def run(self, *words, **options):
        return run(*self.command(*words), **options)

    def ip(self, *words):
        return run(self._ip, "-n", self.name, *words)

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in here for the length of the block; a socket made meanwhile stays in here for good."""
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{self.name}") as inside:
            _setns(inside.fileno())
            try:
                yield self
            finally:
                _setns(home.fileno())

    def sysctl(self, key, value):
        with self.entered(), contextlib.suppress(FileNotFoundError):
            with open(f"/proc/sys/net/{key}", "w") as file:
                file.write(str(value))

    def address(self, address, interface="lo"):
        """Adds ADDRESS/LENGTH to INTERFACE."""
        self.ip("address", "add", address, "dev", interface, *(["nodad"] if ":" in address else []))

    def addresses(self, interface="lo"):
        """Every ADDRESS/LENGTH on INTERFACE, with its label (None where it has none)."""
        links = json.loads(self.ip("-json", "address", "show", "dev", interface) or "[]")
        return {f"{one['local']}/{one['prefixlen']}": one.get("label")
                for link in links for one in link.get("addr_info", [])}

    def route(self, *words):
        self.ip("route", "add", *words)

    def pids(self):
        """The processes in here, those aside that only entered with a thread."""
        return [int(pid) for pid in run(self._ip, "netns", "pids", self.name).split()]

    def remove(self):
        remove(self.name)


def connect(left, left_interface, right, right_interface):
    """A cable between two hosts; both ends are up."""
    left.ip("link", "add", left_interface, "type", "veth", "peer", "name", right_interface, "netns", right.name)
    left.ip("link", "set", left_interface, "up")
    right.ip("link", "set", right_interface, "up")


def remove(name):
    """Removes a namespace and, before it, the processes that still are in it."""
    ip = program("ip")
    with contextlib.suppress(LabError):
        for pid in run(ip, "netns", "pids", name).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        run(ip, "netns", "delete", name)


def names(prefix):
    """Every namespace of the machine whose name begins with PREFIX."""
    with contextlib.suppress(FileNotFoundError):
        return sorted(name for name in os.listdir("/run/netns") if name.startswith(prefix))
    return []


def directories(prefix):
    """Every directory of labs whose name begins with PREFIX."""
    folder = tempfile.gettempdir()
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.startswith(prefix))


def remove_all(prefix):
    """Removes every namespace, with its processes, and every directory whose name begins with PREFIX."""
    for name in names(prefix):
        remove(name)
    for path in directories(prefix):
        shutil.rmtree(path, ignore_errors=True)


def sweep():
    """Removes what runs that are no longer alive have left behind."""
    found = names("vglab") + [os.path.basename(path) for path in directories("vglab")]
    owners = {match.group(1) for match in map(re.compile(r"vglab(\d+)-").match, found) if match}
    for pid in owners:
        if not _alive(pid):
            remove_all(f"vglab{pid}-")


def _alive(pid):
    return os.path.exists(f"/proc/{pid}")


def _setns(descriptor):
    if _libc.setns(descriptor, CLONE_NEWNET):
        raise LabError(f"setns: {os.strerror(ctypes.get_errno())}")
