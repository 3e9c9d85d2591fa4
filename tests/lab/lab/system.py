"""What the lab asks of the machine: root, commands that succeed, and patience with a deadline."""

import os
import shutil
import subprocess
import sys
import time

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
LIBRARY = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))


class LabError(Exception):
    """Something the lab itself needs is not there or did not work."""


def require_root():
    """Namespaces need root: runs this very program again under sudo, or says what to do and ends."""
    if os.geteuid() == 0:
        return
    if not shutil.which("sudo"):
        sys.exit(f"{sys.argv[0]}: network namespaces need root, and there is no sudo: run it as root")
    kept = [f"{name}={os.environ[name]}" for name in ("VIPGATE_BIN", "ASAN_OPTIONS") if name in os.environ]
    command = ["sudo", *kept, sys.executable, "-B", *sys.argv]
    sys.stdout.flush()
    os.execvp("sudo", command)


def run(*command, **options):
    """Runs COMMAND to its end and returns its standard output; LabError, with what it said, unless it succeeds."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode:
        raise LabError(f"{' '.join(map(str, command))}: exit status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def program(name):
    """The path of an installed program, also where sbin is not on the PATH."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")
    if not path:
        raise LabError(f"{name} is not installed: tools/install demo test bench")
    return path


def wait_for(condition, what, deadline=15.0, pause=0.01):
    """Waits until CONDITION() is true and returns its value; AssertionError, naming WHAT, after DEADLINE seconds. WHAT
    is text, or a function that gives it, for what is only known then. A condition that fails is not true yet.

    The deadline says when to give up, not how fast the thing should be: speed is for tests/bench."""
    end = time.monotonic() + deadline
    while True:
        failure = None
        try:
            value = condition()
        except AssertionError as error:
            value, failure = None, error
        if value:
            return value
        if time.monotonic() > end:
            said = what() if callable(what) and not failure else what
            raise AssertionError(f"waited {deadline:g} s in vain for {failure or said}")
        time.sleep(pause)
