"""A thousand checks, alone and then beside hostile backends of every probe kind: how late their runs begin.

nginx notes when each request of the thousand came: how late it was after its predecessor and one interval. Beside them
run checks whose backends flood: HTTP/1.1, HTTP/2, WebSocket and gRPC, in clear and through TLS, raw TLS records, DNS,
CoAP and UDP answers that are not the answer, HAProxy's socket without an end, commands that print without an end or
never end. nginx and healthd run at real-time priority: what the floods themselves take of this machine is not measured,
nor is the time in which this machine itself stood still, which is printed.
"""

import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

from lab.hostile import FLOODS, Backends, Others  # noqa: E402
from lab.system import require_root  # noqa: E402
from measure.scale import Scale, percentiles  # noqa: E402
from measure.table import goal  # noqa: E402

TIMING = "interval 2s; timeout 1s;"
WITHIN = 50  # ms


def hostile(bench, only):
    """Starts the backends; the checks of those whose names begin with ONLY."""
    backends = Backends(bench.lab, bench.host)
    probes = {name: backends.probe(name) for name in FLOODS}
    probes.update(Others(bench.lab, bench.host).probes)
    # Each is named apart from the thousand, whose names begin with c and a number.
    return "".join(f"check hostile-{name} {{ {probe} {TIMING} }}\n" for name, probe in probes.items()
                   if name.startswith(only))


def share_within(late):
    return 100 * sum(one <= WITHIN for one in late) / len(late)


def main():
    parser = argparse.ArgumentParser(prog="tools/bench hostile", description=__doc__.splitlines()[0])
    parser.add_argument("minutes", type=float, nargs="?", default=10)
    parser.add_argument("--alone", type=float, default=2, help="minutes of the run without hostile backends")
    parser.add_argument("--checks", type=int, default=1000)
    parser.add_argument("--only", default="", help="hostile backends whose names begin so")
    options = parser.parse_args()
    require_root()
    rows = {}
    for name, minutes, others in (("alone", options.alone, lambda _: ""),
                                  ("beside hostile backends", options.minutes, lambda bench: hostile(bench, options.only))):
        scale = Scale(options.checks, 60 * minutes, others)
        rows[name] = scale.late
        print(f"{options.checks} checks {name}: {len(scale.late)} runs, begun late: {percentiles(scale.late)}; "
              f"{share_within(scale.late):.3f} % within {WITHIN} ms; the machine stood still for "
              f"{scale.stalls.seconds():.1f} s", flush=True)
    alone, beside = (late[len(late) * 999 // 1000] for late in rows.values())
    goal("99.9 % of runs begin late by", beside, WITHIN, "ms")
    goal("which is worse than without hostile backends by", max(0, beside - alone), 10, "ms")


if __name__ == "__main__":
    main()
