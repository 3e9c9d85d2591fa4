"""The copy of the sources that is mutated, and its own build: without optimization, with coverage."""
import json
import os
import re
import shlex
import shutil
import subprocess

LEFT_OUT = {"build", ".git", "__pycache__", "node_modules"}
ROOMS = ("bgpd", "healthd", "lib", "ctl")
# A mutant in which a pointer and a number have changed places says nothing about the tests.
COVERAGE = ("--coverage", "-g", "-O0")
STRICT = ["-Werror=int-conversion", "-Werror=incompatible-pointer-types", "-Werror=implicit-function-declaration"]


class Tree:
    """build/mutate: the copied sources, their build, and what each test reaches."""

    def __init__(self, checkout, sanitize):
        self.checkout = checkout
        self.root = os.path.join(checkout, "build", "mutate" + ("-sanitize" if sanitize else ""))
        self.source = os.path.join(self.root, "source")
        self.build = os.path.join(self.root, "build")
        self.sanitize = sanitize

    def copy(self):
        """Makes the copy what the checkout is now; a file that has not changed keeps its time."""
        wanted = set()
        for folder, folders, files in os.walk(self.checkout):
            folders[:] = [name for name in folders if name not in LEFT_OUT and not name.startswith("build-")]
            inside = os.path.relpath(folder, self.checkout)
            os.makedirs(os.path.join(self.source, inside), exist_ok=True)
            for name in files:
                path = os.path.normpath(os.path.join(inside, name))
                wanted.add(path)
                update(os.path.join(self.checkout, path), os.path.join(self.source, path))
        for folder, _, files in os.walk(self.source):
            for name in files:
                path = os.path.join(folder, name)
                if os.path.relpath(path, self.source) not in wanted:
                    os.remove(path)

    def make(self):
        """Configures and builds; the log's end is the error's text."""
        # A program that is to be executed must not have coverage written first, with another user's rights.
        flags = "-O0 --coverage " + " ".join(f"-fno-builtin-exec{end}" for end in ("l", "lp", "le", "v", "vp", "ve"))
        # No launcher: an object with coverage holds the path of its tree, and a cache might give one of another.
        self._run("cmake", "-S", self.source, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                  "-DCMAKE_C_COMPILER_LAUNCHER=", "-DVIPGATE_TESTS=ON",
                  f"-DVIPGATE_SANITIZE={'ON' if self.sanitize else 'OFF'}", f"-DCMAKE_C_FLAGS={flags}")
        self._run("nice", "ninja", "-C", self.build)

    def _run(self, *command):
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode != 0:
            raise SystemExit(f"tools/mutate: {' '.join(command)} failed:\n{result.stdout[-4000:]}")

    def compile_of(self, path):
        """The command that compiles PATH, without its source, its object and the coverage."""
        with open(os.path.join(self.build, "compile_commands.json")) as file:
            for entry in json.load(file):
                if entry["file"] == os.path.join(self.source, path):
                    return plain(shlex.split(entry["command"])) + STRICT + ["-iquote", self.source]
        raise SystemExit(f"tools/mutate: {path} is not part of the build")

    def tests(self):
        """The unit and replay tests; learns how the helper is linked, which some of them start."""
        listed = subprocess.run(["ctest", "--show-only=json-v1", "-L", "unit|replay"], cwd=self.build, check=True,
                                stdout=subprocess.PIPE, text=True)
        tests = {test["name"]: test["command"] for test in json.loads(listed.stdout)["tests"] if "command" in test}
        programs = {command[0]: name for name, command in tests.items()}
        links = {}
        output = subprocess.run(["ninja", "-C", self.build, "-t", "commands"] + [
            os.path.relpath(program, self.build) for program in programs], check=True, stdout=subprocess.PIPE, text=True)
        for line in output.stdout.splitlines():
            if " -o unit/" in line or " -o bin/" in line:
                words = shlex.split(line)
                words = words[words.index("&&") + 1:words.index("&&", words.index("&&") + 1)]
                links[os.path.join(self.build, words[words.index("-o") + 1])] = plain(words, linking=True)
        helper = os.path.join(self.build, "bin", "vipgate-healthd")
        kept = os.path.join(self.root, "vipgate-healthd")  # out of the folder that workers cover with their own
        update(helper, kept)
        self.helper = {"program": kept, "link": links[helper]}
        return [Test(self, name, command, links[command[0]]) for name, command in sorted(tests.items())]


class Test:
    def __init__(self, tree, name, command, link):
        self.name, self.command, self.link = name, command, link
        self.kept = os.path.join(tree.root, "reached", name)
        self.seconds = 0.0

    def near(self, path):
        """How much of PATH the test's own name shares: its own file's test comes first."""
        parts, own = re.split(r"[/.]", path)[:-1], self.name.split(".")[1:]
        return sum(1 for part in own if part in parts)

    def described(self):
        return {"name": self.name, "link": self.link, "arguments": self.command[1:], "seconds": self.seconds}


def update(source, target):
    there = os.stat(source)
    try:
        here = os.stat(target)
        if (here.st_mtime_ns, here.st_size) == (there.st_mtime_ns, there.st_size):
            return
    except FileNotFoundError:
        pass
    shutil.copy2(source, target)


def plain(words, linking=False):
    """A command without its source and object; coverage is for the original's objects alone."""
    kept, at = [], 0
    while at < len(words):
        if words[at] in ("-o", "-c"):
            at += 2
        elif not linking and (words[at].startswith("-W") or words[at] in COVERAGE or words[at].startswith("-fno-builtin")):
            at += 1
        else:
            kept.append(words[at])
            at += 1
    return kept
