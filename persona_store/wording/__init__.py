"""Every text a person reads, in German and English: catalogues as YAML files, one folder a language."""

from persona_store.wording.catalogue import catalogue, label, say
from persona_store.wording.formats import day, joined, money, number, percent, ratio, score

__all__ = ["catalogue", "day", "joined", "label", "money", "number", "percent", "ratio", "say", "score"]
