"""What the buttons under an answer say when pressed: kept here, because a channel's button has room for a key only."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, delete, not_, or_
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import Button, User

VALID_HOURS = 24.0  # a working day; a day later the personas may be others
KEY_BYTES = 9  # 12 letters: nobody guesses one
# Mean something only after the answer they stand under; others name whom or what they are about.
OF_THEIR_ANSWER = ("/choose_option", "/inform")


def keep_buttons(session: Session, channel: str, chat: str, user: User, sends: Sequence[str]) -> list[str]:
    """A key for each of `sends`, pressable by `user` in `chat` for VALID_HOURS; forgets what has expired."""
    now = utc_now()
    session.execute(delete(Button).where(Button.expires_at <= now))
    keys = [secrets.token_urlsafe(KEY_BYTES) for _ in sends]
    expires = now + timedelta(hours=VALID_HOURS)
    session.add_all(
        Button(key=key, channel=channel, chat=chat, user_id=user.id, send=send, expires_at=expires)
        for key, send in zip(keys, sends, strict=True)
    )
    session.flush()
    return keys


def retire_buttons(session: Session, channel: str, chat: str, user: User) -> None:
    """Ends the buttons of the user's earlier answers that mean nothing without them."""
    bound = or_(not_(Button.send.contains("{")), *(Button.send.startswith(start) for start in OF_THEIR_ANSWER))
    session.execute(
        delete(Button)
        .where(
            and_(Button.channel == channel, Button.chat == chat, Button.user_id == user.id, Button.send.startswith("/"))
        )
        .where(bound)
    )


def pressed(session: Session, channel: str, chat: str, user: User, key: str) -> str | None:
    """What the button says; None when it is unknown, another's, of another chat, or has expired."""
    button = session.get(Button, key) if key.isascii() and len(key) <= 2 * KEY_BYTES else None
    if button is None or (button.channel, button.chat, button.user_id) != (channel, chat, user.id):
        return None
    return button.send if button.expires_at > utc_now() else None


def forget_buttons(session: Session) -> None:
    """Ends all buttons; for when a person is erased whom one of them may name."""
    session.execute(delete(Button))
