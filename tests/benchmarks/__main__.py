"""All benchmarks: `python -m tests.benchmarks [part ...]`; those with options of their own by their names."""

import sys

from tests.benchmarks import em, load, nlu, people, scale, turns

OWN_OPTIONS = {"scale": scale.main, "turns": turns.main, "people": people.main, "nlu": nlu.main, "load": load.main}

if sys.argv[1:] and sys.argv[1] in OWN_OPTIONS:
    OWN_OPTIONS[sys.argv[1]](sys.argv[2:])
else:
    em.main()
