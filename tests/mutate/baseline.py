"""The mutants that may survive, each with the reason why: equivalent to the original, or left on purpose.

    lib/wire.c
    - if (size > 0)
    + if (size >= 0)
    = copying no octets is doing nothing

The lines are those that tools/mutate prints, so that an argument goes when its line changes."""


def read(path):
    """The set of (file, line before, line after)."""
    known = set()
    with open(path) as file:
        for number, record in enumerate(file.read().split("\n\n"), 1):
            lines = [line.strip() for line in record.splitlines() if line.strip() and not line.startswith("#")]
            if not lines:
                continue
            if len(lines) != 4 or [line[:2] for line in lines[1:]] != ["- ", "+ ", "= "]:
                raise SystemExit(f"{path}: record {number} is not FILE, - LINE, + LINE, = REASON: {lines[0]}")
            known.add((lines[0], lines[1][2:], lines[2][2:]))
    return known
