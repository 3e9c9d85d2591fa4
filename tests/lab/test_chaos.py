"""A minute of random faults, the same ones every time; tools/chaos has the long form."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "chaos"))

import chaos  # noqa: E402
from lab.system import require_root  # noqa: E402


class Chaos(unittest.TestCase):
    def test_a_minute_of_it(self):
        rounds, _ = chaos.run(seed=1, minutes=1)
        self.assertGreater(rounds, 0)


if __name__ == "__main__":
    require_root()
    unittest.main()
