"""What else remembers people, outside the store: whoever keeps such a memory lets the store empty it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from persona_store.database.models import Contact


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a person may be known elsewhere: ids of the store, and the words that name them."""

    contact_ids: tuple[int, ...]
    full_names: tuple[str, ...]
    emails: tuple[str, ...]
    external_ids: tuple[str, ...]


# Erases what it remembers of a person, all but the conversation named; returns how much that was. May raise: then the
# person is not erased from the store either, and it can be tried again.
Memory = Callable[[Traces, str | None], int]

MEMORIES: dict[str, Memory] = {}


def traces_of(contacts: Sequence[Contact]) -> Traces:
    """By what the person behind these entries may be known elsewhere."""
    names = {" ".join(part for part in (one.first_name, one.last_name) if part) for one in contacts if one.last_name}
    return Traces(
        contact_ids=tuple(one.id for one in contacts),
        full_names=tuple(sorted(name for name in names if " " in name)),
        emails=tuple(sorted({one.email.strip().lower() for one in contacts if one.email and one.email.strip()})),
        external_ids=tuple(sorted({one.external_id for one in contacts if one.external_id})),
    )


def forget_elsewhere(traces: Traces, conversation: str | None = None) -> int:
    """Lets every memory forget a person; the running `conversation`, which forgets by itself, is left alone."""
    return sum(memory(traces, conversation) for memory in MEMORIES.values())
