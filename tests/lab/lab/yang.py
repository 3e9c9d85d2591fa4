"""yanglint's opinion on a document, against the project's own YANG module."""

import json
import os
import subprocess

from .system import REPOSITORY, program

MODULE = os.path.join(REPOSITORY, "etc", "yang", "vipgate.yang")


def complaints(lab, document, name="state.json"):
    """What yanglint has against DOCUMENT, a dict in the encoding of RFC 7951; empty where it accepts it."""
    path = lab.write(name, json.dumps(document))
    done = subprocess.run([program("yanglint"), "-t", "data", MODULE, path], capture_output=True, text=True)
    return (done.stderr or f"exit status {done.returncode}").strip() if done.returncode else ""
