"""vipgate and FRR: the column of the table in doc/interoperability.md. Features can be named: test_interop_frr.py md5 roles."""

from interop.frr import Frr
from interop.matrix import column

if __name__ == "__main__":
    column(Frr)
