"""Whom a message is for: in a group the assistant hears only what mentions it or replies to it."""

from telegram import Chat, Message, MessageEntity
from telegram.constants import ChatType

GROUPS = frozenset({ChatType.GROUP, ChatType.SUPERGROUP})
NAMING = (MessageEntity.MENTION, MessageEntity.BOT_COMMAND)


def is_group(chat: Chat) -> bool:
    """Whether others read along."""
    return chat.type in GROUPS


def addressed_text(message: Message, bot_id: int, username: str) -> str | None:
    """The text without the mention of the bot; None when the message is not for it. "" where there is no text."""
    text = message.text or ""
    if not is_group(message.chat):
        return text
    mention = f"@{username}".lower()
    replied = message.reply_to_message
    is_reply = bool(replied and replied.from_user and replied.from_user.id == bot_id)
    named = message.parse_entities([*NAMING]) | message.parse_caption_entities([*NAMING])  # it has one of the two
    mentions = [entity for entity, words in named.items() if words.lower().endswith(mention)]
    if not mentions and not is_reply:
        return None
    return _without(text, [one for one in mentions if one.type == MessageEntity.MENTION])


def _without(text: str, entities: list[MessageEntity]) -> str:
    """The text without the entities, which count in UTF-16 code units."""
    units = text.encode("utf-16-le")
    for one in sorted(entities, key=lambda entity: -entity.offset):
        units = units[: 2 * one.offset] + units[2 * (one.offset + one.length) :]
    return " ".join(units.decode("utf-16-le", "ignore").split())
