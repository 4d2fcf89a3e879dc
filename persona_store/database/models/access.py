"""Who may ask, and who asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from persona_store.database.models.base import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH, Base


class User(Base):
    """Someone who may ask. `rights` is "rep", "marketer" or "admin".

    `ended_sessions` lists logins ended before their time: [[token id, expiry in Unix seconds], ...].
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    password_hash: Mapped[str] = mapped_column(String(NAME_LENGTH))
    rights: Mapped[str] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(String(2))
    created_at: Mapped[datetime]
    ended_sessions: Mapped[list[Any]] = mapped_column(default=list)


class Audit(Base):
    """Who looked up, changed or erased what, and when. Never the data themselves."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(KEY_LENGTH))
    action: Mapped[str] = mapped_column(String(WORD_LENGTH))
    contact_id: Mapped[int | None] = mapped_column(index=True)
    detail: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
