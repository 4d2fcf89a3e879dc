"""Which wishes, problems and traits stand where in the texts about each contact: kept in the table `text_hits`."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final, Literal

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, insert, or_, select
from sqlalchemy.orm import Session

from persona_store.database.bulk import insert_frame, read_parts, read_rows
from persona_store.database.models import Contact, Interaction, TextHit
from persona_store.lexicon.mining import Hit, mine

CHUNK: Final = 20_000  # texts read and written at a time
PARAMETERS: Final = 5_000  # values in one IN (...): below the limits of SQLite and PostgreSQL
REMEMBERED: Final = 1 << 16  # distinct texts: subjects repeat by the thousand
SHORT: Final = 300  # characters of a text worth remembering

# A subject is the contact's own word only where they wrote or called; that of a download, a webinar or of our own mail
# is what the content is about, and is counted as a topic instead.
TALK: Final = ("email", "call", "chat", "social", "meeting", "letter", "complaint", "ticket")
ALWAYS_THEIRS: Final = ("complaint", "ticket")
WRITTEN: Final = ("email", "chat", "social", "letter", "newsletter", "offer")  # what we send under these is our text
ANSWER_MARKS: Final = ("aw:", "re:", "wg:", "fw:", "fwd:", "antw:")  # the subject of an answer is the other's

Field = Literal["notes", "text", "topic"]
Place = tuple[int, int | None, str, int, int, str, str]  # contact, interaction, field, start, end, kind, term
COLUMNS: Final = ("contact_id", "interaction_id", "field", "start", "end", "kind", "term")
HIT_SCHEMA: Final = {"start": pl.Int64, "end": pl.Int64, "kind": pl.String, "term": pl.String}
PLACE_SCHEMA: Final = {"contact_id": pl.Int64, "interaction_id": pl.Int64, "field": pl.String} | HIT_SCHEMA
NOTE_SCHEMA: Final = {"contact_id": pl.Int64, "text": pl.String}
TALK_SCHEMA: Final = {"contact_id": pl.Int64, "interaction_id": pl.Int64, "topic": pl.String, "text": pl.String}


def topic_counts() -> ColumnElement[bool]:
    """Whether the subject of an interaction is the contact's own word."""
    theirs = or_(Interaction.direction == "in", Interaction.kind.in_(ALWAYS_THEIRS))
    return and_(Interaction.topic.is_not(None), Interaction.kind.in_(TALK), theirs)


def text_counts() -> ColumnElement[bool]:
    """Whether the text of an interaction is what the contact wrote, or a note on what was talked about."""
    ours = and_(Interaction.direction == "out", Interaction.kind.in_(WRITTEN))
    return and_(Interaction.text.is_not(None), or_(Interaction.direction.is_(None), ~ours))


