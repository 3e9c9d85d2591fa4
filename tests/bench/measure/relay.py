"""Runs a command and passes on what it prints, line by line, noting for each when it went by. As a program:

    python3 relay.py FILE COMMAND...        FILE gets lines of "SECONDS LINE", seconds of the monotonic clock
"""

import subprocess
import sys
import time

if __name__ == "__main__":
    with open(sys.argv[1], "w", buffering=1) as notes:
        child = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE)
        for line in child.stdout:
            notes.write(f"{time.monotonic():.6f} {line.decode()}")
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
