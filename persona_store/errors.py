"""What can go wrong, as sentences for people."""


class PersonaBotError(Exception):
    """Something a person can mend; the message says what is wrong, where, and how to mend it."""


class InputError(PersonaBotError, ValueError):
    """A file, an option or a message that cannot be read as given."""


class NoPersonas(PersonaBotError, LookupError):
    """There is no build yet, or its data hold no reliable personas."""


class StoreUnavailable(PersonaBotError, OSError):
    """The persona store does not answer, or somebody else writes into it for long."""


class DiskFull(StoreUnavailable):
    """There is no room left on the disk for what is to be written; nothing of it is kept."""


class NotAllowed(PersonaBotError, PermissionError):
    """Nobody is logged in, the proof of identity is wrong or too old, or the rights do not suffice."""


class MissingRight(NotAllowed):
    """Somebody asked for what their role may not; `right` is the right that is missing (persona_store.privacy)."""

    def __init__(self, right: str, message: str) -> None:
        super().__init__(message)
        self.right = right
