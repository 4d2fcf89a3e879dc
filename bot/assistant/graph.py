"""Runs Rasa's graph of components in topological order, in place of the Dask of 2022 that Rasa calls for it."""

from collections.abc import Iterable, Mapping
from typing import Any


def run_graph(graph: Mapping[str, Any], targets: Iterable[str]) -> tuple[Any, ...]:
    """Results of the nodes `targets`, computed with all they need, each node once.

    `graph` is what Rasa's runner builds: node name → (callable, names of the nodes it needs), or for an input
    (name, value). A node's callable gets and returns `(name, result)` pairs; for a node that is not in the graph
    it gets the bare name, as Rasa expects.
    """
    results: dict[str, Any] = {}

    def result(name: str) -> Any:
        if name not in graph:
            return name
        if name not in results:
            task = graph[name]
            results[name] = task[0](*map(result, task[1:])) if callable(task[0]) else task
        return results[name]

    return tuple(result(target) for target in targets)
