"""What a check costs, side by side with HAProxy doing the same number of them a second; then ten thousand at once.

One host has nginx and both contenders; each opens a new connection for every check. CPU time is the kernel's own
count for the process, over the same seconds. With ten thousand HTTP checks nginx notes when each request came: how
late it was after its predecessor and one interval.
"""

import argparse
import collections
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

from lab.lab import Lab  # noqa: E402
from lab.nginx import Nginx  # noqa: E402
from lab.process import resident_kilobytes  # noqa: E402
from lab.system import program, require_root, wait_for  # noqa: E402
from lab.vipgate import Vipgate  # noqa: E402
from measure.table import Table, goal  # noqa: E402

ADDRESS, PORT = "198.51.100.70", 8080
WARM_UP = 3

NGINX = """http {{
    log_format when '$msec $uri';
    access_log {log};
    keepalive_timeout 5s;
    server {{ listen {address}:{port} backlog=16384; location / {{ return 200 "ok\\n"; }} }}
}}"""
HAPROXY = """
global
    maxconn 100
    nbthread 1
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
listen checks
    bind 127.0.0.1:8081
    {option}
{servers}
"""
PROBES = {
    "HTTP": ("http {{ url \"http://{target}/{number}\"; }}", "option httpchk GET /"),
    "TCP": ("tcp {{ target {target}; }}", ""),
}


def cpu_seconds(pid):
    """Time on a CPU; finer than the ticks of /proc/PID/stat."""
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1e9


class Bench:
    def __init__(self, lab, log="off"):
        self.lab = lab
        self.host = lab.host("host", f"{ADDRESS}/32")
        Nginx(lab, self.host, NGINX.format(address=ADDRESS, port=PORT, log=log))

    def ours(self, kind, count):
        probe = PROBES[kind][0]
        checks = "".join(f"check c{number} {{ {probe.format(target=f'{ADDRESS}:{PORT}', number=number)} }}\n"
                         for number in range(count))
        gate = Vipgate(self.lab, self.host, f"log {{ level warning; }}\n{checks}", f"{kind}-{count}")
        gate.start_healthd()
        wait_for(lambda: gate.cli("show", "check", f"c{count - 1}").stdout.find(" up ") >= 0, "the last check to be up",
                 deadline=60)
        return gate.healthd

    def theirs(self, kind, count):
        servers = "".join(f"    server s{number} {ADDRESS}:{PORT} check inter 1s\n" for number in range(count))
        text = HAPROXY.format(option=PROBES[kind][1], servers=servers)
        return self.lab.start(self.host, f"haproxy-{kind}", program("haproxy"), "-db", "-f",
                              self.lab.write(f"haproxy-{kind}.cfg", text))

    def microseconds(self, contenders, count, seconds):
        """CPU time of each contender for one check, over the same SECONDS; they run beside each other."""
        time.sleep(WARM_UP)
        before = [cpu_seconds(one.pid) for one in contenders]
        began = time.monotonic()
        time.sleep(seconds)
        checks = count * (time.monotonic() - began)
        return [1e6 * (cpu_seconds(one.pid) - then) / checks for one, then in zip(contenders, before)]


def compare(table, kind, count, rounds, seconds):
    """Rounds of both; the lists of microseconds a check."""
    with Lab() as lab:
        bench = Bench(lab)
        contenders = [bench.ours(kind, count), bench.theirs(kind, count)]
        results = [bench.microseconds(contenders, count, seconds) for _ in range(rounds)]
    ours, theirs = [one for one, _ in results], [other for _, other in results]
    table.row(f"CPU for one {kind} check", ours, theirs, "us")
    return statistics.median(ours) / statistics.median(theirs)


def lateness(log, seconds):
    """For each request of the last SECONDS in nginx's LOG, how many milliseconds it came later than one second after
    its predecessor of the same check; and how many checks there are."""
    last, late = {}, []
    with open(log) as file:
        rows = [line.split() for line in file]
    begin = float(rows[-1][0]) - seconds
    for when, uri in ((float(when), uri) for when, uri in rows):
        if uri in last and when > begin:
            late.append(1000 * (when - last[uri] - 1))
        last[uri] = when
    counts = collections.Counter(last)
    return late, len(counts)


def many(count, seconds):
    with Lab() as lab:
        log = lab.path("requests")
        bench = Bench(lab, log=f"{log} when buffer=64k")
        idle = resident_kilobytes(bench.ours("HTTP", 1).pid)
        healthd = bench.ours("HTTP", count)
        for pid in bench.host.pids():  # so that what else runs on this machine makes nothing late
            os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(10))
        [cost] = bench.microseconds([healthd], count, seconds)
        memory = (resident_kilobytes(healthd.pid) - idle) / count
        healthd.stop()
        time.sleep(0.5)
        late, seen = lateness(log, seconds)
    print(f"\n{seen} HTTP checks at 1 s: {cost:.1f} us of CPU each, {cost * count / 1e4:.0f} % of one core; "
          f"{memory:.1f} kB of memory each\n")
    return max(late)


def main():
    parser = argparse.ArgumentParser(prog="tools/bench probes", description=__doc__.splitlines()[0])
    parser.add_argument("--checks", type=int, default=1000)
    parser.add_argument("--many", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    require_root()
    table = Table(f"min / median / max of {options.rounds} rounds of {options.seconds:g} s; {options.checks} checks a "
                  "second, a new connection each, against nginx", "vipgate", "HAProxy")
    ratios = {kind: compare(table, kind, options.checks, options.rounds, options.seconds) for kind in PROBES}
    worst = many(options.many, options.seconds)
    goal("CPU of a TCP check, against HAProxy's", ratios["TCP"], 1, "x")
    goal("CPU of an HTTP check, against HAProxy's", ratios["HTTP"], 1.5, "x")
    goal(f"{options.many} checks: the latest run", worst, 50, "ms")


if __name__ == "__main__":
    main()
