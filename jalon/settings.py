"""Settings, from the environment and `.env`. A wrong one is refused with its name and what is expected."""

import re
from io import StringIO
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from dotenv.parser import Binding, parse_stream
from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.enrolment import Enrolment
from jalon.home import MARK, PROJECT, VARIABLE, home
from jalon.receiving import Address
from jalon.words import NotReady
from jalon.wrong import SettingsError, problems, wanted
from storage.database import parse
from storage.errors import StorageError
from storage.pace import Limits

EXAMPLE = PROJECT / MARK
SIMULATED_TOKEN = "42:simulated"  # noqa: S105 - opens nothing but the local simulator
SIMULATED_BOT = int(SIMULATED_TOKEN.partition(":")[0])
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")  # Bot API, setWebhook: 1 to 256 of these; ours is not to be guessed
LISTEN = re.compile(r"[^:\s]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}")
SERVER = re.compile(r"https?://[^/\s]+/?")


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise wanted("wants_zone")
    return name


def _server(url: str) -> str:
    if not SERVER.fullmatch(url):
        raise wanted("wants_server")
    return url


def _database(url: str) -> str:
    try:
        parse(url)
    except StorageError as error:
        raise ValueError(error) from None
    return url


def _public(url: str) -> str:
    parts = urlsplit(url)
    loopback = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")  # a simulator's
    if url and not (parts.hostname and (parts.scheme == "https" or loopback) and len(parts.path) > 1):
        raise wanted("wants_public")
    return url


def _listening(address: str) -> str:
    if not LISTEN.fullmatch(address):
        raise wanted("wants_listening")
    return address


def _secret(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None and not SECRET.fullmatch(secret.get_secret_value()):
        raise wanted("wants_secret", secret=token_urlsafe(32))
    return secret


class Settings(BaseSettings):
    """Each field is the environment variable of the same name; `setting_…` in phrases.yaml says what it is."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="forbid", env_ignore_empty=True)

    jalon_language: Literal["fr", "en"] = "fr"
    telegram_bot_token: SecretStr | None = None
    telegram_api_url: Annotated[str, AfterValidator(_server)] = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    webhook_url: Annotated[str, AfterValidator(_public)] = ""
    webhook_listen: Annotated[str, AfterValidator(_listening)] = "127.0.0.1:8443"
    webhook_secret: Annotated[SecretStr | None, AfterValidator(_secret)] = None
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite:///data/jalon.db",
        repr=False,  # it may hold a password
    )
    master_key_file: Path = Path("secrets/master.key")
    organisation_file: Path = Path("organisation.yaml")
    enrolment: Enrolment | None = None
    invitation_days: int = Field(default=30, ge=1, le=365)
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Paris"
    messages_per_second: int = Field(default=30, ge=1, le=10_000)
    messages_burst: int = Field(default=10, ge=1, le=10_000)
    chat_gap_seconds: float = Field(default=1.0, ge=0, le=60)
    chat_burst: int = Field(default=30, ge=1, le=60)
    simulator_port: int = Field(default=8080, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    _home: Path = PrivateAttr(default=Path())

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and "Example" in token.get_secret_value():
            raise wanted("wants_own_token")
        if token is not None and not TOKEN.fullmatch(token.get_secret_value()):
            raise wanted("wants_token")
        return token

    @model_validator(mode="after")
    def _webhook_is_whole(self) -> "Settings":
        if self.telegram_mode == "webhook" and not (self.webhook_url and self.webhook_secret):
            raise wanted("wants_webhook", secret=token_urlsafe(32))
        return self

    @model_validator(mode="after")
    def _at_home(self) -> "Settings":
        """Relative paths are those of Jalon's home, not of the folder where one stands."""
        self._home = home()
        self.master_key_file, self.organisation_file = (
            self._home / self.master_key_file,
            self._home / self.organisation_file,
        )
        url = parse(self.database_url)
        if url.get_backend_name() == "sqlite":
            self.database_url = url.set(database=str(self._home / str(url.database))).render_as_string()
        return self

    @property
    def home(self) -> Path:
        """The folder that relative paths start from; `Path()` when one stands in it."""
        return self._home

    @property
    def language(self) -> str:
        """The language that the command speaks to who keeps Jalon."""
        return self.jalon_language

    @property
    def live(self) -> bool:
        """Whether the bot talks to a Bot API server of its own settings, not to the simulator that `jalon run` starts."""
        return self.telegram_bot_token is not None

    @property
    def webhook(self) -> Address | None:
        """Where updates are brought; None where they are asked for."""
        if self.telegram_mode == "polling" or self.webhook_secret is None:
            return None
        host, _, port = self.webhook_listen.rpartition(":")
        workers = parse(self.database_url).get_backend_name() != "sqlite"
        return Address(self.webhook_url, self.webhook_secret.get_secret_value(), host.strip("[]"), int(port), workers)

    @property
    def database(self) -> str:
        """Where the data is, for people to read: the file, or the server's address without its password."""
        url = parse(self.database_url)
        if url.get_backend_name() == "sqlite":
            return str(url.database)
        return url.set(drivername="postgresql").render_as_string(hide_password=True)

    @property
    def limits(self) -> Limits:
        """How fast messages may leave."""
        return Limits(self.messages_per_second, self.messages_burst, self.chat_gap_seconds, self.chat_burst)

    @property
    def entrance(self) -> Enrolment:
        return self.enrolment or ("invitation" if self.live else "open")

    @property
    def organisation(self) -> Path:
        """The organisation's file; the example where nobody real is concerned."""
        return EXAMPLE if not self.live and not self.organisation_file.exists() else self.organisation_file


def read_settings(**given: Any) -> Settings:
    """The settings of this process. Raises `SettingsError`; the values given never appear in it."""
    if not home().is_dir():
        raise SettingsError([NotReady("home_missing", name=VARIABLE, home=home())])
    name = Settings.model_config.get("env_file")
    file = given.pop("_env_file", name and home() / str(name))
    if file:
        _refuse_nonsense(Path(file))
    try:
        return Settings(_env_file=file, **given)
    except ValidationError as error:
        raise SettingsError(problems(error, Settings.model_fields)) from None


def _refuse_nonsense(file: Path) -> None:
    """The reader of `.env` skips a line it cannot read; a setting would be missing in silence."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        raise SettingsError([NotReady("env_unreadable", file=file)]) from None
    found = [binding for binding in parse_stream(StringIO(text)) if _sets_nothing(binding)]
    if found:
        raise SettingsError(NotReady("env_line", file=file, line=_number(each)) for each in found)


def _sets_nothing(binding: Binding) -> bool:
    return binding.error or (binding.key is not None and binding.value is None)


def _number(binding: Binding) -> int:
    """The line where it begins, after the empty ones that the reader counts with it."""
    read = binding.original.string
    return binding.original.line + read[: len(read) - len(read.lstrip())].count("\n")
