"""The one settings object: environment variables with the prefix `PERSONABOT_`, or a `.env` file."""

import os
import re
import secrets
import tempfile
from contextlib import suppress
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from persona_store.errors import InputError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SECRET_BYTES = 48
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
TELEGRAM_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,100}")
LOOPBACK = ("127.0.0.1", "::1", "localhost")

Language = Literal["de", "en"]
DEFAULT_LANGUAGE: Language = "de"


class Settings(BaseSettings):
    """Everything an installation may change. Amounts are in the currency of the CRM, times as their names say."""

    model_config = SettingsConfigDict(env_prefix="PERSONABOT_", env_file=PROJECT_ROOT / ".env", extra="ignore")

    var: Path = Field(default=PROJECT_ROOT / "var", description="folder for everything the program writes")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; default: SQLite below `var`")
    tracker_url: str | None = Field(default=None, description="Rasa's conversations; default: SQLite below `var`")
    redis_url: str | None = Field(default=None, description="Rasa's conversation locks; default: in memory")
    language: Language = Field(default=DEFAULT_LANGUAGE, description="language of a conversation before it is known")
    host: str = Field(default="127.0.0.1", description="address the gateway listens on")
    port: int = Field(default=8080, ge=1, le=65535, description="port of the gateway")
    rasa_port: int = Field(default=5005, ge=1, le=65535, description="port of Rasa, on 127.0.0.1 only")
    actions_port: int = Field(default=5055, ge=1, le=65535, description="port of the actions, on 127.0.0.1 only")
    action_timeout_seconds: float = Field(default=4.0, gt=0, le=30, description="longest wait for one action")
    session_hours: float = Field(default=12.0, gt=0, description="how long a login is valid")
    care_cost_per_hour: float = Field(default=60.0, ge=0, description="what an hour of care for a contact costs")
    minimum_outcomes: int = Field(default=50, ge=10, description="outcomes of each kind before a score is learned")
    value_horizon_months: float = Field(
        default=24, gt=0, le=120, description="how far ahead a customer's value is reckoned"
    )
    discount_rate: float = Field(default=0.0, ge=0, le=1, description="a year's discount on money to come; 0: none")
    minimum_value: float = Field(default=0.0, ge=0, description="what a contact must at least be expected to bring")
    worth_factor: float = Field(default=1.0, gt=0, le=100, description="how many times its care a contact must bring")
    complaint_minutes: float = Field(default=30.0, ge=0, description="a complaint or ticket without a recorded time")
    complaint_surcharge: float = Field(default=25.0, ge=0, description="what a complaint costs beyond its time")
    competitors: str = Field(default="", description="competitors: names or e-mail domains, parted by commas")
    events_secret: str | None = Field(default=None, min_length=32, description="signs events; default: made in `var`")
    event_days: int = Field(default=30, ge=1, le=3650, description="how long events are remembered, or wait in vain")
    conversation_days: int = Field(default=90, ge=1, le=3650, description="how long conversations are kept")
    embed_origins: str = Field(default="", description="origins whose pages may embed the widget, parted by commas")
    embed_secret: str | None = Field(default=None, min_length=32, description="signs who is there in such a page")
    drift_alarm: float = Field(default=0.1, gt=0, description="stability index of personas that proposes a rebuild")
    telegram_token: SecretStr | None = Field(default=None, description="of the Telegram bot; default: no Telegram")
    telegram_api: str = Field(
        default="https://api.telegram.org", min_length=1, description="where Telegram's Bot API is"
    )
    trusted_proxies: str = Field(
        default="", description="addresses or networks of reverse proxies that say who is behind them, parted by commas"
    )
    oidc_issuer: str | None = Field(default=None, description="sign-on service (OpenID Connect); default: none")
    oidc_client_id: str | None = Field(default=None, description="how we are known there")
    oidc_client_secret: SecretStr | None = Field(default=None, description="and our secret there")
    oidc_rights: str = Field(default="", description="group=rights, parted by commas; other groups are refused")
    oidc_groups_claim: str = Field(default="groups", description="where its ID token names the groups")
    oidc_name: str | None = Field(default=None, description="what the login page calls the service")
    public_url: str | None = Field(default=None, description="https address of the gateway; Telegram delivers there")

    @field_validator("telegram_token")
    @classmethod
    def _token_or_none(cls, value: SecretStr | None) -> SecretStr | None:
        """An empty token is none; what cannot be one is refused here, where its value is not shown."""
        if value is None or not value.get_secret_value().strip():
            return None
        if not TELEGRAM_TOKEN.fullmatch(value.get_secret_value().strip()):
            raise ValueError("not a token")
        return SecretStr(value.get_secret_value().strip())

    @field_validator("telegram_api", "public_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        """An address without a slash at its end; unencrypted only within the machine."""
        if not value:
            return None
        parts = urlsplit(value)
        if not parts.hostname or parts.scheme not in ("https", "http"):
            raise ValueError("not an address")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("not encrypted")
        return value.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str | None) -> str | None:
        """As typed, since tokens name it letter by letter; unencrypted only within the machine."""
        if not value:
            return None
        parts = urlsplit(value)
        if not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
            raise ValueError("not encrypted")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        """Addresses and networks only: a name or "*" would trust whoever asks."""
        for one in _parted(value):
            ip_network(one)
        return ",".join(_parted(value))

    @field_validator("var")
    @classmethod
    def _same_for_all(cls, value: Path) -> Path:
        """A relative folder is below the project's, wherever a command is given and whichever process reads it."""
        return PROJECT_ROOT / value.expanduser()

    @field_validator("embed_origins")
    @classmethod
    def _whole_origins(cls, value: str) -> str:
        """Each is scheme, host and port as browsers say them, so that none is allowed by half a name."""
        if any(not ORIGIN.fullmatch(origin) for origin in _parted(value)):
            raise ValueError("an origin is https://host or https://host:port, without a path")
        return value

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins whose pages may embed the widget."""
        return tuple(_parted(self.embed_origins))

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the persona store."""
        return self.database_url or f"sqlite:///{self.var / 'personabot.db'}"

    @property
    def tracker_store_url(self) -> str:
        """SQLAlchemy URL of Rasa's conversations."""
        return self.tracker_url or f"sqlite:///{self.var / 'tracker.db'}"

    def secret(self, name: str) -> str:
        """The random secret `name`, created below `var/secrets` at first use and readable by the owner only."""
        path = self.var / "secrets" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # written apart and linked when whole: processes that start together must not read half a secret
            with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=".") as file:
                file.write(secrets.token_urlsafe(SECRET_BYTES))
                file.flush()
                with suppress(FileExistsError):  # another process was faster
                    os.link(file.name, path)
        return path.read_text(encoding="ascii").strip()


def _parted(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@cache
def settings() -> Settings:
    """The settings of this process, read once; raises InputError naming those that are not allowed."""
    try:
        return Settings()
    except ValidationError as error:
        from persona_store.wording import say  # the wording knows the languages from here

        names = {f"PERSONABOT_{str(problem['loc'][0]).upper()}" for problem in error.errors() if problem["loc"]}
        raise InputError(say("error.settings", DEFAULT_LANGUAGE, names=", ".join(sorted(names)))) from None
