"""vipgate and BIRD: the column of the table in doc/interoperability.md. Features can be named: test_interop_bird.py md5 roles."""

from interop.bird import Bird
from interop.matrix import column

if __name__ == "__main__":
    column(Bird)
