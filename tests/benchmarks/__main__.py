"""All benchmarks: `python -m tests.benchmarks [part ...]`, and growth: `... scale [--contacts N ...]`."""

import sys

from tests.benchmarks import em, scale

if sys.argv[1:2] == ["scale"]:
    scale.main(sys.argv[2:])
else:
    em.main()
