"""The command line against daemons that answer, refuse, fall silent or talk nonsense: exit statuses, one line to
standard error, one document to standard output. No namespaces, no root."""

import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import unittest

from lab.fake_daemon import INVALID, LAST, MORE, REFUSAL, FakeDaemon, frame, state
from lab.system import wait_for
from lab.vipgate import binary

# A follower's list of what was before ends with an answer that has none.
LISTED = frame(MORE, {"vipgate:state": {}})
VIP = {"prefix": "203.0.113.9/32", "state": "withdrawn", "reason": "gate is down",
       "cause": [{"step": 1, "kind": "vip", "subject": "203.0.113.9/32", "state": "withdrawn", "text": "gate is down"},
                 {"step": 2, "kind": "check", "subject": "web", "state": "down", "text": "3 failures"}]}
CHECK = {"name": "web", "kind": "tcp", "verdict": "down", "last": {"outcome": "fail", "reason": "refused"}}


def event(number, daemon):
    return {"time": f"2026-11-20T11:12:13.{number:06}Z", "daemon": daemon, "kind": "check", "subject": "web",
            "to": "down", "cause": f"event {number}"}


def to_come(number, daemon):
    return {**event(number, daemon), "time": f"2126-11-20T11:12:13.{number:06}Z", "cause": f"event {number} of {daemon}"}


def plan(digest, change=(), changes=None, **more):
    """The answer to a reload's prepare."""
    return frame(MORE, {"vipgate:state": {"reload": {"digest": digest, "change": list(change),
                                                     "changes": len(change) if changes is None else changes, **more}}})


def reloading(prepared, applied=frame(LAST, "")):
    return lambda name, arguments: prepared if arguments["phase"] == "prepare" else applied


class Ctl(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="vipgate-test-")
        self.addCleanup(temporary.cleanup)
        self.directory = temporary.name

    def daemon(self, name, answer, **options):
        daemon = FakeDaemon(self.directory, name, answer, **options)
        self.addCleanup(daemon.close)
        return daemon

    def cli(self, *words):
        return subprocess.run([binary("vipgate"), "-S", self.directory, *words], capture_output=True, text=True,
                              timeout=30)

    def expect(self, status, *words, says="", shows=False, lines=1):
        """Exit STATUS, LINES on standard error of which the first says so, output only where it SHOWS something."""
        done = self.cli(*words)
        self.assertEqual(status, done.returncode, (words, done.stderr))
        self.assertEqual(lines, len(done.stderr.splitlines()), (words, done.stderr))
        self.assertIn(says, done.stderr)
        self.assertEqual(shows, bool(done.stdout), (words, done.stdout))
        return done

    def state(self, *words):
        done = self.cli("--json", *words)
        self.assertEqual((0, ""), (done.returncode, done.stderr), words)
        document = json.loads(done.stdout)
        self.assertEqual(["vipgate:state"], list(document))
        return document["vipgate:state"]


