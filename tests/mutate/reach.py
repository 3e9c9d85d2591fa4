"""Which test runs which line: each test runs once with coverage, and what it left behind is read for the files asked."""
import concurrent.futures
import glob
import gzip
import json
import os
import shutil
import subprocess
import time

LIMIT = 120


def run_all(tests, workers):
    """Runs every test whose program is newer than what it left behind, and learns how long each takes. Gives the names
    of those that fail without any mutation."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return [test.name for test, passed in zip(tests, pool.map(run, tests)) if not passed]


def run(test):
    stamp = os.path.join(test.kept, "seconds")
    if os.path.exists(stamp) and os.path.getmtime(stamp) > os.path.getmtime(test.command[0]):
        with open(stamp) as file:
            test.seconds = float(file.read())
        return True
    shutil.rmtree(test.kept, ignore_errors=True)
    os.makedirs(test.kept)
    environment = dict(os.environ, GCOV_PREFIX=test.kept, GCOV_ERROR_FILE="/dev/null")
    start = time.monotonic()
    try:
        result = subprocess.run(["nice"] + test.command, env=environment, timeout=LIMIT, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return False
    test.seconds = time.monotonic() - start
    if result.returncode == 0:
        with open(stamp, "w") as file:
            file.write(f"{test.seconds:.3f}")
    return result.returncode == 0


class Reach:
    """The lines of one source file, its functions, and the tests that reach each line."""

    def __init__(self, tree, path, tests):
        self.by_line, self.functions = {}, []
        for test in tests:
            for counted in self._counted(tree, path, test):
                self.functions = [(f["start_line"], f["end_line"]) for f in counted["functions"]]
                for line in counted["lines"]:
                    reached = self.by_line.setdefault(line["line_number"], [])
                    if line["count"] > 0 and test not in reached:
                        reached.append(test)
        self.anywhere = [test for test in tests if any(test in reached for reached in self.by_line.values())]

    def _counted(self, tree, path, test):
        """What gcov says of PATH in TEST; nothing where the test does not link it."""
        pattern = os.path.join(glob.escape(test.kept) + tree.build, "**", glob.escape(path) + ".gcda")
        for data in glob.glob(pattern, recursive=True):
            notes = os.path.join("/", os.path.relpath(data, test.kept))[:-len("gcda")] + "gcno"
            if not os.path.exists(data[:-len("gcda")] + "gcno"):
                os.symlink(notes, data[:-len("gcda")] + "gcno")
            output = subprocess.run(["gcov", "--json-format", "--stdout", os.path.basename(data)], check=True,
                                    cwd=os.path.dirname(data), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            if output[:2] == b"\x1f\x8b":
                output = gzip.decompress(output)
            for document in output.splitlines():
                for counted in json.loads(document)["files"]:
                    if counted["file"].endswith("/" + path):
                        yield counted

    def tests_of(self, first, last):
        """The tests that reach lines FIRST to LAST: by the statement's first line where the compiler counts only that;
        outside of functions, in a table, whatever runs anything of the file."""
        inside = [start for start, end in self.functions if start <= first <= end]
        if not inside:
            return self.anywhere
        counted = [line for line in range(first, last + 1) if line in self.by_line]
        if not counted:
            before = [line for line in self.by_line if max(inside) <= line < first]
            counted = [max(before)] if before else []
        return [test for test in self.anywhere if any(test in self.by_line[line] for line in counted)]
