"""Tables, migrations and sessions of the persona store."""

from persona_store.database.session import connect, count_rows_anew, in_turn, migrate, session_scope, set_deadline

__all__ = ["connect", "count_rows_anew", "in_turn", "migrate", "session_scope", "set_deadline"]
