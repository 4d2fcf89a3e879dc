"""What the channel needs of the process it runs in."""

from dataclasses import dataclass, field

from sqlalchemy import Engine
from starlette.datastructures import State
from telegram.ext import ExtBot

from bot.gateway.brake import Brake
from bot.gateway.health import Metrics
from bot.gateway.rasa_client import RasaClient
from bot.telegram.pictures import Drawing
from persona_store.settings import Settings

STRANGER_SENTENCES, STRANGER_SECONDS = 2, 600.0  # enough to read how to link, too few to be made to flood
CODE_TRIES, CODE_SECONDS = 5, 900.0


@dataclass
class Services:
    """The bot, and the gateway's state: settings, store, Rasa, brakes, figures, secrets."""

    bot: ExtBot[None]
    state: State
    username: str = ""
    drawing: Drawing = field(default_factory=Drawing)
    strangers: Brake = field(default_factory=lambda: Brake(STRANGER_SENTENCES, STRANGER_SECONDS))
    codes: Brake = field(default_factory=lambda: Brake(CODE_TRIES, CODE_SECONDS))

    @property
    def settings(self) -> Settings:
        """The settings of the installation."""
        known: Settings = self.state.settings
        return known

    @property
    def engine(self) -> Engine:
        """The persona store."""
        engine: Engine = self.state.engine
        return engine

    @property
    def rasa(self) -> RasaClient:
        """The way to the assistant."""
        rasa: RasaClient = self.state.rasa
        return rasa

    @property
    def metrics(self) -> Metrics:
        """The gateway's figures."""
        metrics: Metrics = self.state.metrics
        return metrics

    @property
    def chat_brake(self) -> Brake:
        """Messages per person, shared with the web."""
        brake: Brake = self.state.chat_brake
        return brake
