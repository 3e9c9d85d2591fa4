"""A million received routes, listed: `vipgate show received-routes` beside `birdc show route all`, each into a pipe that is read
as fast as it is filled."""

import subprocess
import time

from ingest import NEIGHBOR, PEER_AS, Ours, Theirs
from lab import bgp_flood
from lab.lab import Lab
from lab.system import program
from lab.vipgate import binary


def timed(least, *command):
    """Seconds until it had ended; it prints more lines than LEAST."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    lines = 0
    while piece := child.stdout.read1(1 << 20):
        lines += piece.count(b"\n")
    assert child.wait() == 0, f"{' '.join(command)}: exit status {child.returncode}"
    assert lines > least, f"{lines} lines for {least} routes"
    return time.monotonic() - began


def list_routes(count, rounds):
    """(ours, theirs), seconds of ROUNDS in turns, each with fresh daemons."""
    stream = bgp_flood.announcements(count, PEER_AS, NEIGHBOR)
    ours, theirs = [], []
    for _ in range(rounds):
        with Lab() as lab:
            one = Ours(lab, "all")
            one.take(stream, count)
            ours.append(timed(count, binary("vipgate"), "-S", one.gate.directory, "show", "received-routes"))
        with Lab() as lab:
            one = Theirs(lab)
            one.take(stream, count)
            theirs.append(timed(count, program("birdc"), "-s", one.bird.socket, "show", "route", "all"))
    return ours, theirs
