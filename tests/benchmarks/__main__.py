"""All benchmarks: `python -m tests.benchmarks [speed|scaling|recovery|methods|matching ...]`."""

from tests.benchmarks.em import main

main()
