"""vipgate and GoBGP: the column of the table in doc/interoperability.md. Features can be named: test_interop_gobgp.py md5 roles."""

from interop.gobgp import Gobgp
from interop.matrix import column

if __name__ == "__main__":
    column(Gobgp)
