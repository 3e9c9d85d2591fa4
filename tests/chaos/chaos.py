"""Random faults, and after each round of them the question whether the neighbors hold what they should.

    tools/chaos [MINUTES] [--seed N] [--round K] [--faults NAME,NAME]

A round changes the truth (which web servers serve), lets a few faults overlap, mends them all, and waits until it is
quiet. Then: what the neighbors hold equals what follows from the truth; no UPDATE repeated what a neighbor had; no VIP
changed oftener than truth and faults explain; nothing is left over: no address, descriptor or process. The seed is
printed, and one round of it can be played again alone.
"""

import argparse
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lab")]

from faults import ALL, EXCLUSIVE, FAULTS  # noqa: E402
from lab import bgp_message as bgp  # noqa: E402
from lab.lab import Lab  # noqa: E402
from lab.system import wait_for  # noqa: E402
from world import BEHIND, STEPS, TARGETS, World  # noqa: E402

QUIET_DEADLINE = 120  # a neighbor that was away may be asked again only after a minute
QUIET_RUNS = 10       # of every check, in which no neighbor may hear a word
DESCRIPTORS_SLACK, KILOBYTES_SLACK = 16, 48 * 1024


class Divergence(AssertionError):
    """What should not be."""


class Chaos:
    def __init__(self, lab, seed, names):
        self.world = World(lab)
        self.seed = seed
        self.kinds = [one for one in FAULTS if not names or one.__name__ in names]
        self.count, self.told = 0, 0
        self.world.wait_expected("at the start", QUIET_DEADLINE)
        self.before = self.world.footprint()

    # -- a round

    def round(self, number):
        draw = random.Random(f"{self.seed}/{number}")
        chosen = self._choose(draw)
        flips = [name for name in TARGETS if draw.random() < 0.3]
        print(f"  round {number}: {' '.join(one.__name__ for one in chosen) or '-'}; flips: {' '.join(flips) or '-'}",
              flush=True)
        began = time.monotonic()
        self._play([kind(self.world, draw) for kind in chosen], flips, draw)
        self._mend()
        self._judge(chosen, flips, began)
        self.count += len(chosen)

    def _choose(self, draw):
        chosen = []
        for kind in draw.sample(self.kinds, min(len(self.kinds), draw.randint(1, 4))):
            rivals = [one for group in EXCLUSIVE if kind in group for one in group]
            if not any(one in rivals for one in chosen):
                chosen.append(kind)
        return chosen

    def _play(self, faults, flips, draw):
        """All faults overlap; the truth changes while they are there. One thread does it all, and each at its time:
        what a thread has started ends with it."""
        steps = []
        for fault in faults:
            begin = draw.uniform(0, 2)
            end = begin + draw.uniform(*fault.seconds)
            steps += [(begin, fault.begin), (end, fault.end)]
        for name in flips:
            steps.append((draw.uniform(0, 3), lambda name=name: self._flip(name, faults)))
        start = time.monotonic()
        for when, step in sorted(steps, key=lambda one: one[0]):
            time.sleep(max(0.0, start + when - time.monotonic()))
            step()

    def _flip(self, name, faults):
        """What holds a server mends it as the truth was: that one stays as it is."""
        if not any(getattr(fault, "name", None) == name for fault in faults):
            self.world.set_serving(name, name not in self.world.serving)

    def _mend(self):
        """The proxy answers, and the file that stands is the one that runs."""
        self.world.start_proxy()
        wait_for(lambda: self.world.gate.cli("reload", timeout=90).returncode == 0,
                 lambda: f"reload to succeed: {self.world.gate.cli('reload').stderr}", QUIET_DEADLINE, pause=0.5)

    # -- the judgement

    def _judge(self, chosen, flips, began):
        world = self.world
        world.wait_expected("after the round", QUIET_DEADLINE)
        self._wait_quiet()
        for name, got, wanted in (("held", world.held(), {one: world.expected() for one in world.held()}),
                                  ("addresses", world.addresses(), world.expected_addresses()),
                                  ("repeated UPDATEs", world.recorder.repeats(), []),
                                  ("sanitizers", world.sanitizer_words(), [])):
            if got != wanted:
                raise Divergence(f"{name}: {got}, expected {wanted}")
        self._judge_changes(chosen, flips, began)
        self._judge_footprint()

    def _wait_quiet(self):
        """Every check runs on, and no neighbor hears of it. A session that ends in between, from what was broken
        before, begins it anew."""
        updates = before = None
        while updates is None or before != self.world.sessions():
            session = wait_for(self.world.recorder.session, "the recorder's session", QUIET_DEADLINE)
            before, updates = self.world.sessions(), None
            if self._wait_caught_up(session):
                self.world.wait_expected("before it is quiet", QUIET_DEADLINE)
                updates = len(session.updates())
                self._wait_runs()
        if len(session.updates()) != updates:
            raise Divergence(f"UPDATEs while nothing happens: {session.updates()[updates:]}")

    def _wait_caught_up(self, session):
        """Until the next KEEPALIVE: what was on its way before it has arrived. False when the session ends instead."""
        known = len(session.messages(bgp.KEEPALIVE))
        wait_for(lambda: session is not self.world.recorder.session() or len(session.messages(bgp.KEEPALIVE)) > known,
                 "a keepalive", 60)
        return session is self.world.recorder.session()

    def _wait_runs(self):
        checks = {one["name"]: one["runs"] for one in self.world.gate.state("show", "checks")["check"]}
        wait_for(lambda: all(one["runs"] >= checks[one["name"]] + QUIET_RUNS
                             for one in self.world.gate.state("show", "checks")["check"]), "the checks to run", 60)

    def _judge_changes(self, chosen, flips, began):
        for prefix in ALL:
            allowed = 2 * STEPS.get(prefix, 1) * sum(prefix in kind.affects for kind in chosen)
            allowed += sum(name in BEHIND.get(prefix, ()) for name in flips)
            changes = self.world.recorder.changes(prefix, began)
            if changes > allowed:
                raise Divergence(f"{prefix} changed {changes} times where {allowed} are explained: "
                                 f"{[session.story(prefix) for session in self.world.recorder.sessions[-3:]]}")

    def _judge_footprint(self):
        for daemon, (descriptors, kilobytes) in self.world.footprint().items():
            known, size = self.before[daemon]
            if descriptors > known + DESCRIPTORS_SLACK or kilobytes > size + KILOBYTES_SLACK:
                raise Divergence(f"{daemon} has {descriptors} descriptors and {kilobytes} kB, had {known} and {size}")

    # -- the end

    def finish(self):
        """SIGTERM: all is withdrawn, the neighbors are told, and nothing stays behind."""
        session = self.world.recorder.session()
        status = self.world.stop()
        code, subcode, _ = session.wait_notification()
        left = [pid for pid in self.world.nva.pids() if pid == self.world.pid_of("bgpd") or
                pid == self.world.pid_of("healthd")]
        for name, got, wanted in (("exit status", status, 0), ("NOTIFICATION", (code, subcode), (6, 2)),
                                  ("routes left", session.routes(), {}), ("addresses", self.world.addresses(), []),
                                  ("processes", left, []), ("sanitizers", self.world.sanitizer_words(), [])):
            if got != wanted:
                raise Divergence(f"at the end, {name}: {got}, expected {wanted}")


