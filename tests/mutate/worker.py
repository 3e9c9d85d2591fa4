"""One worker: compiles mutants and runs tests on them, a line of JSON in, a line out. It lives in namespaces of its own
(see mutate.py), so that a mutant that kills whatever it meets, changes addresses or fills /tmp hurts nobody."""
import json
import os
import resource
import shutil
import signal
import subprocess
import sys

MEMORY = 2 << 30


def limit(seconds, memory):
    """Ends a test that runs away: by the time it takes of the processor, which is the same on a busy machine."""
    def apply():
        most = int(seconds * 4) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (256 << 20, 256 << 20))
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    return apply


def quiet(command, **options):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          **options).returncode


def link(command, job, mutant, program):
    """Links PROGRAM with MUTANT in place of the original object, which is named or in an archive: one that is named
    before the archives is taken instead of theirs."""
    if any(word.endswith(job["object"]) for word in command):
        words = [mutant if word.endswith(job["object"]) else word for word in command]
    else:
        first = next((at for at, word in enumerate(command) if word.endswith(".a")), len(command))
        words = command[:first] + [mutant] + command[first:]
    return quiet(words + ["-o", program], cwd=job["build"]) == 0


def clean_up():
    """Ends what a test has left running. Process 1 of its own namespace does not meet itself."""
    if os.getpid() != 1:
        return
    try:
        os.kill(-1, signal.SIGKILL)
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except (ProcessLookupError, ChildProcessError):
        pass


def passes(job, test, mutant, slot):
    program = os.path.join(slot, "program")
    if not link(test["link"], job, mutant, program):
        return False  # a symbol that is gone is noticed
    try:
        return quiet([program] + test["arguments"], timeout=20 + 10 * test["seconds"], cwd=slot, start_new_session=True,
                     preexec_fn=limit(test["seconds"], None if job["sanitize"] else MEMORY)) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        clean_up()


def same_when_optimized(job, source, slot):
    """Whether the optimizer makes the same code of the mutant as of the original: then nothing can tell them apart."""
    texts = []
    for name, path in (("a", job["source"]), ("b", source)):
        assembly = os.path.join(slot, name + ".s")
        if quiet(job["compile"] + ["-O2", "-S", "-c", path, "-o", assembly]) != 0:
            return False
        with open(assembly) as file:
            texts.append([line for line in file if not line.lstrip().startswith((".file", ".ident"))])
    return texts[0] == texts[1]


def outcome(job, slot):
    """What became of the mutant. Where the text is the original's: the names of the tests that fail all the same."""
    source, mutant = os.path.join(slot, os.path.basename(job["source"])), os.path.join(slot, "mutant.o")
    with open(source, "w") as file:
        file.write(job["text"])
    if quiet(job["compile"] + ["-O0", "-iquote", os.path.dirname(job["source"]), "-c", source, "-o", mutant]) != 0:
        return "invalid"
    helper = os.path.join(slot, "bin", os.path.basename(job["helper"]["program"]))
    if not job["helper"]["link"] or not link(job["helper"]["link"], job, mutant, helper):
        shutil.copy2(job["helper"]["program"], helper)
    if job["original"]:
        return [test["name"] for test in job["tests"] if not passes(job, test, mutant, slot)]
    if not all(passes(job, test, mutant, slot) for test in job["tests"]):
        return "killed"
    return "equivalent" if same_when_optimized(job, source, slot) else "survived"


def main():
    slot = sys.argv[1]
    os.environ.update(GCOV_PREFIX="/dev/null", GCOV_ERROR_FILE="/dev/null", TMPDIR="/tmp")
    for line in sys.stdin:
        print(json.dumps(outcome(json.loads(line), slot)), flush=True)


if __name__ == "__main__":
    main()
