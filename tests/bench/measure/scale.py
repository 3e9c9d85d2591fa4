"""Many checks at once: how late they begin, and how late their verdicts are. nginx notes when each request came."""

import os
import socket
import time

from lab.lab import Lab
from lab.process import resident_kilobytes
from measure.duel import real_time
from measure.probe_host import ADDRESS, PORT, ProbeHost
from measure.stalls import Stalls

FALL = 3  # of intervals of 1 s: the defaults


def lateness(log, seconds, stalls):
    """For each request of the last SECONDS in nginx's LOG, how many milliseconds it came later than one second after
    its predecessor of the same check, without those of the STALLS of this machine in between."""
    last, late = {}, []
    with open(log) as file:
        # What nginx had not yet written when it was killed may end in the middle of a line.
        rows = [line.split() for line in file if line.endswith("\n")]
    begin = float(rows[-1][0]) - seconds
    for when, uri in ((float(when), uri) for when, uri in rows):
        if uri in last and when > begin:
            due = last[uri] + 1
            late.append(1000 * (when - due - stalls.within(due, when)))
        last[uri] = when
    return sorted(late)


def run_ahead(pids):
    """What else runs on this machine makes nginx and healthd not late, and neither do those whom they check."""
    for pid in pids:
        with open(f"/proc/{pid}/comm") as file:
            if file.read().strip() not in ("nginx", "vipgate-healthd"):
                continue
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setscheduler(int(thread), os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(10))


def kill_target(bench, gate, count):
    """Kills nginx; for each check, how many milliseconds later it was down."""
    killed = time.time()
    bench.nginx.process.kill()
    time.sleep(FALL + 1)
    checks = [check for check in gate.state("show", "checks")["check"] if check["name"].startswith("c")]
    assert len(checks) == count and all(check["verdict"] == "down" for check in checks), "not every check is down"
    return sorted(1000 * (real_time(check["since"]) - killed) for check in checks)


class Scale:
    """COUNT HTTP checks at 1 s beside OTHERS: how late they began, how late they said that the target is down."""

    def __init__(self, count, seconds, others=lambda _: "", wrapper=lambda _: ()):
        with Lab() as lab:
            log = lab.path("requests")
            bench = ProbeHost(lab, log=f"{log} when buffer=64k")
            idle = bench.ours("HTTP", 1)
            gate = bench.ours("HTTP", count, others(bench), wrapper(lab))
            memory = resident_kilobytes(idle.healthd.pid)
            self.kilobytes = (resident_kilobytes(gate.healthd.pid) - memory) / count
            idle.healthd.stop()
            run_ahead(bench.host.pids())
            self.stalls = Stalls()
            [self.cost] = bench.microseconds([gate.healthd], count, seconds)
            self.stalls.stop()
            self.down = kill_target(bench, gate, count)
            self.late = lateness(log, seconds, self.stalls)


def silent(bench):
    """A thousand checks of a target whose kernel accepts and which says nothing."""
    with bench.host.entered():
        listener = socket.create_server((ADDRESS, PORT + 1), backlog=4096)
    bench.lab.on_close(listener.close)
    return "".join(f"check silent{number} {{ tcp {{ target {ADDRESS}:{PORT + 1}; expect x; }} timeout 500ms; }}\n"
                   for number in range(1000))


def nameless(bench):
    """A thousand checks of hosts whose name server says nothing."""
    with bench.host.entered():
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind((ADDRESS, 53))
    bench.lab.on_close(server.close)
    return "".join(f"check nameless{number} {{ tcp {{ target www{number}.example.com:80; }} timeout 500ms; }}\n"
                   for number in range(1000))


def name_server(lab):
    """Runs a command with another /etc/resolv.conf in its view of the file system."""
    file = lab.write("resolv.conf", f"nameserver {ADDRESS}\n")
    return "unshare", "-m", "sh", "-c", f"mount --bind {file} /etc/resolv.conf && exec \"$@\"", "sh"


def percentiles(values):
    """Of sorted milliseconds."""
    median, most, last = values[len(values) // 2], values[len(values) * 99 // 100], values[-1]
    return f"median {median:.0f}, 99 % {most:.0f}, last {last:.0f} ms"
