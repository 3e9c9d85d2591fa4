"""tools/demo's story ends well, and leaves no process, namespace or file behind, also after Ctrl-C."""

import os
import signal
import subprocess
import sys
import unittest

from lab import namespace
from lab.case import main
from lab.system import LIBRARY, program, require_root, wait_for

DEMO = os.path.join(LIBRARY, "demo.py")


class Demo(unittest.TestCase):
    def setUp(self):
        require_root()

    def start(self):
        story = subprocess.Popen([sys.executable, "-B", DEMO], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 text=True)
        self.addCleanup(story.stdout.close)
        return story

    def assert_nothing_left(self, story):
        prefix = f"vglab{story.pid}-"
        self.assertEqual([], namespace.names(prefix))
        self.assertEqual([], namespace.directories(prefix))
        left = subprocess.run([program("pgrep"), "-f", prefix], capture_output=True, text=True).stdout
        self.assertEqual("", left)

    def test_the_whole_story(self):
        story = self.start()
        text, _ = story.communicate(timeout=120)
        self.assertEqual(0, story.returncode, text)
        for words in ("65515 65010 65010 65010", "served by south", "Summary: every step was seen to happen"):
            self.assertIn(words, text)
        self.assertEqual(5, text.count("the edge moved after"))
        self.assert_nothing_left(story)

    def test_ctrl_c_in_the_middle(self):
        story = self.start()
        for line in story.stdout:
            if "killed" in line:
                break
        self.assertNotEqual([], namespace.names(f"vglab{story.pid}-"))
        story.send_signal(signal.SIGINT)
        story.stdout.read()
        self.assertEqual(128 + signal.SIGINT, story.wait(30))
        wait_for(lambda: not namespace.names(f"vglab{story.pid}-"), "the namespaces to go")
        self.assert_nothing_left(story)


if __name__ == "__main__":
    main()
