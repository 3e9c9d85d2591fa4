"""The table of features and how a column of it is tested.

A feature is a function of the bench; the order in which features are written is that of the table's rows, and of the tests
on one bench. A column is the implementation's features one after the other, on benches that they share, and at the end a look
at the committed table: where it says "yes", it must have been so. A feature that the implementation lacks is not left out:
its Lack is tried out instead.
"""

import dataclasses
import importlib
import json
import os
import re
import sys
import time
import unittest
from typing import Callable

from lab.system import REPOSITORY

from .bench import BENCHES, Bench

DOCUMENT = os.path.join(REPOSITORY, "doc", "interoperability.md")
YES, NO, NOT_AVAILABLE = "yes", "no", "n/a"


@dataclasses.dataclass
class Feature:
    name: str
    title: str
    bench: str
    run: Callable


FEATURES = {}


def feature(title, bench="main"):
    """Makes a function a row of the table."""
    def row(function):
        FEATURES[function.__name__] = Feature(function.__name__, title, bench, function)
        return function
    return row


class Column:
    """One implementation: the bench that is open now, and what came out of the features so far."""

    def __init__(self, implementation):
        self.implementation = implementation
        self.cells = {}
        self._bench = self._name = None

    def bench(self, name):
        """The bench NAME, started if it is not."""
        if self._name != name:
            self.close()
            self._bench, self._name = Bench(self.implementation, name), name
            self._bench.open()
        return self._bench

    def close(self, failed=False):
        """Ends the open bench, if any; the next feature starts from nothing."""
        bench, self._bench, self._name = self._bench, None, None
        if not bench:
            return
        wrong = bench.close()
        if failed:
            for name, text in bench.lab.logs.items():
                print(f"---- {name}\n{text[-6000:]}", file=sys.stderr)
        assert not wrong, wrong

    def test(self, row):
        """Tries one feature and keeps the cell."""
        self.cells[row.name] = NO
        lack = self.implementation.lacks.get(row.name)
        bench = self.bench(lack and lack.bench or row.bench)
        if lack:
            assert lack.confirmed(bench), f"{self.implementation.title} has it after all: {row.title}"
            self.cells[row.name] = NOT_AVAILABLE
        else:
            row.run(bench)
            self.cells[row.name] = YES

    def result(self):
        lacks = {name: lack.why for name, lack in self.implementation.lacks.items()}
        return {"title": self.implementation.title, "version": self.implementation.version(), "cells": self.cells, "lacks": lacks}


class FeatureTest(unittest.TestCase):
    def __init__(self, column, row):
        super().__init__()
        self.column, self.row = column, row

    def id(self):
        return f"{self.column.implementation.title}: {self.row.title}"

    __str__ = shortDescription = id

    def runTest(self):
        began = time.monotonic()
        try:
            self.column.test(self.row)
            print(f"{time.monotonic() - began:.1f} s", end=" ", file=sys.stderr)
        except BaseException:
            self.column.close(failed=True)
            raise


class TableTest(unittest.TestCase):
    """The committed table says "yes" only where it was so just now."""

    def __init__(self, column, complete):
        super().__init__()
        self.column, self.complete = column, complete

    def id(self):
        return f"{self.column.implementation.title}: the committed table"

    __str__ = shortDescription = id

    def runTest(self):
        self.column.close()
        folder = os.environ.get("VIPGATE_INTEROP_RESULTS")
        if folder:
            with open(os.path.join(folder, f"{self.column.implementation.title}.json"), "w") as file:
                json.dump(self.column.result(), file)
            return
        said = committed(self.column.implementation.title)
        promised = {title for title, cell in said.items() if cell == YES}
        was = {FEATURES[name].title for name, cell in self.column.cells.items() if cell == YES}
        ran = {FEATURES[name].title for name in self.column.cells}
        self.assertEqual(set(), (promised if self.complete else promised & ran) - was)
        if self.complete:
            self.assertEqual({row.title for row in FEATURES.values()}, set(said))


def committed(title):
    """The column of TITLE in the committed table: {feature: cell without its footnotes}."""
    with open(DOCUMENT) as file:
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in file if line.startswith("|")]
    place = next(index for index, cell in enumerate(rows[0]) if cell.split()[0] == title)
    return {row[0]: re.sub(r"\[\^.*", "", row[place]).strip() for row in rows[2:]}


def register():
    """Loads the modules of the features: the order of the rows."""
    for name in ("sessions", "routes", "refreshes", "endings"):
        importlib.import_module(f"interop.{name}")


def column(implementation):
    """A program that tests one implementation; features can be named on its command line."""
    register()
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    unknown = set(names) - set(FEATURES)
    if unknown:
        sys.exit(f"{sys.argv[0]}: no such feature: {' '.join(sorted(unknown))}; there are: {' '.join(FEATURES)}")
    under_test = Column(implementation)
    rows = sorted(FEATURES.values(), key=lambda row: list(BENCHES).index(row.bench))
    tests = [FeatureTest(under_test, row) for row in rows if not names or row.name in names]
    suite = unittest.TestSuite(tests + [TableTest(under_test, complete=not names)])
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(not result.wasSuccessful())
