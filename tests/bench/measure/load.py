"""How long a configuration of so many VIPs and checks takes to load: what `vipgate config check` costs in CPU."""

import os
import subprocess
import tempfile

from lab.vipgate import binary

HEAD = "bgp { local-as 65010; router-id 198.51.100.70; neighbor 192.0.2.1 { peer-as 65100; } }\n"


def configuration(count):
    """COUNT VIPs, each with a check of its own, in the usual form."""
    lines = [HEAD]
    for number in range(count):
        lines.append(f"check c{number} {{ tcp {{ target 192.0.2.99:{number % 65535 + 1}; }} }}\n"
                     f"vip 198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}/32 {{ gate {{ check c{number}; }} }}\n")
    return "".join(lines)


def check_seconds(count):
    """User and system time of one check of such a file, the program's start included."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(configuration(count))
        file.flush()
        process = subprocess.Popen([binary("vipgate"), "config", "check", file.name], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"a configuration of {count} VIPs and checks is refused")
    return usage.ru_utime + usage.ru_stime
