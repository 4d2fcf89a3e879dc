"""Charts as pictures, drawn by a process of their own: drawing holds the interpreter for up to a second."""

import logging
from typing import Any

from anyio import CapacityLimiter, fail_after, to_process

from persona_store.charts import png

logger = logging.getLogger(__name__)

PICTURE_SECONDS = 10.0  # the text has arrived by then
DRAWN_AT_ONCE = 1  # a drawing process takes some 150 MB
LARGEST_PICTURE = 10 * 1024 * 1024  # limits of sendPhoto
MOST_PIXELS, MOST_STRETCHED = 10_000, 20
_SIZE = slice(16, 24)  # where a PNG says its width and height


class Drawing:
    """Draws one chart after the other."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(DRAWN_AT_ONCE)

    async def drawn(self, chart: dict[str, Any]) -> bytes | None:
        """The chart as PNG; None when it cannot be drawn in time, or is of a size that Telegram refuses."""
        try:
            with fail_after(PICTURE_SECONDS):
                picture = await to_process.run_sync(png, chart, cancellable=True, limiter=self._limiter)
        except Exception as error:  # whatever the drawing makes of a chart: the figures stand in the text
            logger.warning("A chart was not drawn: %s", type(error).__name__)
            return None
        return picture if _fits(picture) else None


def _fits(picture: bytes) -> bool:
    width, height = (int.from_bytes(picture[_SIZE][at : at + 4], "big") for at in (0, 4))
    even = max(width, height) <= MOST_STRETCHED * max(1, min(width, height))
    return len(picture) <= LARGEST_PICTURE and width + height <= MOST_PIXELS and even
