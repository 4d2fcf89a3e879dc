"""The assistant in Telegram."""

import os

os.environ.setdefault("PTB_TIMEDELTA", "true")  # durations as timedelta, as python-telegram-bot will always give them
