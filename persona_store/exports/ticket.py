"""A short-lived proof that lets one person fetch one file in one conversation; it holds no personal data.

So the file itself never passes through the assistant's memory, however large it is. Whoever redeems the proof must be
logged in as the person it was made for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from persona_store.errors import NotAllowed
from persona_store.privacy.rights import may
from persona_store.privacy.seal import Broken, seal, unseal
from persona_store.settings import Language, settings
from persona_store.wording import say

ISSUER = "personabot-files"
REQUIRED_CLAIMS = ("sub", "iss", "persona", "language")
VALID_SECONDS = 15 * 60  # time to read the answer and to press the link, too short to be passed around
KEY_NAME = "files"  # of the secret among those of the installation


@dataclass(frozen=True, slots=True)
class Ticket:
    """What may be fetched: the contacts of the persona with this id, the file's words in `language`."""

    user: str
    persona_id: int
    language: Language


def may_export(rights: str) -> bool:
    """Whether somebody with these rights may take contacts out of the store."""
    return may(rights, "export")


def issue(user: str, conversation: str, persona_id: int, language: Language) -> tuple[str, datetime]:
    """A proof for `user` in `conversation` (Rasa's sender id), and until when it holds."""
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=VALID_SECONDS)
    claims = {"sub": user, "aud": conversation, "iss": ISSUER, "persona": persona_id, "language": language}
    return seal(claims, settings().secret(KEY_NAME), expires), expires


def redeem(token: str, user: str, conversation: str, secret: str) -> Ticket:
    """What the proof lets `user` fetch; raises NotAllowed when it is forged, expired, or another's."""
    try:
        claims = unseal(token, secret, conversation, REQUIRED_CLAIMS, issuer=ISSUER)
    except Broken:
        raise NotAllowed(say("export.expired", settings().language)) from None
    persona_id, language = claims["persona"], claims["language"]
    if claims["sub"] != user or not isinstance(persona_id, int) or language not in ("de", "en"):
        raise NotAllowed(say("export.expired", settings().language))
    return Ticket(user, persona_id, language)
