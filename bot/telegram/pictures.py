"""Charts as pictures, each drawn by a process of its own: drawing would hold up all chats for up to a second."""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from typing import Any

from persona_store.charts import LOCALES, PICTURE_SCALE

logger = logging.getLogger(__name__)

PICTURE_SECONDS = 20.0  # the text has arrived long before
DRAWN_AT_ONCE = 2  # each takes a core for a second and some 150 MB
LARGEST_PICTURE = 10 * 1024 * 1024  # limits of sendPhoto
MOST_PIXELS, MOST_STRETCHED = 10_000, 20
_SIZE = slice(16, 24)  # where a PNG says its width and height


class Drawing:
    """Draws charts, DRAWN_AT_ONCE at a time."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def drawn(self, chart: dict[str, Any]) -> bytes | None:
        """The chart as PNG; None when it cannot be drawn in time, or is of a size that Telegram refuses."""
        try:
            locale = LOCALES[chart["usermeta"]["language"]]
            wanted = json.dumps({"spec": chart, "scale": PICTURE_SCALE, "locale": locale}).encode()
            async with asyncio.timeout(PICTURE_SECONDS), self._free:
                picture = await _draw(wanted)
        except (TimeoutError, OSError, ValueError, TypeError, KeyError) as error:
            logger.warning("A chart was not drawn: %s", type(error).__name__)
            return None
        return picture if _fits(picture) else None


async def _draw(wanted: bytes) -> bytes:
    """What the drawing process makes of it, b"" when it fails; the process never outlives this call."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.telegram.draw", stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    try:
        picture, _ = await process.communicate(wanted)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    return picture


def _fits(picture: bytes) -> bool:
    if not picture:
        return False
    width, height = (int.from_bytes(picture[_SIZE][at : at + 4], "big") for at in (0, 4))
    even = max(width, height) <= MOST_STRETCHED * max(1, min(width, height))
    return len(picture) <= LARGEST_PICTURE and width + height <= MOST_PIXELS and even
