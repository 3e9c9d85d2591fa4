"""A file that takes as long to read as a test wants: a named pipe."""

import contextlib
import os
import time

from .system import wait_for


class SlowFile:
    """NAME in the lab's directory. One reader at a time: what a pipe has is read once."""

    def __init__(self, lab, name="slow.conf"):
        self.path, self._pipe = lab.path(name), None
        os.mkfifo(self.path)
        lab.on_close(self._close)
        self.hold()

    def hold(self):
        """Who reads it from now on waits until it is let go."""
        self._pipe = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)

    def wait_reader(self, process):
        """Until PROCESS reads."""
        wait_for(lambda: self._is_open_in(process.pid), lambda: f"{process.name} to read {self.path}")

    def let_go(self, text="# at last\n", after=0.0):
        """TEXT is what there was to read; it comes AFTER seconds from now."""
        time.sleep(after)
        os.write(self._pipe, text.encode())
        self._close()

    def _is_open_in(self, pid):
        with contextlib.suppress(FileNotFoundError):
            for number in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(FileNotFoundError):
                    if os.readlink(f"/proc/{pid}/fd/{number}") == self.path:
                        return True
        return False

    def _close(self):
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            os.close(pipe)
