"""What tools/mutate does with a mutant: killed, survived, equivalent or invalid; on a program of a few lines."""
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import worker
from baseline import read
from mutations import apply, mutations_of, shown
from tree import STRICT

SOURCE = """#include <string.h>
#define SIZE 4
/* if (a < b) in a comment, "a string && more" */
int least(int a, int b)
{
    return a < b ? a : b;
}
int is_spare(int n, char *buffer)
{
    if (n == SIZE && buffer)
        memset(buffer, 0, SIZE);
    log_info("n < %d", n);
    return 0 < n && n != 7;
}
int same(int n)
{
    return n * 1;
}
"""
TEST = """int least(int a, int b);
int is_spare(int n, char *buffer);
int main(void) { return !(least(1, 2) == 1 && least(2, 1) == 1 && is_spare(3, 0) && !is_spare(7, 0)); }
"""


class Mutate(unittest.TestCase):
    def setUp(self):
        self.slot = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.slot)
        os.makedirs(os.path.join(self.slot, "tree"))
        os.makedirs(os.path.join(self.slot, "bin"))
        self.source = self.write("tree/source.c", SOURCE.replace('    log_info("n < %d", n);\n', ""))
        self.test = self.write("test.c", TEST)
        self.by_lines = {shown(SOURCE, mutation): mutation for mutation in mutations_of(SOURCE)}

    def write(self, name, text):
        path = os.path.join(self.slot, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def outcome(self, before, after):
        text = SOURCE if before == after else apply(SOURCE, self.by_lines[before, after])
        return worker.outcome({
            "text": text.replace('    log_info("n < %d", n);\n', ""), "original": before == after,
            "compile": ["cc"] + STRICT, "object": "/source.c.o", "source": self.source, "build": self.slot,
            "helper": {"program": self.source, "link": None}, "sanitize": False,
            "tests": [{"name": "test", "link": ["cc", self.test], "arguments": [], "seconds": 0}]}, self.slot)

    def test_a_noticed_mutant_is_killed(self):
        self.assertEqual(self.outcome("return a < b ? a : b;", "return a < b ? (b) : (a);"), "killed")
        self.assertEqual(self.outcome("return 0 < n && n != 7;", "return 0 < n && n == 7;"), "killed")

    def test_an_unnoticed_mutant_survives(self):
        self.assertEqual(self.outcome("memset(buffer, 0, SIZE);", "memset(buffer, 1, SIZE);"), "survived")
        self.assertEqual(self.outcome("#define SIZE 4", "#define SIZE 5"), "survived")

    def test_the_same_code_is_equivalent(self):
        self.assertEqual(self.outcome("return n * 1;", "return n / 1;"), "equivalent")

    def test_what_does_not_compile_is_invalid(self):
        self.assertEqual(self.outcome("memset(buffer, 0, SIZE);", "memset(0, buffer, SIZE);"), "invalid")

    def test_the_original_passes(self):
        self.assertEqual(self.outcome("", ""), [])

    def test_comments_strings_and_logs_stay(self):
        for before, _ in self.by_lines:
            self.assertNotIn("comment", before)
            self.assertNotIn("log_info(\"n >", before)
        self.assertEqual(len(mutations_of("/* a < b */ const char *s = \"a && b\";\n#if A < B\n#endif\n")), 0)

    def test_the_baseline_can_be_read(self):
        read(os.path.join(os.path.dirname(os.path.abspath(__file__)), "baseline"))
        path = self.write("baseline", "# why\n\na.c\n- x = 1;\n+ x = 2;\n= nobody reads x\n")
        self.assertEqual(read(path), {("a.c", "x = 1;", "x = 2;")})
        self.assertRaises(SystemExit, read, self.write("baseline", "a.c\n- x = 1;\n"))


if __name__ == "__main__":
    unittest.main()
