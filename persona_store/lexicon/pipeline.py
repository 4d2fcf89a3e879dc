"""The spaCy pipeline: a tokenizer that folds, repairs and takes compounds apart, and a matcher of the lexicon."""

from functools import cache

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from persona_store.lexicon.compounds import UNKNOWN, pieces
from persona_store.lexicon.text import Word, words
from persona_store.lexicon.vocabulary import Meaning, Phrase, vocabulary

ADDRESS = frozenset({"herr", "herrn", "frau", "mr", "mrs", "ms", "miss", "dr", "prof", "familie", "mister"})


class LexiconTokenizer:
    """Text to base forms. `doc.user_data["words"]` holds the original word of every token.

    In `talk` words after a form of address are names: they are neither read nor repaired.
    """

    def __init__(self, vocab: Vocab, *, talk: bool) -> None:
        self.vocab = vocab
        self.talk = talk

    def __call__(self, text: str) -> Doc:
        """The base forms of the words of `text`."""
        tokens: list[str] = []
        origins: list[Word] = []
        before = ""
        for word in words(text, sentences=self.talk):
            for piece in self._pieces(word, before):
                tokens.append(piece)
                origins.append(word)
            before = word.key
        return Doc(self.vocab, words=tokens, user_data={"words": origins})

    def _pieces(self, word: Word, before: str) -> tuple[str, ...]:
        if self.talk and before in ADDRESS:
            return (UNKNOWN,)
        if word.kind != "word":
            return (word.key,) if word.key in vocabulary().bases else (UNKNOWN,)
        return pieces(word.key, talk=self.talk)


@Language.factory("personabot_lexicon")
class LexiconMatcher:
    """Marks every phrase of the lexicon in `doc.spans["lexicon"]`, overlapping ones too; its label is the phrase."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.matcher = PhraseMatcher(nlp.vocab, attr="ORTH")
        for phrase in vocabulary().meanings:
            self.matcher.add(" ".join(phrase), [Doc(nlp.vocab, words=list(phrase))])

    def __call__(self, doc: Doc) -> Doc:
        """Sets `doc.spans["lexicon"]`."""
        doc.spans["lexicon"] = self.matcher(doc, as_spans=True)
        return doc


@cache
def pipeline(*, talk: bool = False) -> Language:
    """The pipeline for job titles, or for whole messages (`talk`)."""
    nlp = spacy.blank("de")
    nlp.tokenizer = LexiconTokenizer(nlp.vocab, talk=talk)
    nlp.add_pipe("personabot_lexicon")
    return nlp


def meanings(span: Span) -> list[Meaning]:
    """What a span of `doc.spans["lexicon"]` may mean."""
    phrase: Phrase = tuple(span.label_.split(" "))
    return vocabulary().meanings[phrase]
