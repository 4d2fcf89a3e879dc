"""What the channel needs of the process it runs in."""

from dataclasses import dataclass, field

from telegram.ext import ExtBot

from bot.gateway.brake import Brake
from bot.gateway.parts import Parts
from bot.telegram.pictures import Drawing

STRANGER_SENTENCES, STRANGER_SECONDS = 2, 600.0  # enough to read how to link, too few to be made to flood
CODE_TRIES, CODE_SECONDS = 5, 900.0


@dataclass
class Services:
    """The bot, the gateway around it, and what it keeps of its own."""

    bot: ExtBot[None]
    gateway: Parts
    username: str = ""
    drawing: Drawing = field(default_factory=Drawing)
    strangers: Brake = field(default_factory=lambda: Brake(STRANGER_SENTENCES, STRANGER_SECONDS))
    codes: Brake = field(default_factory=lambda: Brake(CODE_TRIES, CODE_SECONDS))
