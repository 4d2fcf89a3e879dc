"""What the Bot API's methods check and do: required parameters, limits, keyboards, files, and how they refuse."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.bot.telegram.html import BadMarkup, parse, units
from tests.bot.telegram.people import CALLBACK_SECONDS, OWN_ID, USERNAME, Heard

if TYPE_CHECKING:
    from tests.bot.telegram.bot_api import BotApi, Chat

LONGEST_TEXT, LONGEST_CAPTION, LONGEST_DATA, MOST_BUTTONS = 4096, 1024, 64, 100
LONGEST_ALERT = 200
LARGEST_PHOTO, LARGEST_FILE = 10 * 1024 * 1024, 50 * 1024 * 1024
ACTIONS = {"typing", "upload_photo", "upload_document"}
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
WEBHOOK_PORTS = (None, 443, 80, 88, 8443)
PNG = b"\x89PNG\r\n\x1a\n"
BUTTON_ACTIONS = {"callback_data", "url", "web_app", "login_url", "copy_text"}


class Refusal(Exception):
    """An error that the API answers with."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_dict(self) -> dict[str, Any]:
        """The error as the API sends it."""
        told: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return told | ({"parameters": self.parameters} if self.parameters else {})


def too_many(seconds: int) -> Refusal:
    """Flood control."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


@dataclass
class Call:
    """A request: its method, parameters as text, files by the name of their part, and the refusal if there was one."""

    method: str
    parameters: dict[str, str]
    files: dict[str, tuple[str, bytes]]
    at: float
    refused: str = ""
    result: Any = field(default=None, repr=False)


def form(kind: str, body: bytes, query: dict[str, str]) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """Parameters and files of a request: query, url-encoded, JSON or multipart."""
    parameters, files = dict(query), {}
    if kind.startswith("application/json"):
        parameters |= {name: str(value) for name, value in json.loads(body).items()}
    elif kind.startswith("multipart/form-data"):
        whole: Message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        parts: Any = whole.get_payload()
        for part in parts:
            name = str(part.get_param("name", header="content-disposition"))
            content = part.get_payload(decode=True) or b""
            if part.get_filename() is None:
                parameters[name] = content.decode()
            else:
                files[name] = (str(part.get_filename()), content)
    else:
        parameters |= {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    return parameters, files


def bad(description: str) -> Refusal:
    """A bad request."""
    return Refusal(400, f"Bad Request: {description}")


def _needed(call: Call, name: str) -> str:
    if not call.parameters.get(name):
        raise bad(f'parameter "{name}" is required')
    return call.parameters[name]


def _chat(api: "BotApi", call: Call) -> "Chat":
    number = call.parameters.get("chat_id", "")
    if not number:
        raise bad("chat_id is empty")
    chat = api.chats.get(int(number)) if number.lstrip("-").isdigit() else None
    if chat is None:
        raise bad("chat not found")
    if chat.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    return chat


def _text(call: Call, name: str, longest: int, *, empty: bool = False) -> tuple[str, list[Any]]:
    written = call.parameters.get(name, "")
    mode = call.parameters.get("parse_mode", "")
    if mode.lower() not in ("", "html"):
        raise bad("unsupported parse_mode")
    try:
        text, marks = parse(written) if mode else (written, [])
    except BadMarkup as error:
        raise bad(f"can't parse entities: {error}") from None
    if not text.strip() and not empty:
        raise bad("message text is empty")
    if units(text) > longest:
        raise bad("message caption is too long" if name == "caption" else "message is too long")
    return text.strip(), marks


def _keyboard(call: Call) -> list[list[dict[str, Any]]]:
    given = call.parameters.get("reply_markup")
    if not given:
        return []
    try:
        markup = json.loads(given)
    except ValueError:
        raise bad("can't parse reply keyboard markup JSON object") from None
    if "force_reply" in markup or "remove_keyboard" in markup:
        return []
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("object expected as reply markup")
    for button in (button for row in rows for button in row):
        _check_button(button)
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    return [row for row in rows if row]


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not button["text"].strip():
        raise bad("can't parse inline keyboard button: button text must be non-empty")
    if len(BUTTON_ACTIONS & button.keys()) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= LONGEST_DATA:
        raise bad("BUTTON_DATA_INVALID")


def _say(api: "BotApi", call: Call, chat: "Chat", text: str, **more: Any) -> dict[str, Any]:
    reply = json.loads(call.parameters.get("reply_parameters", "{}")).get("message_id")
    known = {one.id for one in chat.heard}
    if reply is not None and reply not in known:
        if not json.loads(call.parameters.get("reply_parameters", "{}")).get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        reply = None
    said = Heard(
        next(api.next_id), "bot", text, call.parameters.get("text") or call.parameters.get("caption") or "",
        keyboard=_keyboard(call), reply_to=reply, at=time.monotonic(), **more,
    )  # fmt: skip
    chat.heard.append(said)
    return _as_message(chat, said)


def _as_message(chat: "Chat", said: Heard) -> dict[str, Any]:
    markup = {"reply_markup": {"inline_keyboard": said.keyboard}} if said.keyboard else {}
    return {
        "message_id": said.id, "date": int(time.time()), "chat": chat.as_dict(), "from": _me(), "text": said.text,
    } | markup  # fmt: skip


def _me() -> dict[str, Any]:
    return {"id": OWN_ID, "is_bot": True, "first_name": "Persona Bot", "username": USERNAME}


def _get_me(_api: "BotApi", _call: Call) -> dict[str, Any]:
    return _me() | {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}


def _send_message(api: "BotApi", call: Call) -> dict[str, Any]:
    chat = _chat(api, call)
    text, marks = _text(call, "text", LONGEST_TEXT)
    return _say(api, call, chat, text, marks=marks)


def _edited(api: "BotApi", call: Call) -> tuple["Chat", Heard]:
    chat = _chat(api, call)
    number = int(_needed(call, "message_id"))
    for one in chat.heard:
        if one.id == number:
            if one.who != "bot":
                raise bad("message can't be edited")
            return chat, one
    raise bad("message to edit not found")


def _not_modified() -> Refusal:
    return bad(
        "message is not modified: specified new message content and reply markup are exactly the same as a current "
        "content and reply markup of the message"
    )


def _edit_text(api: "BotApi", call: Call) -> dict[str, Any]:
    chat, one = _edited(api, call)
    text, marks = _text(call, "text", LONGEST_TEXT)
    keyboard = _keyboard(call)
    if (text, keyboard) == (one.text, one.keyboard):
        raise _not_modified()
    one.text, one.marks, one.keyboard = text, marks, keyboard
    return _as_message(chat, one)


def _edit_markup(api: "BotApi", call: Call) -> dict[str, Any]:
    chat, one = _edited(api, call)
    keyboard = _keyboard(call)
    if keyboard == one.keyboard:
        raise _not_modified()
    one.keyboard = keyboard
    return _as_message(chat, one)


def _file(call: Call, name: str, largest: int) -> tuple[str, bytes]:
    part = call.parameters.get(name, "").removeprefix("attach://") or name
    if part not in call.files:
        raise bad(f"there is no {name} in the request")
    filename, content = call.files[part]
    if not content:
        raise bad("file must be non-empty")
    if len(content) > largest:
        raise Refusal(413, "Request Entity Too Large") if largest == LARGEST_FILE else bad("too big for a photo")
    return filename, content


def _send_photo(api: "BotApi", call: Call) -> dict[str, Any]:
    chat = _chat(api, call)
    _name, content = _file(call, "photo", LARGEST_PHOTO)
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    if not content.startswith(PNG):
        raise bad("IMAGE_PROCESS_FAILED")
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    text, marks = _text(call, "caption", LONGEST_CAPTION, empty=True)
    return _say(api, call, chat, text, marks=marks, photo=content)


def _send_document(api: "BotApi", call: Call) -> dict[str, Any]:
    chat = _chat(api, call)
    name, content = _file(call, "document", LARGEST_FILE)
    text, marks = _text(call, "caption", LONGEST_CAPTION, empty=True)
    return _say(api, call, chat, text, marks=marks, document=(name, content))


def _chat_action(api: "BotApi", call: Call) -> bool:
    chat = _chat(api, call)
    if _needed(call, "action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat.actions.append(call.parameters["action"])
    return True


def _answer_query(api: "BotApi", call: Call) -> bool:
    number = _needed(call, "callback_query_id")
    asked = api.queries.get(number)
    if asked is None or time.monotonic() - asked > CALLBACK_SECONDS:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if units(call.parameters.get("text", "")) > LONGEST_ALERT:
        raise bad("MESSAGE_TOO_LONG")
    api.answered[number] = dict(call.parameters)
    return True


def _set_commands(api: "BotApi", call: Call) -> bool:
    commands = json.loads(_needed(call, "commands"))
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("too many commands")
    for one in commands:
        if not COMMAND.fullmatch(one["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(one["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    scope = json.loads(call.parameters.get("scope", '{"type": "default"}'))["type"]
    api.commands[(scope, call.parameters.get("language_code", ""))] = commands
    return True


def _set_webhook(api: "BotApi", call: Call) -> bool:
    url = _needed(call, "url")
    if urlsplit(url).scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if urlsplit(url).port not in WEBHOOK_PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    secret = call.parameters.get("secret_token")
    if secret is not None and not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    api.webhook = {"url": url, "secret_token": secret}
    return True


def _delete_webhook(api: "BotApi", _call: Call) -> bool:
    api.webhook = {}
    return True


METHODS: dict[str, Callable[["BotApi", Call], Any]] = {
    "getMe": _get_me,
    "sendMessage": _send_message,
    "sendPhoto": _send_photo,
    "sendDocument": _send_document,
    "sendChatAction": _chat_action,
    "editMessageText": _edit_text,
    "editMessageReplyMarkup": _edit_markup,
    "answerCallbackQuery": _answer_query,
    "setMyCommands": _set_commands,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
}
