"""Alembic's entry: runs migrations on the connection it is given, or on the configured store."""

from alembic import context
from sqlalchemy import Connection

from persona_store.database.models import Base
from persona_store.database.session import connect
from persona_store.settings import settings


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    _run(given)
else:
    with connect(settings().store_url).begin() as fresh:
        _run(fresh)
