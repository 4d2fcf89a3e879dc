"""Topics and content for a persona, in words: what the data say it cares for, and what to offer in which phase."""

from collections.abc import Sequence

from actions.answers.common import button, data_line, listed, persona_name
from persona_store.answer import Answer, Table
from persona_store.guidance.persona_content import TOPIC, Interest, PersonaContent
from persona_store.guidance.types import ContentItem
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.settings import Language
from persona_store.wording import joined, label, number, percent, say

TOPICS_SHOWN = 3
WISHES_SHOWN = 4


def content_answer(found: PersonaContent, language: Language, phase: str | None = None) -> Answer:
    """The topics that stand out, then content by phase, each marked as the team's own or as a sample."""
    info = found.profile.info
    persona = persona_name(info, language)
    topics = [one for one in found.interests if one.attribute == TOPIC][:TOPICS_SHOWN]
    shown = found.items[0][0] if phase is not None and found.items else phase
    if not topics:
        text = say("content_for.no_topics", language, persona=persona)
    else:
        key = "content_for.text" if shown is None else "content_for.text_phase"
        said = joined([_topic(one, language) for one in topics], language)
        text = say(key, language, persona=persona, topics=said, phase=label("stage", shown or "", language))
    return Answer(
        kind="content",
        language=language,
        text=text,
        reasons=tuple(_reasons(found, language)),
        next_step=_next(found, language),
        table=_table(found.items, language) if found.items else None,
        choices=(
            button("approach_persona", language, "ask_approach", persona=str(info.number)),
            button("ideas", language, "list_ideas", persona=str(info.number)),
        ),
        evidence=(data_line(found.profile.contacts, found.data_on, language), *_origin(found, language)),
        details={"persona": info.number, "own": found.own},
    )


def _reasons(found: PersonaContent, language: Language) -> list[str]:
    lines = []
    wishes = [one for one in found.interests if one.attribute != TOPIC][:WISHES_SHOWN]
    if wishes:
        said = joined([_wish(one, language) for one in wishes], language)
        lines.append(say("content_for.wishes_line", language, wishes=said))
    if found.goals:
        lines.append(say("content_for.goals", language, goals=listed(found.goals, language)))
    if found.pains:
        lines.append(say("content_for.pains", language, pains=listed(found.pains, language)))
    return lines


def _next(found: PersonaContent, language: Language) -> str:
    if not found.items:
        return f"{say('content_for.no_items', language)} {say('content_for.import_next', language)}"
    if all(item.sample for _, item in found.items):
        return say("content_for.import_next", language)
    return say("content_for.next", language, number=found.profile.info.number)


def _origin(found: PersonaContent, language: Language) -> tuple[str, ...]:
    if not found.items:
        return ()
    samples = [item.sample for _, item in found.items]
    key = "samples" if all(samples) else "mixed" if any(samples) else "own"
    return (say(f"content_for.{key}", language),)


def _topic(one: Interest, language: Language) -> str:
    return say(
        "content_for.topic",
        language,
        level=level_label(one.attribute, one.level, language),
        share=percent(one.share, language),
        base=percent(one.base, language),
        n=number(one.n, language),
    )


def _wish(one: Interest, language: Language) -> str:
    return say(
        "content_for.topic",
        language,
        level=attribute_label(one.attribute, language),
        share=percent(one.share, language),
        base=percent(one.base, language),
        n=number(one.n, language),
    )


def _table(items: Sequence[tuple[str, ContentItem]], language: Language) -> Table:
    links = any(item.link for _, item in items)
    names = ("phase", "title", "channel", "source", *(("link",) if links else ()))
    rows = tuple(
        (
            label("stage", phase, language),
            item.title,
            ", ".join(label("channel", one, language) for one in item.channels) or say("content_for.all", language),
            say("content_for.sample" if item.sample else "content_for.mine", language),
            *((item.link or "",) if links else ()),
        )
        for phase, item in items
    )
    return Table(tuple(say(f"content_for.column.{name}", language) for name in names), rows)
