"""Charts as pictures of a size that Telegram takes, a few at a time."""

import asyncio
import logging
import subprocess
from typing import Any

from anyio import CapacityLimiter, to_thread

from persona_store.drawing import CHART_SECONDS, drawn

logger = logging.getLogger(__name__)

DRAWN_AT_ONCE = 2  # each takes a core for a second and some 150 MB
LARGEST_PICTURE = 10 * 1024 * 1024  # limits of sendPhoto
MOST_PIXELS, MOST_STRETCHED = 10_000, 20
_SIZE = slice(16, 24)  # where a PNG says its width and height


class Drawing:
    """Draws charts, DRAWN_AT_ONCE at a time."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(DRAWN_AT_ONCE)

    async def drawn(self, chart: dict[str, Any]) -> bytes | None:
        """The chart as PNG; None when it cannot be drawn in time, or is of a size that Telegram refuses."""
        try:
            async with asyncio.timeout(CHART_SECONDS):  # the text has arrived long before
                (picture,) = await to_thread.run_sync(
                    drawn, "png", [chart], limiter=self._limiter, abandon_on_cancel=True
                )
        except (TimeoutError, OSError, ValueError, TypeError, subprocess.SubprocessError) as error:
            logger.warning("A chart was not drawn: %s", type(error).__name__)
            return None
        return picture if _fits(picture) else None


def _fits(picture: bytes) -> bool:
    width, height = (int.from_bytes(picture[_SIZE][at : at + 4], "big") for at in (0, 4))
    even = max(width, height) <= MOST_STRETCHED * max(1, min(width, height))
    return len(picture) <= LARGEST_PICTURE and width + height <= MOST_PIXELS and even
