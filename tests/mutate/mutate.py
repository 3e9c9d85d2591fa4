"""tools/mutate: changes one thing in a source file, runs the tests that reach it, and tells which changes they miss."""
import argparse
import concurrent.futures
import glob
import json
import os
import queue
import random
import subprocess
import sys

import baseline
import reach
from mutations import apply, line_of, mutations_of, shown
from tree import ROOMS, Tree

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
GOAL = 95
SLOW = 0.5  # seconds; such a test comes last


class Worker:
    """A process in namespaces of its own that tries one mutant at a time; SLOT is its folder. Its bin covers the build's,
    so that a test that starts vipgate-healthd gets the mutant's."""

    def __init__(self, slot, build):
        os.makedirs(os.path.join(slot, "bin"), exist_ok=True)
        enter = f"ip link set lo up && mount --bind '{slot}/bin' '{build}/bin' && "
        if not CHECKOUT.startswith("/tmp/"):
            enter += "mount -t tmpfs tmpfs /tmp && "
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        self.process = subprocess.Popen(
            ["nice", "unshare", *user, "--net", "--pid", "--mount", "--ipc", "--fork", "--mount-proc", "--kill-child",
             "sh", "-c", f"{enter} exec python3 -B '{HERE}/worker.py' '{slot}'"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def try_one(self, job):
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("tools/mutate: a worker ended: it needs root or unprivileged user namespaces")
        return json.loads(answer)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Workers:
    """As many workers as mutants are tried at once."""

    def __init__(self, tree, count):
        self.all = [Worker(os.path.join(tree.root, f"worker-{number}"), tree.build) for number in range(count)]
        self.idle = queue.Queue()
        for worker in self.all:
            self.idle.put(worker)
        self.pool = concurrent.futures.ThreadPoolExecutor(count)

    def try_one(self, job):
        worker = self.idle.get()
        try:
            return worker.try_one(job)
        finally:
            self.idle.put(worker)

    def try_all(self, jobs):
        return self.pool.map(self.try_one, jobs)

    def end(self):
        self.pool.shutdown()
        for worker in self.all:
            worker.end()


class File:
    """One source file and its mutants, in an order that the seed gives."""

    def __init__(self, tree, path, tests, options):
        self.tree, self.path, self.options = tree, path, options
        with open(os.path.join(tree.source, path)) as file:
            self.text = file.read()
        self.reach = reach.Reach(tree, path, tests)
        if not self.reach.anywhere:
            print(f"{path}: no test runs any of it")
        self.compile = tree.compile_of(path)
        self.mutations = mutations_of(self.text, options.sanitize)
        self.order = list(self.mutations)
        if not options.all:
            random.Random(f"{options.seed} {path}").shuffle(self.order)
        self.wanted = len(self.order) if options.all else min(options.sample, len(self.order))
        self.failing = []

    def tests_of(self, mutation):
        """The tests that the mutant meets: quick ones first, of these the file's own, then its neighbors'."""
        first = line_of(self.text, mutation)
        tests = self.reach.tests_of(first, first + self.text.count("\n", mutation.start, mutation.end))
        tests.sort(key=lambda test: (test.seconds > SLOW, -test.near(self.path), test.seconds))
        return [test for test in tests[:self.options.tests] if test.name not in self.failing]

    def job(self, text, tests, original=False):
        own_helper = self.path.startswith(("healthd/helper/", "lib/")) and any("healthd" in test.name for test in tests)
        return {"text": text, "original": original, "compile": self.compile, "object": f"/{self.path}.o",
                "source": os.path.join(self.tree.source, self.path), "build": self.tree.build,
                "helper": self.tree.helper if own_helper else {**self.tree.helper, "link": None},
                "sanitize": self.options.sanitize, "tests": [test.described() for test in tests]}

    def results(self, workers):
        """The mutations of the sample with what became of each, in the order of their places."""
        met = {test for mutation in self.order[:self.wanted] for test in self.tests_of(mutation)}
        self.failing = workers.try_one(self.job(self.text, met, original=True))
        if self.failing:
            print(f"{self.path}: left out, for they fail without a mutation: {' '.join(self.failing)}")
        found, at = [], 0
        while len(found) < self.wanted and at < len(self.order):
            batch = self.order[at:at + self.wanted - len(found)]
            at += len(batch)
            jobs = [self.job(apply(self.text, mutation), self.tests_of(mutation)) for mutation in batch]
            found += [(mutation, result) for mutation, result in zip(batch, workers.try_all(jobs))
                      if result not in ("invalid", "equivalent")]
        return sorted(found, key=lambda pair: (pair[0].start, pair[0]))


def report(file, results, known):
    """Prints the file's survivors and its line; gives how many were killed, and how many of them count."""
    killed = survived = argued = 0
    for mutation, result in results:
        before, after = shown(file.text, mutation)
        if result == "killed":
            killed += 1
        elif (file.path, before, after) in known:
            argued += 1
        else:
            survived += 1
            first = line_of(file.text, mutation)
            nobody = "" if file.tests_of(mutation) else ", which no test runs"
            print(f"{file.path}:{first}: {mutation.kind}{nobody}\n    - {before}\n    + {after}")
    for path, before, after in known:
        if path == file.path and (before, after) not in {shown(file.text, mutation) for mutation in file.mutations}:
            print(f"{file.path}: tests/mutate/baseline argues for a line that is gone: {before}")
    total = killed + survived
    print(f"{file.path}: {killed}/{total} killed ({percent(killed, total)} %), {argued} argued, "
          f"of {len(file.mutations)} mutations", flush=True)
    return killed, total


def percent(killed, total):
    return f"{100 * killed / total:.1f}" if total else "100.0"


def files_of(named):
    """The source files that the words name: a file, or all those of a folder."""
    found = []
    for word in named or ROOMS:
        path = os.path.abspath(word)
        more = [path] if os.path.isfile(path) else sorted(glob.glob(path + "/**/*.c", recursive=True))
        more = [os.path.relpath(name, CHECKOUT) for name in more]
        if not more or not all(name.endswith(".c") and name.startswith(ROOMS) for name in more):
            raise SystemExit(f"tools/mutate: not a source file of the product, nor a folder of them: {word}")
        found += more
    return found


def arguments():
    parser = argparse.ArgumentParser(prog="tools/mutate", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE", help="a source file or a folder of them; all by default")
    parser.add_argument("--sample", type=int, default=100, metavar="N", help="mutants of each file (100)")
    parser.add_argument("--all", action="store_true", help="every mutant")
    parser.add_argument("--seed", default="1", help="another seed is another sample (1)")
    parser.add_argument("--tests", type=int, default=12, metavar="N", help="tests that one mutant meets at most (12)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="mutants at once (all cores)")
    parser.add_argument("--sanitize", action="store_true", help="with ASan and UBSan, which notice more, later")
    return parser.parse_args()


def main():
    sys.stdout.reconfigure(line_buffering=True)
    options = arguments()
    paths = files_of(options.files)
    tree = Tree(CHECKOUT, options.sanitize)
    tree.copy()
    tree.make()
    tests = tree.tests()
    failing = reach.run_all(tests, options.jobs)
    if failing:
        print(f"tools/mutate: left out, for they fail without a mutation: {' '.join(failing)}", file=sys.stderr)
    tests = [test for test in tests if test.name not in failing]
    known = baseline.read(os.path.join(HERE, "baseline"))
    workers = Workers(tree, options.jobs)
    killed = total = 0
    for path in paths:
        file = File(tree, path, tests, options)
        more = report(file, file.results(workers), known)
        killed, total = killed + more[0], total + more[1]
    workers.end()
    if len(paths) > 1:
        print(f"all: {killed}/{total} killed ({percent(killed, total)} %)")
    return 0 if killed * 100 >= GOAL * total else 1


if __name__ == "__main__":
    sys.exit(main())
