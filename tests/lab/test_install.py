"""What `cmake --install` puts where, and what tools/install leaves of the packages it installs. No namespaces but a view of
the file system of its own; root, for that."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from lab.system import REPOSITORY, require_root
from lab.vipgate import binary

INSTALLED = ["bin/vipgate", "sbin/vipgate-bgpd", "sbin/vipgate-healthd", "lib/systemd/system/vipgate-bgpd.service",
             "lib/systemd/system/vipgate-healthd.service", "share/yang/modules/vipgate.yang", "share/man/man8/vipgate.8",
             "share/man/man8/vipgate-bgpd.8", "share/man/man8/vipgate-healthd.8", "share/man/man5/vipgate.conf.5",
             "share/bash-completion/completions/vipgate", "share/doc/vipgate/examples/minimal.conf"]

# In a view of the file system in which nothing else changes: the tools that tools/install asks are others.
TOOLS = {
    "dpkg-query": "exit 1",
    "apt-cache": "echo '  Candidate: 1'",
    "apt-get": """[ "$1" = install ] || exit 0
mkdir -p /etc/systemd/system/multi-user.target.wants
for name in nginx cron; do
    ln -s /lib/systemd/system/$name.service /etc/systemd/system/multi-user.target.wants/
done
ln -s /lib/systemd/system/cron.service /etc/systemd/system/crond.service
ln -s ../init.d/cron /etc/rc2.d/S01cron""",
    "update-rc.d": 'echo "$@" >"$0".said',
    "systemctl": "exit 1",
}


class Install(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="vipgate-test-")
        self.addCleanup(temporary.cleanup)
        self.directory = temporary.name

    def run_in(self, *words, **environment):
        done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **environment})
        self.assertEqual(0, done.returncode, (words, done.stdout, done.stderr))
        return done.stdout

    def install(self, prefix, **environment):
        self.run_in("cmake", "--install", os.path.dirname(os.path.dirname(binary("vipgate"))), "--prefix", prefix,
                    **environment)

    def unit(self, prefix, name):
        with open(os.path.join(prefix, "lib/systemd/system", f"{name}.service")) as file:
            return file.read()

    def test_all_of_it_is_there_and_the_units_name_it(self):
        prefix = os.path.join(self.directory, "usr")
        self.install(prefix)
        self.assertEqual([], [path for path in INSTALLED if not os.path.exists(os.path.join(prefix, path))])
        for name in ("vipgate-bgpd", "vipgate-healthd"):
            commands = re.findall(r"^Exec\w+=(\S+)", self.unit(prefix, name), re.M)
            self.assertIn(os.path.join(prefix, "sbin", name), commands)
            self.assertEqual([], [path for path in commands if not os.access(path, os.X_OK)])
        self.run_in(os.path.join(prefix, "bin/vipgate"), "config", "check",
                    os.path.join(prefix, "share/doc/vipgate/examples/minimal.conf"))
        if shutil.which("systemd-analyze"):
            self.run_in("systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                        *(os.path.join(prefix, "lib/systemd/system", f"{name}.service")
                          for name in ("vipgate-bgpd", "vipgate-healthd")))

    def test_into_a_package(self):
        self.install("/usr", DESTDIR=self.directory)
        prefix = os.path.join(self.directory, "usr")
        self.assertEqual([], [path for path in INSTALLED if not os.path.exists(os.path.join(prefix, path))])
        self.assertIn("ExecStart=/usr/sbin/vipgate-bgpd -c", self.unit(prefix, "vipgate-bgpd"))
        self.assertIn("ExecReload=/usr/bin/vipgate reload", self.unit(prefix, "vipgate-bgpd"))

    def stub(self, path, text):
        """A program in the test's directory."""
        with open(os.path.join(self.directory, path), "w") as file:
            file.write(f"#!/bin/sh\n{text}\n")
        os.chmod(file.name, 0o755)

    def test_no_service_of_a_package_is_left_enabled(self):
        """nginx and cron come along though neither was named; what was enabled before stays."""
        for name, text in TOOLS.items():
            self.stub(name, text)
        left = self.run_in("unshare", "-m", "sh", "-ec", """
            mount -t tmpfs none /etc/systemd/system
            mount -t tmpfs none /etc/rc2.d
            mkdir /etc/systemd/system/multi-user.target.wants
            ln -s /lib/systemd/system/ssh.service /etc/systemd/system/multi-user.target.wants/
            "$0"/tools/install demo
            find /etc/systemd/system -type l""", REPOSITORY, PATH=f"{self.directory}:{os.environ['PATH']}")
        links = [line for line in left.splitlines() if line.startswith("/etc")]
        self.assertEqual(["/etc/systemd/system/multi-user.target.wants/ssh.service"], links)
        with open(os.path.join(self.directory, "update-rc.d.said")) as said:
            self.assertEqual("cron disable\n", said.read())

    def test_what_is_absent_leaves_its_tests_out(self):
        os.mkdir(os.path.join(self.directory, "tools"))
        shutil.copy(os.path.join(REPOSITORY, "tools/test"), os.path.join(self.directory, "tools"))
        self.stub("tools/install", '[ "$1" != --missing ] || { [ -z "$ABSENT" ] || echo $ABSENT; }')
        self.stub("tools/install-node", "$NODE")
        self.stub("tools/build", "")
        self.stub("ctest", 'for word; do echo "<$word>"; done')
        for absent, node, wanted in (("", "true", None), ("", "false", "lab.probe_(coap|grpc|websocket)"),
                                     ("gobgpd", "false", "lab.interop_gobgp|lab.probe_(coap|grpc|websocket)")):
            said = self.run_in(os.path.join(self.directory, "tools/test"), "-R", "lab", ABSENT=absent, NODE=node,
                               PATH=f"{self.directory}:{os.environ['PATH']}").split()
            self.assertEqual(["<-R>", "<lab>", *(["<-E>", f"<{wanted}>"] if wanted else [])],
                             said[said.index("<-j2>") + 1:])


if __name__ == "__main__":
    require_root()
    unittest.main()
