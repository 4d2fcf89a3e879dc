"""What the lists of leads say alike: where they look, and the button for the next page."""

from typing import Protocol

from actions.answers.common import labelled_button
from persona_store.answer import Choice
from persona_store.antipersona.types import Stage
from persona_store.settings import Language
from persona_store.wording import label, say


class Narrowed(Protocol):
    """A list of leads, of one stage or company only where these are given."""

    @property
    def stage(self) -> Stage | None:
        """The only stage."""
        ...

    @property
    def company(self) -> str | None:
        """The only company."""
        ...


def where(found: Narrowed, language: Language) -> str:
    """ " at Rosch in the decision stage": what the list is narrowed to, with a space before it; empty for nothing."""
    parts = []
    if found.company is not None:
        parts.append(say("pipeline.where.company", language, company=found.company))
    if found.stage is not None:
        parts.append(say("pipeline.where.stage", language, stage=label("stage", found.stage, language)))
    return "".join(f" {part}" for part in parts)


def page_button(found: Narrowed, page: int, language: Language, **entities: str) -> Choice:
    """The button for a page of the list, narrowed as it is; `entities` say which list it is."""
    named = {"phase": found.stage, "company": found.company}
    said = {name: value for name, value in named.items() if value is not None}
    button = say("pipeline.button.next", language)
    return labelled_button(button, "list_anti_personas", entities | {"ordinal": str(page)} | said)
