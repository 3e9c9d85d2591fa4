"""A program of the lab: its own process group, its output in a file, ended by its pid and never left behind."""

import contextlib
import os
import signal
import subprocess
import time

from .system import program


class Process:
    """Runs COMMAND inside NAMESPACE. It dies with the lab's own process unless KEEP."""

    def __init__(self, namespace, name, command, log, keep=False, environment=None):
        self.name = name
        self.log = log
        guard = [] if keep else [program("setpriv"), "--pdeathsig", "KILL", "--"]
        with open(log, "ab") as output:
            self.child = subprocess.Popen(guard + namespace.command(*command), stdin=subprocess.DEVNULL, stdout=output,
                                          stderr=subprocess.STDOUT, start_new_session=True,
                                          env={**os.environ, **(environment or {})})

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def signal(self, number):
        """To the program alone."""
        self.child.send_signal(number)

    def kill(self, *others):
        """SIGKILL to the whole group, and to OTHERS by their pids: a crash, as far as everyone else can see."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        for pid in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return self.child.wait()

    def wait(self, deadline=15.0):
        """The exit status; what still runs after DEADLINE seconds is killed and is an error."""
        try:
            return self.child.wait(deadline)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end in {deadline:g} s") from None

    def stop(self, deadline=15.0):
        """SIGTERM, and the exit status. A stopped process is woken to hear it."""
        if self.running():
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGCONT)
        return self.wait(deadline)

    def output(self):
        with open(self.log, errors="replace") as file:
            return file.read()


def resident_kilobytes(pid):
    """Resident memory of a process now, shared pages included, as ps shows it."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def end_all(processes):
    """SIGTERM to all at once, then SIGKILL to the groups of those that do not listen."""
    for process in processes:
        if process.running():
            process.signal(signal.SIGTERM)
    end = time.monotonic() + 3
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.child.wait(max(0.0, end - time.monotonic()))
        process.kill()
