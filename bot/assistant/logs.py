"""One log line an event on standard error, without what people wrote."""

import logging
import sys
import traceback

import structlog

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_FRAMES = 4  # of a traceback: where it happened and who called
# Libraries that report every request or every step of their own start and end.
_CHATTY = (
    "alembic",
    "apscheduler",
    "asyncio",
    "faker",
    "httpx",
    "matplotlib",
    "pykwalify",
    "rasa_sdk.executor",
    "sanic.access",
    "sanic.root",
    "sanic.server",
)


def configure_logs(level: int = logging.INFO) -> None:
    """Send the logs of this process to standard error from `level` on; chatty libraries from WARNING on."""
    logging.basicConfig(level=level, format=_FORMAT, stream=sys.stderr, force=True)
    logging.captureWarnings(True)
    configure_structlog(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def configure_structlog(level: int = logging.INFO) -> None:
    """Send Rasa's structured log to `logging`: at DEBUG it shows every message, and unconfigured it prints DEBUG."""
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def failure(error: BaseException) -> str:
    """Types and places of `error` and its causes for the log, without messages, which may quote what people wrote."""
    parts = []
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.format_tb(cause.__traceback__)[-_FRAMES:]
        parts.append(f"{type(cause).__name__}\n{''.join(frames)}".rstrip())
        cause = cause.__cause__
    return "\ncaused by ".join(parts)
