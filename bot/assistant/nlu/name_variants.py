"""Repeats training sentences with other, made-up names in them; the same sentences give the same variants."""

import random
from collections.abc import Callable, Sequence

from faker import Faker

from bot.assistant.nlu.name_features import Sentence, Span
from bot.assistant.nlu.tokenizer import tokens_of
from persona_store.lexicon import find_terms

_SEED = 1
_VARIED = frozenset({"contact", "company"})


def with_other_names(sentences: Sequence[Sentence], variants: int) -> list[Sentence]:
    """`variants` versions of each sentence that names a contact or a company; half of them in lower case."""
    makers = _makers()
    dice = random.Random(_SEED)
    varied = []
    for sentence in sentences:
        if any(span.entity in _VARIED for span in sentence.spans):
            varied += [_varied(sentence, makers, dice, lower=bool(number % 2)) for number in range(variants)]
    return varied


def _varied(
    sentence: Sentence, makers: dict[str, list[Callable[[], str]]], dice: random.Random, *, lower: bool
) -> Sentence:
    text, names, end = "", [], 0
    for span in sorted(sentence.spans, key=lambda span: span.start):
        text += sentence.text[end : span.start]
        old = sentence.text[span.start : span.end]
        new = dice.choice(makers[span.entity])() if span.entity in _VARIED else old
        names.append(Span(len(text), len(text) + len(new), span.entity))
        text += new
        end = span.end
    text += sentence.text[end:]
    if lower and len(text.lower()) == len(text):  # positions must stay valid
        text = text.lower()
    return Sentence(text, tokens_of(text), find_terms(text), tuple(names))


def _makers() -> dict[str, list[Callable[[], str]]]:
    """Ways to make up a name, as often in the list as people use them."""
    german = Faker("de_DE")
    german.seed_instance(_SEED)
    makers: dict[str, list[Callable[[], str]]] = {"contact": [], "company": []}
    for locale in ("de_DE", "de_DE", "en_GB", "tr_TR"):
        fake = Faker(locale)
        fake.seed_instance(_SEED + len(makers["contact"]))
        makers["contact"] += [
            fake.last_name,
            fake.last_name,
            lambda fake=fake: f"{fake.first_name()} {fake.last_name()}",
        ]
        makers["company"] += [fake.company, lambda fake=fake: fake.company().split()[0].strip(",")]
    makers["contact"] += [
        lambda: f"Dr. {german.last_name()}",
        german.ascii_company_email,
        lambda: f"#{german.random_int(100, 99_999)}",
    ]
    return makers