def run(seed, minutes, only=None, names=()):
    """Runs rounds for so many MINUTES, or the one round ONLY; (rounds, faults). Divergence is the caller's."""
    with Lab() as lab:
        chaos = Chaos(lab, seed, names)
        end, number = time.monotonic() + 60 * minutes, only or 1
        try:
            while True:
                chaos.round(number)
                number += 1
                if only or time.monotonic() > end:
                    break
            chaos.finish()
        except AssertionError:
            print(chaos.world.report(), file=sys.stderr)
            print(f"chaos: seed {seed}, round {number}: play it again with --seed {seed} --round {number}",
                  file=sys.stderr)
            raise
    return number - (only or 1), chaos.count


def main():
    parser = argparse.ArgumentParser(prog="tools/chaos", description=__doc__.splitlines()[0])
    parser.add_argument("minutes", type=float, nargs="?", default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--round", type=int, help="this round of the seed alone")
    parser.add_argument("--faults", type=lambda text: text.split(","), default=(), help="draw among these alone")
    options = parser.parse_args()
    print(f"chaos: seed {options.seed}, {options.minutes:g} minutes", flush=True)
    try:
        rounds, faults = run(options.seed, options.minutes, options.round, options.faults)
    except AssertionError as error:
        sys.exit(f"chaos: {error}")
    print(f"chaos: {rounds} rounds, {faults} faults, no divergence")


if __name__ == "__main__":
    main()
