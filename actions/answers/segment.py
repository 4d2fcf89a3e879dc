"""The contacts of a persona as a file, in words: the file itself is fetched apart."""

from datetime import datetime

from actions.answers.common import button
from persona_store.answer import Answer, File
from persona_store.exports import MEDIA_TYPE, VALID_SECONDS, Segment, file_name
from persona_store.settings import Language
from persona_store.wording import number, say

MINUTES = VALID_SECONDS // 60


def segment_answer(segment: Segment, token: str, expires: datetime, language: Language) -> Answer:
    """Where the file is to be had, what it holds, and what to mind."""
    name = file_name(segment, language)
    file = File(
        name=name,
        media_type=MEDIA_TYPE,
        link=f"/api/files/{token}",
        expires=expires.isoformat(),
        rows=segment.n,
        command=f"personabot persona export {segment.number} -o {name}",
    )
    text = say(
        "export.text", language, n=number(segment.n, language), persona=segment_name(segment, language), minutes=MINUTES
    )
    return Answer(
        kind="segment",
        language=language,
        text=text,
        reasons=tuple(say(f"export.{key}", language) for key in ("left_out", "unsubscribed", "logged")),
        next_step=say("export.next", language),
        file=file,
        details={"persona": segment.number, "n": segment.n},
    )


def refused_answer(language: Language) -> Answer:
    """Sales reps do not take lists of contacts out of the store."""
    return Answer("error", language, say("export.refused", language), next_step=say("export.refused_next", language))


def no_segment_answer(segment: Segment | None, language: Language) -> Answer:
    """There is nothing to hand out."""
    if segment is None:
        return Answer(
            "error",
            language,
            say("export.gone", language),
            choices=(button("personas", language, "list_personas"),),
        )
    return Answer("segment", language, say("export.empty", language, persona=segment_name(segment, language)))


def segment_name(segment: Segment, language: Language) -> str:
    """The persona as people refer to it."""
    return say("answer.persona_name", language, number=segment.number, name=segment.name(language))
