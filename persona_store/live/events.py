"""What a CRM may tell by webhook: the event model, strict and bounded, and the reasons why an event is refused."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from persona_store.crm.cells import ATTRIBUTE_TEXT, ID_LENGTH, LONG_TEXT
from persona_store.crm.values import FIRST_YEAR, LAST_YEAR
from persona_store.crm.words import fold, word_set
from persona_store.database.models import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH

Status = Literal["applied", "known", "waiting", "dropped", "refused"]
STATUSES: tuple[Status, ...] = get_args(Status)

EMAIL_LENGTH = 320
MOST_CUSTOM = 100  # columns of one contact; a CRM with more sends them in several events
MOST_MINUTES = 60 * 24 * 31  # nobody cares for one contact without a break for longer than a month
LARGEST_AMOUNT = 1e12
LARGEST_COUNT = 10_000_000  # employees; the largest employers have some two million
CLOCK_AHEAD = timedelta(hours=24)  # a clock that is wrong by more would hold off every later event
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACES = 3  # parts of a path told in a reason
PLACE_LENGTH = 60


def _text_id(value: object) -> object:
    """Ids may come as whole numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _printable(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise PydanticCustomError("unprintable", "no printable text")
    return value.strip()


def _without_nul(value: str) -> str:
    """PostgreSQL stores no NUL, not even of an event that waits; one such text would hold up its whole batch."""
    return value.replace("\x00", "")


def _moment(value: str) -> str:
    parsed = instant(value)
    if parsed is None:
        raise PydanticCustomError("moment", "no point in time")
    return value.strip()


def _past(value: str) -> str:
    parsed = instant(_moment(value))
    if parsed is not None and parsed > datetime.now(UTC) + CLOCK_AHEAD:
        raise PydanticCustomError("future", "in the future")
    return value.strip()


def _day(value: str) -> str:
    try:
        parsed = date.fromisoformat(value.strip())
    except ValueError:
        raise PydanticCustomError("day", "no date") from None
    if not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise PydanticCustomError("day", "no date")
    return parsed.isoformat()


def instant(value: str) -> datetime | None:
    """The point in time that an ISO 8601 text means, in UTC (also where it names no zone); None where it is none."""
    try:
        parsed = datetime.fromisoformat(value.strip())
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return parsed if FIRST_YEAR <= parsed.year <= LAST_YEAR else None


EventId = Annotated[
    str, BeforeValidator(_text_id), Field(min_length=1, max_length=KEY_LENGTH), AfterValidator(_printable)
]
RecordId = Annotated[
    str, BeforeValidator(_text_id), Field(min_length=1, max_length=ID_LENGTH), AfterValidator(_printable)
]
Email = Annotated[str, Field(min_length=3, max_length=EMAIL_LENGTH), AfterValidator(_printable)]
Text = Annotated[str, Field(max_length=NAME_LENGTH), AfterValidator(_without_nul)]
Phone = Annotated[str, Field(max_length=WORD_LENGTH), AfterValidator(_without_nul)]
Word = Annotated[str, Field(min_length=1, max_length=WORD_LENGTH), AfterValidator(_without_nul)]
Long = Annotated[str, Field(max_length=LONG_TEXT), AfterValidator(_without_nul)]
Moment = Annotated[str, Field(max_length=40), AfterValidator(_moment)]
Past = Annotated[str, Field(max_length=40), AfterValidator(_past)]
Day = Annotated[str, Field(max_length=10), AfterValidator(_day)]
Amount = Annotated[float, Field(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT, allow_inf_nan=False)]
Custom = Annotated[str, Field(max_length=ATTRIBUTE_TEXT), AfterValidator(_without_nul)] | bool | int | Amount | None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ContactRef(_Strict):
    """Whom an event is about: the contact's id in the CRM, else the e-mail address."""

    id: RecordId | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.id is None and self.email is None:
            raise PydanticCustomError("nobody", "neither id nor email")
        return self


class InteractionData(_Strict):
    """A touchpoint. `id` is its id in the CRM; `at` when it took place, if not the event's own `at`."""

    id: RecordId | None = None
    kind: Word
    channel: Word | None = None
    direction: Word | None = None
    responded: bool | None = None
    at: Moment | None = None
    minutes: Annotated[float, Field(ge=0, le=MOST_MINUTES, allow_inf_nan=False)] | None = None
    topic: Text | None = None
    text: Long | None = None


class ContactData(_Strict):
    """What changed about a contact; a field that is not named stays, one that is null is emptied."""

    salutation: Text | None = None
    title: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    name: Text | None = None
    email: Email | None = None
    phone: Phone | None = None
    mobile: Phone | None = None
    job_title: Text | None = None
    company_id: RecordId | None = None
    company: Text | None = None
    company_industry: Text | None = None
    company_employees: Annotated[int, Field(ge=0, le=LARGEST_COUNT)] | None = None
    company_revenue: Amount | None = None
    company_website: Text | None = None
    source: Text | None = None
    country: Text | None = None
    region: Text | None = None
    city: Text | None = None
    birth_year: Annotated[int, Field(ge=0, le=LAST_YEAR)] | None = None
    birth_date: Day | None = None
    status: Text | None = None
    owner: Text | None = None
    notes: Long | None = None
    created_on: Day | None = None
    last_activity_on: Day | None = None
    custom: Annotated[dict[str, Custom], Field(max_length=MOST_CUSTOM)] = Field(default_factory=dict)

    @field_validator("custom")
    @classmethod
    def _names(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name, cell in value.items():
            if len(name) > NAME_LENGTH // 3:
                raise PydanticCustomError("string_too_long", "too long", {"max_length": NAME_LENGTH // 3})
            _printable(name)
            if isinstance(cell, int) and abs(cell) > LARGEST_AMOUNT:
                raise PydanticCustomError("less_than_equal", "too large", {"le": LARGEST_AMOUNT})
        return {name.strip(): cell for name, cell in value.items()}


class OutcomeData(_Strict):
    """How it ended: true or a word for won, false or a word for lost, null for still open; `on` is the day."""

    outcome: bool | Word | None
    on: Day | None = None

    @field_validator("outcome")
    @classmethod
    def _known(cls, value: bool | str | None) -> bool | None:
        if not isinstance(value, str):
            return value
        word = fold(value)
        if word in word_set("won") or word in word_set("yes"):
            return True
        if word in word_set("lost") or word in word_set("no"):
            return False
        raise PydanticCustomError("outcome", "unknown word")


class DealData(_Strict):
    """An opportunity, known by its id in the CRM; `won` is null while it is open."""

    id: RecordId
    company_id: RecordId | None = None
    company: Text | None = None
    product: Text | None = None
    stage: Text | None = None
    amount: Amount | None = None
    margin: Amount | None = None
    won: bool | None = None
    opened_on: Day | None = None
    closed_on: Day | None = None
    owner: Text | None = None


class _Event(_Strict):
    id: EventId
    at: Past
    contact: ContactRef

    @property
    def clock(self) -> tuple[int, str]:
        """When the event happened, in microseconds since 1970, and its id: a total order of events."""
        parsed = instant(self.at) or EPOCH
        return (parsed - EPOCH) // timedelta(microseconds=1), self.id

    @property
    def refs(self) -> tuple[str, ...]:
        """Whom the event is about, as the store remembers it while the contact is not known."""
        return refs_of(self.contact.id, self.contact.email)


class InteractionEvent(_Event):
    """Somebody was reached, or did something."""

    kind: Literal["interaction"]
    data: InteractionData


class ContactEvent(_Event):
    """A contact is new or has changed."""

    kind: Literal["contact"]
    data: ContactData


class OutcomeEvent(_Event):
    """A contact became a customer, or was lost, or is open again."""

    kind: Literal["outcome"]
    data: OutcomeData


class DealEvent(_Event):
    """A deal is new or has changed."""

    kind: Literal["deal"]
    data: DealData


Event = Annotated[InteractionEvent | ContactEvent | OutcomeEvent | DealEvent, Field(discriminator="kind")]
EVENT: TypeAdapter[InteractionEvent | ContactEvent | OutcomeEvent | DealEvent] = TypeAdapter(Event)


@dataclass(frozen=True, slots=True)
class EventResult:
    """What became of one event; `place` is where in the list it stood, `id` is missing where it could not be read.

    Of refused ones `reason` is the key below `events.reason` in the catalogues and `values` what to fill in.
    `left_out` are cells that could not be read, such as an e-mail address that is none; the rest was taken.
    """

    place: int
    id: str | None
    status: Status
    reason: str | None = None
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventReport:
    """What became of a batch, event by event in the order given; `released` had waited for a contact now known."""

    results: tuple[EventResult, ...]
    released: int = 0

    def count(self, status: Status) -> int:
        """How many events came to `status`."""
        return sum(result.status == status for result in self.results)


def refs_of(external_id: str | None, email: str | None) -> tuple[str, ...]:
    """The names under which a contact can be waited for, the surest first."""
    found = [] if external_id is None else [f"id:{external_id}"]
    return (*found, *(() if email is None else (f"mail:{email.strip().lower()}"[:KEY_LENGTH],)))


def read_event(place: int, given: object) -> InteractionEvent | ContactEvent | OutcomeEvent | DealEvent | EventResult:
    """The event that `given` (parsed JSON) means, or why it is refused."""
    try:
        return EVENT.validate_python(given)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
    except RecursionError:
        return EventResult(place, None, "refused", "invalid", {"where": "event"})
    known = given.get("id") if isinstance(given, dict) else None
    name = _text_id(known)
    id_ = name if isinstance(name, str) and name.isprintable() and len(name) <= KEY_LENGTH else None
    reason, values = _reason(problem["type"], problem.get("ctx", {}))
    return EventResult(place, id_, "refused", reason, values | {"where": _where(problem["loc"])})


_REASONS: dict[str, str] = {
    "missing": "missing",
    "union_tag_not_found": "kind",
    "union_tag_invalid": "kind",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "string_too_short": "empty",
    "unprintable": "empty",
    "string_type": "text",
    "bool_type": "truth",
    "int_type": "whole",
    "int_from_float": "whole",
    "float_type": "number",
    "finite_number": "number",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "moment": "moment",
    "future": "future",
    "day": "day",
    "nobody": "nobody",
    "outcome": "outcome",
}
_VALUES: dict[str, Callable[[Any], object]] = {
    "max_length": int,
    "ge": lambda value: f"{value:g}",
    "le": lambda value: f"{value:g}" if math.isfinite(value) else "",
}


def _reason(kind: str, context: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
    values = {name: form(context[name]) for name, form in _VALUES.items() if name in context}
    return _REASONS.get(kind, "invalid"), values


def _where(path: tuple[int | str, ...]) -> str:
    """The path of a field for people, without the kind that pydantic puts first; what came in is cut and cleaned."""
    parts = [str(part) for part in path]
    parts = (
        parts[1:] if parts and parts[0] in ("interaction", "contact", "outcome", "deal") and len(parts) > 1 else parts
    )
    plain = ["".join(c if c.isprintable() else "?" for c in part)[:PLACE_LENGTH] for part in parts[:PLACES]]
    return ".".join(plain) or "event"
