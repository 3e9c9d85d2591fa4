"""What a process has cost: seconds of CPU and megabytes of resident memory, as the kernel counts them."""

import glob


def cpu_seconds(pid):
    """Of all its threads, so far."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path) as file:
            total += int(file.read().split()[0])
    return total / 1e9


def resident_megabytes(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024
