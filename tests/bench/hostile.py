"""A thousand checks, alone and then beside hostile backends of every probe kind: how late their runs begin.

nginx notes when each request of the thousand came: how late it was after its predecessor and one interval. Beside them
run checks whose backends flood: HTTP/1.1, HTTP/2, WebSocket and gRPC, in clear and through TLS, raw TLS records, DNS,
CoAP and UDP answers that are not the answer, HAProxy's socket without an end, commands that print without an end or
never end. nginx and healthd run at real-time priority: what the floods themselves take of this machine is not measured.
"""

import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab"), os.path.join(HERE, "..", "lab", "servers")]

from flood import FLOODS  # noqa: E402
from flood_more import DATAGRAMS, SOCKETS  # noqa: E402
from lab.certificates import Authority  # noqa: E402
from lab.probes import SERVERS, flood_probe  # noqa: E402
from lab.system import program, require_root, wait_for  # noqa: E402
from measure.scale import Scale, percentiles  # noqa: E402
from measure.table import goal  # noqa: E402

STREAM_PORT, DATAGRAM_PORT = 9200, 9400
TIMING = "interval 2s; timeout 1s;"
WITHIN = 50  # ms


def start(bench, name, *words):
    server = bench.lab.start(bench.host, name, program("python3"), os.path.join(SERVERS, f"{name}.py"), *words)
    wait_for(lambda: "ready" in server.output(), lambda: f"{name}.py to be ready: {server.output()}")


def hostile(bench):
    """Starts the backends; the checks of them."""
    certificate, key, _ = Authority(bench.lab).issue("backend", "backend.example.net")
    start(bench, "flood", STREAM_PORT, certificate, key)
    start(bench, "flood_more", DATAGRAM_PORT, bench.lab.directory)
    checks = {name: flood_probe(name, STREAM_PORT + number) for number, name in enumerate(FLOODS)}
    checks.update((name, f"haproxy {{ socket {bench.lab.path(f'{name}.sock')}; backend b; }}") for name in SOCKETS)
    dns, coap, udp = (DATAGRAM_PORT + number for number in range(len(DATAGRAMS)))
    checks["dns"] = f"dns {{ server 127.0.0.1:{dns}; name example.com; }}"
    checks["coap"] = f'coap {{ uri "coap://127.0.0.1:{coap}/x"; method get; }}'
    checks["udp"] = f'udp {{ target 127.0.0.1:{udp}; send "?"; expect "yes"; }}'
    checks["tcp"] = f'tcp {{ target 127.0.0.1:{STREAM_PORT}; send "?"; expect "never said"; }}'
    checks["exec-prints"] = 'exec { command "/usr/bin/yes"; }'
    checks["exec-hangs"] = 'exec { command "/bin/sleep 60"; }'
    # Each is named apart from the thousand, whose names begin with c and a number.
    return "".join(f"check hostile-{name} {{ {probe} {TIMING} }}\n" for name, probe in checks.items())


def share_within(late):
    return 100 * sum(one <= WITHIN for one in late) / len(late)


def main():
    parser = argparse.ArgumentParser(prog="tools/bench hostile", description=__doc__.splitlines()[0])
    parser.add_argument("minutes", type=float, nargs="?", default=10)
    parser.add_argument("--checks", type=int, default=1000)
    options = parser.parse_args()
    require_root()
    rows = {}
    for name, others in (("alone", lambda _: ""), ("beside hostile backends", hostile)):
        rows[name] = Scale(options.checks, 60 * options.minutes, others).late
        print(f"{options.checks} checks {name}: {len(rows[name])} runs, begun late: {percentiles(rows[name])}; "
              f"{share_within(rows[name]):.3f} % within {WITHIN} ms", flush=True)
    alone, beside = (late[len(late) * 999 // 1000] for late in rows.values())
    goal("99.9 % of runs begin late by", beside, WITHIN, "ms")
    goal("which is worse than without hostile backends by", max(0, beside - alone), 10, "ms")


if __name__ == "__main__":
    main()
