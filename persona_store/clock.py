"""The time as the store keeps it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment in UTC, without saying so: databases differ in what they do with time zones."""
    return datetime.now(UTC).replace(tzinfo=None)
