"""Repeats training sentences with other, made-up names in them; the same sentences give the same variants."""

import random
import re
from collections.abc import Callable, Sequence
from functools import partial

from faker import Faker

from bot.assistant.nlu.name_features import Sentence, Span
from bot.assistant.nlu.tokenizer import tokens_of
from persona_store.lexicon import find_terms

_SEED = 1
_LOCALES = ("de_DE", "de_DE", "en_GB", "tr_TR")  # names as they occur in a CRM of a German firm
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
    return Sentence(text, tokens_of(text), find_terms(text), tuple(names), sentence.intent)


def _makers() -> dict[str, list[Callable[[], str]]]:
    """Ways to make up a name, as often in the list as people use them."""
    makers: dict[str, list[Callable[[], str]]] = {"contact": [], "company": []}
    for number, locale in enumerate(_LOCALES):
        fake = Faker(locale)
        fake.seed_instance(_SEED + number)
        makers["contact"] += [fake.last_name, fake.last_name, partial(_full_name, fake)]
        makers["company"] += [fake.company, partial(_short_company, fake)]
    german = Faker("de_DE")
    german.seed_instance(_SEED)
    makers["contact"] += [partial(_doctor, german), german.ascii_company_email, partial(_crm_id, german)]
    return makers


def _full_name(fake: Faker) -> str:
    return f"{fake.first_name()} {fake.last_name()}"


def _doctor(fake: Faker) -> str:
    return f"Dr. {fake.last_name()}"


def _crm_id(fake: Faker) -> str:
    return f"#{fake.random_int(100, 99_999)}"


def _short_company(fake: Faker) -> str:
    return re.split(r"\W", fake.company())[0]
