"""The lab itself: the scripted neighbor agrees with BIRD, and nothing stays behind, also after SIGKILL."""

import os
import signal
import subprocess
import sys

from lab import bgp_message as bgp
from lab import namespace
from lab.bird import Bird
from lab.case import LOCAL, NEIGHBOR, LabCase, main
from lab.system import LIBRARY, wait_for

BIRD = f"""
protocol static {{ ipv4; route 203.0.113.9/32 blackhole; }}
protocol bgp scripted {{
    local {LOCAL} as 65010; strict bind; neighbor {NEIGHBOR} as 65515; multihop; connect delay time 1;
    ipv4 {{ import all; export all; }};
}}
"""

# Makes a lab, says the pid of a program in it, and waits to be killed.
VICTIM = """
import sys, time
from lab.lab import Lab
lab = Lab()
host = lab.host("victim")
sleeper = lab.start(host, "sleeper", "sleep", "1000")
while sleeper.pid not in host.pids():
    pass
print(sleeper.pid, flush=True)
time.sleep(1000)
"""


class TheLab(LabCase):
    def test_the_scripted_neighbor_and_bird_understand_each_other(self):
        peer = self.peer()
        bird = Bird(self.lab, self.host, "bird", LOCAL, BIRD)
        session = peer.establish()
        update = session.wait_route("203.0.113.9/32")
        self.assertEqual(("65010", LOCAL), (update.as_path, update.next_hop))
        session.wait_end_of_rib()
        session.send(bgp.update(["192.0.2.0/24"], bgp.usual_attributes([65515, 64999], NEIGHBOR)))
        wait_for(lambda: bird.routes("192.0.2.0/24"), "BIRD to have the route")
        self.assertEqual("65515 64999", bird.routes("192.0.2.0/24")[0]["as_path"])
        bird.process.stop()
        self.assertEqual((6, 2), session.wait_notification()[:2])

    def test_a_closed_lab_leaves_nothing(self):
        self.lab.start(self.host, "sleeper", "sleep", "1000")
        sleeper = self.lab.processes[0].pid
        self.lab.close()
        self.assertEqual([], namespace.names(self.lab.prefix))
        self.assertEqual([], namespace.directories(self.lab.prefix))
        self.assertFalse(os.path.exists(f"/proc/{sleeper}"))

    def test_a_signal_removes_everything(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            victim, sleeper = self.victim()
            victim.send_signal(number)
            victim.wait()
            self.assert_gone(victim, sleeper)

    def test_a_killed_lab_is_swept_by_the_next(self):
        victim, sleeper = self.victim()
        victim.kill()
        victim.wait()
        namespace.sweep()
        self.assert_gone(victim, sleeper)

    def victim(self):
        victim = subprocess.Popen([sys.executable, "-B", "-c", VICTIM], cwd=LIBRARY, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(victim.stdout.close)
        return victim, int(victim.stdout.readline())

    def assert_gone(self, victim, sleeper):
        self.assertEqual([], namespace.names(f"vglab{victim.pid}-"))
        self.assertEqual([], namespace.directories(f"vglab{victim.pid}-"))
        wait_for(lambda: not os.path.exists(f"/proc/{sleeper}"), "the lab's program to end")


if __name__ == "__main__":
    main()