class Failures(Ctl):
    def test_nobody_there(self):
        for words in (["show", "vips"], ["show", "vip", "203.0.113.9"], ["show", "neighbors"], ["why", "203.0.113.9"],
                      ["show", "advertised-routes"], ["show", "received-routes"],
                      ["neighbor", "192.0.2.1", "reset"]):
            self.expect(3, *words, says=f"{self.directory}/bgpd.sock")
        for words in (["show", "checks"], ["show", "check", "web"], ["check", "run", "web"]):
            self.expect(3, *words, says=f"{self.directory}/healthd.sock")
        for words in (["status"], ["show", "events"], ["show", "events", "--follow"], ["reload"], ["show", "config"]):
            self.expect(3, *words, says="bgpd.sock", lines=2)

    def test_usage(self):
        for words in ([], ["shwo"], ["show"], ["show", "vip"], ["show", "vip", "x"], ["show", "vips", "x"],
                      ["--bad", "status"], ["neighbor", "192.0.2.1", "kick"], ["config", "convert", "x"],
                      ["run"], ["show", "events", "--last", "x"], ["show", "events", "--follow", "--watch"]):
            self.expect(2, *words)
        for action in ("up", "refresh"):
            self.expect(2, "neighbor", "192.0.2.1", action, "--message", "x", says="unexpected --message")

    def test_help_and_version(self):
        for words in (["--help"], ["-h"], ["help"], ["help", "show"], ["show", "--help"], ["show", "vip", "-h"], ["version"],
                      ["--version"], ["-V"]):
            self.expect(0, *words, shows=True, lines=0)

    def test_help_and_version_of_the_daemons(self):
        for name in ("vipgate-bgpd", "vipgate-healthd"):
            for words, says in ((["--help"], "usage: "), (["-h"], "usage: "), (["--version"], f"{name} "), (["-V"], f"{name} ")):
                done = subprocess.run([binary(name), *words], capture_output=True, text=True, timeout=30)
                self.assertEqual((0, "", True), (done.returncode, done.stderr, done.stdout.startswith(says)), words)
            done = subprocess.run([binary(name), "--nonsense"], capture_output=True, text=True, timeout=30)
            self.assertEqual(2, done.returncode)

    def test_a_refusal(self):
        self.daemon("bgpd", lambda name, arguments: frame(REFUSAL, "there is no neighbor 192.0.2.1"))
        for words in (["show", "neighbor", "192.0.2.1"], ["neighbor", "192.0.2.1", "down"], ["show", "vips"]):
            self.expect(1, *words, says="there is no neighbor 192.0.2.1")

    def test_what_is_not_there(self):
        self.daemon("bgpd", lambda name, arguments: state())
        self.daemon("healthd", lambda name, arguments: state())
        for words in (["show", "neighbor", "192.0.2.1"], ["show", "vip", "203.0.113.9/32"], ["show", "check", "web"],
                      ["why", "203.0.113.9/32"], ["check", "run", "web"]):
            self.expect(1, *words, says=f"no {'check' if 'web' in words else words[-2]}".replace("why", "vip"))

    def test_answers_that_are_none(self):
        answers = {"closed": b"", "half a length": b"\0\0", "half an answer": frame(LAST, "{}")[:-1],
                   "unknown kind": frame(9, "{}"), "endless": b"\xff\xff\xff\xff\1", "no JSON": frame(LAST, "nonsense"),
                   "empty": b"\0\0\0\0", "broken state": frame(LAST, '{"vipgate:state": []}')}
        for name, answer in answers.items():
            with self.subTest(name):
                daemon = FakeDaemon(self.directory, "bgpd", lambda *_, answer=answer: answer)
                self.expect(3, "show", "vips")
                daemon.close()

    def test_output_that_cannot_be_written(self):
        self.daemon("bgpd", lambda name, arguments: state(vip=[VIP]))
        with open("/dev/full", "w") as full:
            done = subprocess.run([binary("vipgate"), "-S", self.directory, "show", "vips"], stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertEqual(1, done.returncode)
        self.assertIn("No space left", done.stderr)

    def test_a_terminal_is_not_at_the_mercy_of_others(self):
        hostile = "\u009b2Jred"
        self.daemon("bgpd", lambda name, arguments: state(vip=[{"prefix": "203.0.113.9/32", "reason": hostile}]))
        done = self.cli("show", "vips")
        self.assertEqual(0, done.returncode)
        self.assertNotIn("\u009b", done.stdout)
        self.assertEqual("??2Jred", self.state("show", "vips")["vip"][0]["reason"])


class Answers(Ctl):
    def test_a_long_list_comes_in_pieces_and_is_one_document(self):
        def routes(first):
            return {"vipgate:state": {"site": "x", "received-route": [
                {"neighbor": "192.0.2.1", "prefix": f"10.{number // 256}.{number % 256}.0/24", "as-path": "1 2 3"}
                for number in range(first, first + 500)]}}

        self.daemon("bgpd", lambda *_: [frame(MORE, routes(0)), frame(MORE, routes(500)), frame(LAST, routes(1000))])
        shown = self.state("show", "received-routes")
        self.assertEqual(["received-route"], list(shown))
        self.assertEqual(1500, len({route["prefix"] for route in shown["received-route"]}))
        lines = self.cli("show", "received-routes").stdout.splitlines()
        self.assertEqual(1501, len(lines))
        self.assertEqual(1, len({line.index("1 2 3") for line in lines[1:]}))

    def test_a_list_that_breaks_off(self):
        vips = frame(MORE, {"vipgate:state": {"vip": [VIP]}})
        self.daemon("bgpd", lambda *_: [vips, frame(REFUSAL, "the rest is lost")])
        self.assertIn("vip", json.loads(self.expect(1, "--json", "show", "vips", shows=True).stdout)["vipgate:state"])

    def test_status_shows_what_is_there(self):
        self.daemon("healthd", lambda *_: state(site="north", daemon=[{"name": "healthd"}], check=[CHECK]))
        done = self.expect(3, "status", says="bgpd.sock", shows=True)
        self.assertIn("web", done.stdout)
        self.daemon("bgpd", lambda *_: state(site="north", daemon=[{"name": "bgpd"}], vip=[VIP]))
        shown = self.state("status")
        self.assertEqual(["site", "daemon", "vip", "check"], list(shown))
        self.assertEqual(["healthd", "bgpd"], [daemon["name"] for daemon in shown["daemon"]])

    def test_events_of_both_by_time(self):
        self.daemon("healthd", lambda *_: state(event=[event(1, "healthd"), event(4, "healthd")]))
        self.daemon("bgpd", lambda *_: state(event=[event(2, "bgpd"), event(3, "bgpd"), event(5, "bgpd")]))
        self.assertEqual([f"event {number}" for number in range(1, 6)],
                         [one["cause"] for one in self.state("show", "events")["event"]])
        self.assertEqual(["event 4", "event 5"],
                         [one["cause"] for one in self.state("show", "events", "--last", "2")["event"]])

    def test_follow_ends_with_a_whole_document(self):
        for name, first in (("healthd", 1), ("bgpd", 2)):
            self.daemon(name, lambda *_, name=name, first=first: [
                frame(MORE, {"vipgate:state": {"event": [event(first, name)]}}), LISTED,
                frame(MORE, {"vipgate:state": {"event": [event(first + 2, name)]}})], hold=True)
        for words, done in ((["--json"], lambda text: text.count('"cause"') == 4),
                            ([], lambda text: all(f"event {number}" in text for number in range(1, 5)))):
            path = os.path.join(self.directory, "out")
            def output():
                with open(path) as file:
                    return file.read()
            with open(path, "w") as out:
                process = subprocess.Popen([binary("vipgate"), "-S", self.directory, *words, "show", "events",
                                            "--follow"], stdout=out)
            try:
                wait_for(lambda done=done: done(output()), "four events")
                process.send_signal(signal.SIGINT)
                self.assertEqual(0, process.wait(10))
            finally:
                process.kill()
                process.wait()
            if words:
                causes = [one["cause"] for one in json.loads(output())["vipgate:state"]["event"]]
                self.assertEqual(["event 1", "event 2"], causes[:2])
                self.assertEqual({"event 3", "event 4"}, set(causes[2:]))

    def test_an_effect_never_stands_before_its_cause(self):
        """Whoever is heard first, and in the same microsecond."""
        effect_sent = threading.Event()
        def bgpd(*_):
            yield LISTED
            yield frame(MORE, {"vipgate:state": {"event": [to_come(7, "bgpd"), to_come(9, "bgpd")]}})
            effect_sent.set()
        def healthd(*_):
            yield LISTED
            effect_sent.wait(15)
            yield frame(MORE, {"vipgate:state": {"event": [to_come(7, "healthd"), to_come(8, "healthd")]}})
        self.daemon("bgpd", bgpd, hold=True)
        self.daemon("healthd", healthd, hold=True)
        path = os.path.join(self.directory, "out")
        def causes():
            with open(path) as file:
                return re.findall(r'"cause": *"(.*?)"', file.read())
        with open(path, "w") as out:
            process = subprocess.Popen([binary("vipgate"), "-S", self.directory, "--json", "show", "events",
                                        "--follow"], stdout=out)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for(lambda: len(causes()) == 4, "four events")
        self.assertEqual(["event 7 of healthd", "event 7 of bgpd", "event 8 of healthd", "event 9 of bgpd"], causes())

    def test_why_asks_for_the_checks_of_the_chain(self):
        other = {**event(9, "bgpd"), "subject": "other"}
        bgpd = self.daemon("bgpd", lambda *_: state(vip=[VIP], event=[event(2, "bgpd"), other]))
        alone = self.expect(0, "why", "203.0.113.9", says="healthd.sock", shows=True)
        self.assertIn("3 failures", alone.stdout)
        healthd = self.daemon("healthd", lambda name, arguments: state(check=[CHECK]) if "check" in arguments else
                              state(event=[event(1, "healthd"), {**event(3, "healthd"), "subject": "else"}]))
        shown = self.state("why", "203.0.113.9")
        self.assertEqual(("vipgate:get", {"what": ["why", "event"], "prefix": "203.0.113.9/32", "last": 300}),
                         bgpd.requests[-1])
        self.assertEqual([("vipgate:get", {"what": ["check"], "check": "web"}),
                          ("vipgate:get", {"what": ["event"], "last": 300})], healthd.requests)
        self.assertEqual({"vip": [VIP], "check": [CHECK], "event": [event(1, "healthd"), event(2, "bgpd")]}, shown)
        text = self.cli("why", "203.0.113.9").stdout
        for word in ("withdrawn", "web", "3 failures", "refused", "event 1"):
            self.assertIn(word, text)

    def test_reload_applies_when_all_have_prepared(self):
        bgpd = self.daemon("bgpd", reloading(plan("1", change=["vip 203.0.113.9/32 added"], warning=["a.conf:1:2: hm"])))
        healthd = self.daemon("healthd", reloading(plan("1", warning=["a.conf:1:2: hm", "a.conf:3:4: oh"])))
        done = self.expect(0, "reload", shows=True, lines=2)
        self.assertEqual("vip 203.0.113.9/32 added\n", done.stdout)
        self.assertEqual("a.conf:1:2: hm\na.conf:3:4: oh\n", done.stderr)
        for daemon in (bgpd, healthd):
            self.assertEqual(["prepare", "apply"], [one["phase"] for _, one in daemon.requests])
        self.assertEqual(1, len({one["token"] for _, one in bgpd.requests + healthd.requests}))
        self.assertEqual(0, self.cli("reload").returncode)
        self.assertNotEqual(bgpd.requests[0][1]["token"], bgpd.requests[-1][1]["token"])

    def test_reload_says_how_much_it_did_not_say(self):
        self.daemon("bgpd", reloading(plan("1", change=["one", "two"], changes=7)))
        done = self.expect(0, "reload", says="healthd does not run", shows=True)
        self.assertEqual("one\ntwo\n… and 5 more\n", done.stdout)

    def test_reload_applies_nothing_unless_all_have_prepared(self):
        for said, status, text, lines in (
                (frame(INVALID, "a.conf:1:2: bad\na.conf:3:4: worse\n"), 2, "a.conf:3:4: worse", 2),
                (frame(REFUSAL, "the port cannot be bound"), 1, "the port cannot be bound", 1),
                (frame(LAST, ""), 1, "", 1), (b"", 1, "closed", 1), (plan("2"), 1, "changed", 1)):
            for one, other in (("bgpd", "healthd"), ("healthd", "bgpd")):
                with self.subTest(said=said, one=one):
                    refusing = FakeDaemon(self.directory, one, lambda *_: said)
                    willing = FakeDaemon(self.directory, other, reloading(plan("1")))
                    try:
                        self.expect(status, "reload", says=text, lines=lines)
                    finally:
                        refusing.close()
                        willing.close()
                    self.assertNotIn("apply", [one["phase"] for _, one in refusing.requests + willing.requests])

    def test_reload_says_who_has_what_where_one_is_lost_in_between(self):
        self.daemon("bgpd", reloading(plan("1")))
        self.daemon("healthd", reloading(plan("1"), frame(REFUSAL, "no")))
        self.expect(1, "reload", says="bgpd has the new configuration, healthd keeps its old one", lines=2)

    def test_steering(self):
        bgpd = self.daemon("bgpd", lambda *_: frame(LAST, ""))
        self.expect(0, "neighbor", "2001:DB8::1", "down", "--message", "caf\u00e9 \"x\"", lines=0)
        self.assertEqual([("vipgate:neighbor", {"remote-address": "2001:db8::1", "action": "down",
                                                "message": "caf\u00e9 \"x\""})], bgpd.requests)

    def test_completion_knows_the_names(self):
        self.daemon("bgpd", lambda *_: state(vip=[VIP]))
        def complete(*words):
            return subprocess.run([binary("vipgate"), "--complete", "-S", self.directory, *words], capture_output=True,
                                  text=True, timeout=30).stdout.split()
        self.assertEqual(["203.0.113.9/32"], complete("show", "vip", ""))
        self.assertEqual([], complete("show", "check", ""))
        self.assertEqual(["vips", "vip"], complete("show", "v"))


if __name__ == "__main__":
    unittest.main()
