"""A file system that does not answer, as NFS without its server: FUSE whose server never reads."""

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
MNT_DETACH = 2


class DeadMount:
    """Mounted at PATH, a directory that is made, until close; whoever hangs in it is then let go."""

    def __init__(self, path):
        self.path = path
        os.mkdir(path)
        self._server = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self._server},rootmode=40000,user_id=0,group_id=0"
        if _libc.mount(b"dead", path.encode(), b"fuse", 0, options.encode()) < 0:
            raise OSError(ctypes.get_errno(), f"mount {path}: {os.strerror(ctypes.get_errno())}")

    def close(self):
        os.close(self._server)
        _libc.umount2(self.path.encode(), MNT_DETACH)
        os.rmdir(self.path)
