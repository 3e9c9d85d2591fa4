"""vipgate and OpenBGPD: the column of the table in doc/interoperability.md. Features can be named: test_interop_openbgpd.py md5 roles."""

from interop.openbgpd import Openbgpd
from interop.matrix import column

if __name__ == "__main__":
    column(Openbgpd)
