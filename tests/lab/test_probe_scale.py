"""What some checks wait for, no other check waits for; and what this machine runs out of is not the backend's failure.

Nothing is timed. That checks run beside each other is seen by their order: those that hang are counted by their own
runs, and in as many the others must have done what they do.
"""

import os
import socket

from lab.case import VIP, LabCase, gated_vip, main, speaker, tcp_check
from lab.system import program, run, wait_for
from lab.target import TcpTarget

HANGING = 1000
REPEATS = 10
NAME_SERVER = "127.0.0.53"
# Nobody else is this user, so that what it has of processes is what the daemon has.
USER = 54321
PLENTY = 1000
IDENTITY = ("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups")
SPEAKER = (*IDENTITY, "--inh-caps", "+net_admin,+net_bind_service", "--ambient-caps", "+net_admin,+net_bind_service")


def children(pid):
    """The processes that PID has started."""
    rows = (line.split() for line in run(program("ps"), "-e", "-o", "pid=,ppid=").splitlines())
    return [int(child) for child, parent in rows if int(parent) == pid]


class Scale(LabCase):
    def start(self, *checks, wrapper=(), gate_on="web", identity=(), speaker_wrapper=()):
        """A VIP behind the check "web", with CHECKS beside it. The command line is run under IDENTITY."""
        self.target = TcpTarget(self.lab, self.host)
        peer = self.peer()
        self.gate = self.vipgate("health { lease 60s; }\n", speaker(), *checks, gated_vip(gate_on))
        self.gate.identity = identity
        self.gate.start_healthd(*wrapper)
        self.gate.start_bgpd(*speaker_wrapper)
        self.session = peer.establish()
        self.session.wait_route(VIP)

    def log_lines(self, *words):
        return [line for line in self.gate.healthd.output().splitlines() if all(word in line for word in words)]

    def wait_lines(self, count, *words):
        return wait_for(lambda: len(self.log_lines(*words)) >= count and self.log_lines(*words),
                        lambda: f"{count} lines of the log with {words}: {self.gate.healthd.output()[-2000:]}")

    def silent(self):
        """The port of a listener whose kernel accepts and which says nothing."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=4 * HANGING)
        self.lab.on_close(listener.close)
        return listener.getsockname()[1]

    def expect_beside(self, slow, outcome, reason):
        """While SLOW runs three times and ends with OUTCOME, "web" stays up, runs oftener, and is seen to change."""
        def ended(check):
            return check["runs"] >= 3 and check["last"]["outcome"] == outcome and check["last"]["reason"] == reason

        before = self.gate.check("web")["runs"]
        wait_for(lambda: all(ended(check) for check in self.gate.state("show", "checks")["check"]
                             if check["name"].startswith(slow)), f"{slow} to end as {outcome}, {reason}", deadline=60)
        web = self.gate.check("web")
        self.assertEqual(("up", "ok"), (web["verdict"], web["last"]["outcome"]))
        self.assertGreater(web["runs"] - before, 3)
        self.assertEqual(["65010"], self.session.story(VIP))
        self.target.refuse()
        self.session.wait_gone(VIP)
        self.target.answer()
        self.session.wait_route(VIP)


class Others(Scale):
    def test_a_thousand_targets_that_time_out_at_once(self):
        with self.host.entered():
            port = self.silent()
        slow = "".join(f"check slow{number} {{ tcp {{ target 127.0.0.1:{port}; expect ok; }} interval 2s; timeout 2s; "
                       "rise 1; fall 1; }\n" for number in range(HANGING))
        self.start(slow, tcp_check())
        self.expect_beside("slow", "fail", "timeout")

    def test_a_resolver_that_does_not_answer(self):
        with self.host.entered():
            resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            resolver.bind((NAME_SERVER, 53))
        self.lab.on_close(resolver.close)
        file = self.lab.write("resolv.conf", f"nameserver {NAME_SERVER}\n")
        slow = "".join(f"check slow{number} {{ http {{ url \"http://www{number}.example.com/\"; }} interval 1s; "
                       "timeout 1s; }\n" for number in range(100))
        # The file is another in the daemon's own view of the file system only.
        self.start(slow, tcp_check(), wrapper=("unshare", "-m", "sh", "-c",
                                               f"mount --bind {file} /etc/resolv.conf && exec \"$@\"", "sh"))
        self.assertTrue(resolver.recv(512))
        self.expect_beside("slow", "unable", "no-resolver")


class Shortage(Scale):
    """The shortage begins and ends while the daemon runs, as it does when another program is greedy."""

    def limit(self, what, soft, identity):
        """Sets the limit of the daemon and of its helper; only who has its identity may."""
        for pid in (self.gate.healthd.pid, *children(self.gate.healthd.pid)):
            self.host.run(*identity, program("prlimit"), f"--pid={pid}", f"--{what}={soft}:")

    def expect_unable_for_a_while(self, what, soft, name, unable_words, identity=()):
        self.limit(what, soft, identity)
        self.wait_lines(REPEATS, name, "unable in", unable_words)
        self.limit(what, PLENTY, identity)
        self.wait_lines(1, name, "can probe again")
        self.assertEqual(1, len(self.log_lines("warning", name, "cannot probe", "no-resources")),
                         self.gate.healthd.output()[-3000:])
        self.assertEqual("up", self.gate.check(name)["verdict"])
        self.session.quiet()
        self.assertEqual(["65010"], self.session.story(VIP))

    def test_of_descriptors(self):
        self.start("log { level debug; }\n", tcp_check())
        # No descriptor above those of the standard streams is ever given out again.
        self.expect_unable_for_a_while("nofile", 3, "web", "too many open files")

    def test_of_processes(self):
        directory = self.lab.path("vipgate.run")
        os.makedirs(directory)
        os.chown(directory, USER, USER)
        command = "exec { command /bin/true; } interval 100ms; rise 1; fall 1;"
        self.start("log { level debug; }\n", f"check run {{ {command} }}\n", gate_on="run",
                   wrapper=IDENTITY, identity=IDENTITY, speaker_wrapper=SPEAKER)
        self.expect_unable_for_a_while("nproc", 1, "run", "no more processes", IDENTITY)


if __name__ == "__main__":
    main()
