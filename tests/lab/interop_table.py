"""Runs the tests beside the other implementations and prints the table of what came out; --write puts it into the document.

    VIPGATE_BIN=build/dev/bin python3 -B tests/lab/interop_table.py [--write]
"""

import json
import os
import subprocess
import sys
import tempfile

from interop.matrix import DOCUMENT, FEATURES, NOT_AVAILABLE, register
from lab.system import LIBRARY, require_root

COLUMNS = ("bird", "frr", "gobgp", "openbgpd", "exabgp")
HEAD = """# Interoperability

What vipgate was seen to do with other implementations of BGP. Each cell is a test in `tests/lab/interop/`: vipgate and a real
daemon from its Debian package on two hosts (network namespaces), and what the daemon's own command line says. `tools/test`
runs them all, and fails where this table says "yes" and it was not so. This file was written by the tests themselves:

    VIPGATE_BIN=build/dev/bin python3 -B tests/lab/interop_table.py --write

"n/a": the implementation does not have it, or fails at it by itself. That was tried too; the footnote says what was seen.

"""


def run(name, folder):
    """One column's tests; whether all of them passed."""
    program = os.path.join(LIBRARY, f"test_interop_{name}.py")
    return subprocess.run([sys.executable, "-B", program], cwd=LIBRARY,
                          env={**os.environ, "VIPGATE_INTEROP_RESULTS": folder}).returncode == 0


def results(folder):
    for name in sorted(os.listdir(folder), key=lambda file: [title.lower() for title in COLUMNS].index(file[:-5].lower())):
        with open(os.path.join(folder, name)) as file:
            yield json.load(file)


def table(columns):
    """The table with its footnotes, as Markdown."""
    notes = []
    head = ["Feature"] + [f"{column['title']} {column['version']}" for column in columns]
    lines = [head, ["---"] * len(head)]
    for row in FEATURES.values():
        lines.append([row.title] + [_cell(column, row.name, notes) for column in columns])
    text = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    return text + "\n" + "".join(f"[^{number}]: {note}\n" for number, note in enumerate(notes, 1))


def _cell(column, name, notes):
    """The cell, with its footnote where there is one; a note that was there before keeps its number."""
    cell = column["cells"].get(name, "no")
    if cell != NOT_AVAILABLE:
        return cell
    note = f"{column['title']}: {column['lacks'][name]}"
    if note not in notes:
        notes.append(note)
    return f"{cell}[^{notes.index(note) + 1}]"


def main():
    require_root()
    register()
    with tempfile.TemporaryDirectory() as folder:
        passed = [run(name, folder) for name in COLUMNS]
        text = HEAD + table(list(results(folder)))
    if "--write" in sys.argv:
        with open(DOCUMENT, "w") as file:
            file.write(text)
    else:
        print(text)
    sys.exit(not all(passed))


if __name__ == "__main__":
    main()
