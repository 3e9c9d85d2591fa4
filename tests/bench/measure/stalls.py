"""When this machine itself stood still, as virtual machines do: seen by one process a CPU that does nothing but sleep,
ahead of everything else that runs. As a program:

    python3 stalls.py CPU       prints "BEGIN END" of each, seconds of real time
"""

import bisect
import os
import subprocess
import sys
import time

NAP, STALL = 0.002, 0.006
AHEAD_OF_ALL = 50


class Stalls:
    """Watches from now until it is asked."""

    def __init__(self):
        self._watchers = [subprocess.Popen([sys.executable, "-B", os.path.abspath(__file__), str(cpu)],
                                           stdout=subprocess.PIPE, text=True) for cpu in sorted(os.sched_getaffinity(0))]
        self._begins, self._ends = [], []

    def stop(self):
        """Ends the watching; what was seen can be asked for from now on."""
        spans = []
        for watcher in self._watchers:
            watcher.terminate()
            spans += [tuple(map(float, line.split())) for line in watcher.communicate()[0].splitlines()]
        for begin, end in sorted(spans):
            if self._ends and begin <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._begins.append(begin)
                self._ends.append(end)
        return self

    def seconds(self):
        """Of all stalls of any CPU, those at the same time once."""
        return sum(self._ends) - sum(self._begins)

    def within(self, begin, end):
        """Seconds of them between BEGIN and END."""
        total, place = 0.0, bisect.bisect_right(self._ends, begin)
        while place < len(self._begins) and self._begins[place] < end:
            total += min(end, self._ends[place]) - max(begin, self._begins[place])
            place += 1
        return total


def watch(cpu):
    os.sched_setaffinity(0, {cpu})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(AHEAD_OF_ALL))
    last = time.monotonic()
    while True:
        time.sleep(NAP)
        now = time.monotonic()
        if now - last > STALL:
            end = time.time()
            print(f"{end - (now - last):.4f} {end:.4f}", flush=True)
        last = now


if __name__ == "__main__":
    watch(int(sys.argv[1]))
