"""Tables, migrations and sessions of the persona store."""

from persona_store.database.session import connect, migrate, session_scope

__all__ = ["connect", "migrate", "session_scope"]
