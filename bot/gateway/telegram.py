"""Telegram's place in the gateway: started with it when a token is set, and the route by which Telegram delivers."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Request, Response

from bot.gateway.parts import Parts, parts
from bot.gateway.refusals import Refused
from bot.telegram.channel import SECRET, WEBHOOK_PATH, Telegram

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of a header
LARGEST_NUMBER = 2**63 - 1  # the store's numbers end there

router = APIRouter(include_in_schema=False)


@asynccontextmanager
async def talking(here: Parts) -> AsyncIterator[None]:
    """The channel for as long as the gateway runs; without a token there is none."""
    token = here.settings.telegram_token
    if token is None:
        yield
        return
    channel = here.telegram = Telegram(here, token.get_secret_value())
    channel.start()
    try:
        yield
    finally:
        await channel.stop()


@router.post(WEBHOOK_PATH, status_code=204, response_class=Response)
async def delivered(request: Request) -> None:
    """One update from Telegram, which proves itself by the secret that we gave it; answered 2xx once it is kept."""
    channel, known = parts(request).telegram, parts(request).settings
    if channel is None or known.public_url is None:
        raise Refused(404, "not_found")
    given = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode(), known.secret(SECRET).encode()):
        raise Refused(403, "telegram_forged")
    try:
        update: Any = await request.json()
        number = int(update["update_id"])
        if not 0 <= number <= LARGEST_NUMBER:
            raise ValueError
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise Refused(422, "bad_request", fields="update_id") from None
    await channel.take_in({number: update})
