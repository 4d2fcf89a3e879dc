"""Names of personas that are made of a role: "Geschäftsführer KMU", "the persona Wholesale Buyers"."""

from collections.abc import Sequence

from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.name_features import Sentence, Span
from persona_store.lexicon import Term

_ROLE, _SIZE = "role", "company_size"
_PARTS = frozenset({_ROLE, _SIZE, "industry"})
_ANNOUNCING = frozenset({"persona", "personas", "segment", "segments", "profil", "profile", "personaprofil"})
_ASKING = frozenset({"welche", "welcher", "welches", "welchem", "which", "what", "wessen"})
# A person is described here: "it-leiter konzern" are two facts, and no name.
_DESCRIBING = frozenset({"describe_lead", "inform", "qualify_lead"})
_PEOPLE = frozenset({"leads", "heads", "leaders", "managers", "buyers", "owners", "directors", "teams", "deciders"})
_QUOTES = "\"'„“”‚‘’«»: "


def with_personas(sentence: Sentence, found: Sequence[Span]) -> list[Span]:
    """`found` with the personas whose names the lexicon takes for roles; they win over names found in their words.

    A role is part of such a name beside a size of firms ("SME owners"), and where "persona" or "segment" stands
    directly before or after it. In the description of a lead a role is a role, and no name.
    """
    if sentence.intent in _DESCRIBING:
        roles = {(term.start, term.end) for term in sentence.terms if term.entity == _ROLE}
        return [one for one in found if (one.start, one.end) not in roles]
    named = [_whole(sentence, run) for run in _runs(sentence) if _is_name(sentence, run)]
    added = [one for one in named if not any(_holds(other, one) for other in found if other.entity == "persona")]
    kept = [one for one in found if not any(one.start < other.end and other.start < one.end for other in added)]
    return sorted([*kept, *added], key=lambda span: span.start)


def _whole(sentence: Sentence, run: Sequence[Term]) -> Span:
    """The name with the word for its people at the end, where that is no part of the role: "Enterprise IT Leads"."""
    after = next((token for token in sentence.tokens if token.start >= run[-1].end), None)
    close = after is not None and sentence.text[run[-1].end : after.start] == " "
    end = after.end if after and close and fold(after.text) in _PEOPLE else run[-1].end
    return Span(run[0].start, end, "persona")


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _runs(sentence: Sentence) -> list[list[Term]]:
    """Roles with the sizes and industries that stand beside them with nothing between."""
    runs: list[list[Term]] = []
    for term in (term for term in sentence.terms if term.entity in _PARTS):
        if runs and sentence.text[runs[-1][-1].end : term.start] in (" ", "-"):
            runs[-1].append(term)
        else:
            runs.append([term])
    return [run for run in runs if sum(term.entity == _ROLE for term in run) == 1]


def _is_name(sentence: Sentence, run: list[Term]) -> bool:
    """Whether a role is meant as a persona; a number of employees is a fact, no name."""
    sizes = [term for term in run if term.entity == _SIZE]
    if any(sign.isdigit() for term in sizes for sign in term.text):
        return False
    return bool(sizes) or _announced(sentence, run)


def _announced(sentence: Sentence, run: list[Term]) -> bool:
    before = sentence.text[: run[0].start].rstrip(_QUOTES).split()
    after = sentence.text[run[-1].end :].lstrip(_QUOTES).split()
    if before and fold(before[-1]) in _ANNOUNCING:
        return len(before) < 2 or fold(before[-2]) not in _ASKING
    follows = bool(after) and fold(after[0]).strip("?!.,") in _ANNOUNCING
    return follows and not (len(after) > 1 and after[1][0].isalnum() and _numbered(after[1]))


def _numbered(word: str) -> bool:
    return word[0].isdigit() or word.casefold() in ("eins", "zwei", "drei", "vier", "one", "two", "three", "four")
