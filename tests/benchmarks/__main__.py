"""All benchmarks: `python -m tests.benchmarks [speed|scaling|recovery|matching ...]`."""

from tests.benchmarks.em import main

main()