def index_texts(
    session: Session,
    contact_ids: Sequence[int] | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Brings the hits in notes, texts and subjects up to date: of all contacts, or of those given.

    Only what has changed is written. People who object have no hits, nor have their doubles. Runs in chunks;
    `progress` is called with the number of texts read so far. Returns how many hits were added or taken away.
    """
    session.flush()
    blocked = without_hits(session)
    if contact_ids is None and session.scalar(select(TextHit.id).limit(1)) is None:
        return _fill(session.connection(), blocked, progress)
    changes = read = 0
    pages = _all_pages(session) if contact_ids is None else _pages_of(session, sorted(set(contact_ids)))
    for texts, kept in pages:
        wanted = {place for text in texts if text[0] not in blocked for place in _places(*text)}
        changes += _write(session, wanted, kept)
        read += len(texts)
        if progress:
            progress(read)
    return changes


def without_hits(session: Session) -> set[int]:
    """Those who objected, and their doubles: an entry that came after the objection bears none itself."""
    objected = select(Contact.id).where(Contact.blocked_on.is_not(None))
    doubles = select(Contact.id).where(Contact.duplicate_of.in_(objected))
    return {*session.scalars(objected), *session.scalars(doubles)}


def note_hits(notes: pl.DataFrame) -> pl.DataFrame:
    """The rows of `text_hits` (but for their number) that notes on contacts make (columns contact_id and text)."""
    return _hits_at(notes.with_columns(pl.lit(None, dtype=pl.Int64).alias("interaction_id"), field=pl.lit("notes")))


def talk_hits(interactions: pl.DataFrame) -> pl.DataFrame:
    """The rows of `text_hits` that rows of the table of interactions make, wherever these are kept."""
    query = str(_told().compile(compile_kwargs={"literal_binds": True}))
    told = pl.SQLContext({Interaction.__tablename__: interactions}, eager=True).execute(query)
    return _talk_hits(told.rename(dict(zip(told.columns, TALK_SCHEMA, strict=True))))


def fill_hits(connection: Connection, found: Iterable[pl.DataFrame], blocked: Collection[int] = ()) -> int:
    """Fills the empty table with hits of all but `blocked`, in the order of their contacts; returns how many."""
    rows = pl.concat([pl.DataFrame(schema=PLACE_SCHEMA), *found]).filter(~pl.col("contact_id").is_in(list(blocked)))
    rows = rows.sort("contact_id", pl.col("interaction_id").fill_null(0), *COLUMNS[2:])
    insert_frame(connection, TextHit.__tablename__, rows)
    return rows.height


def _fill(connection: Connection, blocked: set[int], progress: Callable[[int], None] | None) -> int:
    """Fills the empty table from what the store holds."""
    notes = read_rows(connection, _notes(), NOTE_SCHEMA)
    read, found = notes.height, [note_hits(notes)]
    for told in read_parts(connection, _told(), TALK_SCHEMA):
        found.append(_talk_hits(told))
        read += told["topic"].count() + told["text"].count()
        if progress:
            progress(read)
    return fill_hits(connection, found, blocked)


def _told() -> Select[int, int, str | None, str | None]:
    """Subject and text of each interaction where they count; columns as in TALK_SCHEMA."""
    counted = (case((topic_counts(), Interaction.topic)), case((text_counts(), Interaction.text)))
    return select(Interaction.contact_id, Interaction.id, *counted).where(or_(topic_counts(), text_counts()))


def _talk_hits(told: pl.DataFrame) -> pl.DataFrame:
    fields = [
        told.select("contact_id", "interaction_id", pl.col(field).alias("text"), pl.lit(field).alias("field"))
        for field in ("topic", "text")
    ]
    return _hits_at(pl.concat(fields))


def _hits_at(texts: pl.DataFrame) -> pl.DataFrame:
    """The hits in texts with their places; each distinct text is read once for all the places it stands in."""
    known = texts.filter(pl.col("text").is_not_null())
    places = known.join(_found(known["text"].unique().to_list()), on="text", how="inner")
    answers = pl.any_horizontal(pl.col("text").str.to_lowercase().str.starts_with(mark) for mark in ANSWER_MARKS)
    return places.filter((pl.col("field") != "topic") | ~answers).select(COLUMNS).cast(pl.Schema(PLACE_SCHEMA))


def _found(texts: Iterable[str]) -> pl.DataFrame:
    """The hits in each of the texts: text and the columns of `HIT_SCHEMA`."""
    rows = [
        (text, hit.start, hit.end, hit.kind, hit.term)
        for text in texts
        for hit in (_mined(text) if len(text) <= SHORT else mine(text))
    ]
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * (1 + len(HIT_SCHEMA))
    schema = {"text": pl.String} | HIT_SCHEMA
    return pl.DataFrame([pl.Series(n, c, dtype=schema[n]) for n, c in zip(schema, columns, strict=True)])


def _batches(values: Iterable[int], size: int) -> Iterator[list[int]]:
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some


Text = tuple[int, int | None, Field, str]  # contact, interaction, field, the text itself
Page = tuple[list[Text], dict[Place, int]]  # texts, and the hits that were found in these places before, with their ids


def _places(contact: int, interaction: int | None, field: Field, text: str) -> Iterator[Place]:
    if field == "topic" and text.lower().startswith(ANSWER_MARKS):
        return
    for hit in _mined(text) if len(text) <= SHORT else mine(text):
        yield (contact, interaction, field, hit.start, hit.end, hit.kind, hit.term)


@lru_cache(maxsize=REMEMBERED)
def _mined(text: str) -> tuple[Hit, ...]:
    return mine(text)


def _notes() -> Select[int, str | None]:
    return select(Contact.id, Contact.notes).where(Contact.notes.is_not(None))


def _talks() -> Select[int, int, str | None, bool, str | None, bool]:
    return select(
        Interaction.id, Interaction.contact_id, Interaction.topic, topic_counts(), Interaction.text, text_counts()
    ).where(or_(topic_counts(), text_counts()))


def _hits() -> Select[Any]:
    return select(TextHit.id, *(getattr(TextHit, name) for name in COLUMNS))


def _all_pages(session: Session) -> Iterator[Page]:
    last = 0
    while True:
        notes = session.execute(_notes().where(Contact.id > last).order_by(Contact.id).limit(CHUNK)).all()
        within = TextHit.contact_id > last
        if len(notes) == CHUNK:
            last = notes[-1][0]
            within = and_(within, TextHit.contact_id <= last)
        hits = session.execute(_hits().where(TextHit.interaction_id.is_(None), within))
        yield _of_notes(notes), _kept(hits)
        if len(notes) < CHUNK:
            break
    last = 0
    while True:
        talks = session.execute(_talks().where(Interaction.id > last).order_by(Interaction.id).limit(CHUNK)).all()
        within = TextHit.interaction_id > last
        if len(talks) == CHUNK:
            last = talks[-1][0]
            within = and_(within, TextHit.interaction_id <= last)
        yield _of_talks(talks), _kept(session.execute(_hits().where(within)))
        if len(talks) < CHUNK:
            return


def _pages_of(session: Session, contact_ids: Sequence[int]) -> Iterator[Page]:
    for some in _batches(contact_ids, PARAMETERS):
        texts = _of_notes(session.execute(_notes().where(Contact.id.in_(some))).all())
        texts += _of_talks(session.execute(_talks().where(Interaction.contact_id.in_(some))).all())
        yield texts, _kept(session.execute(_hits().where(TextHit.contact_id.in_(some))))


def _of_notes(rows: Iterable[Any]) -> list[Text]:
    return [(contact, None, "notes", text) for contact, text in rows]


def _of_talks(rows: Iterable[Any]) -> list[Text]:
    texts: list[Text] = []
    for interaction, contact, topic, topic_tells, text, text_tells in rows:
        if topic_tells:
            texts.append((contact, interaction, "topic", topic))
        if text_tells:
            texts.append((contact, interaction, "text", text))
    return texts


def _kept(rows: Iterable[Any]) -> dict[Place, int]:
    return {tuple(place): number for number, *place in rows}  # the columns of `_hits`


def _write(session: Session, wanted: set[Place], kept: dict[Place, int]) -> int:
    """Writes the difference between the hits there should be and those there are; returns its size."""
    stale = [number for place, number in kept.items() if place not in wanted]
    for some in _batches(stale, PARAMETERS):
        session.execute(delete(TextHit).where(TextHit.id.in_(some)))
    fresh = sorted(wanted - kept.keys(), key=lambda place: (place[0], place[1] or 0, place[2:]))
    if fresh:
        session.execute(insert(TextHit), [dict(zip(COLUMNS, place, strict=True)) for place in fresh])
    return len(stale) + len(fresh)
