"""vipgate and ExaBGP: the column of the table in doc/interoperability.md. Features can be named: test_interop_exabgp.py md5 roles."""

from interop.exabgp import Exabgp
from interop.matrix import column

if __name__ == "__main__":
    column(Exabgp)
