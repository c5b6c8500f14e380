"""Settings, from the environment and `.env`. A wrong one is refused with its name and what is expected."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from dotenv.parser import Binding, parse_stream
from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.enrolment import Enrolment
from jalon.home import MARK, PROJECT, VARIABLE, home
from jalon.receiving import Address
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


class SettingsError(Exception):
    """One line for each setting that is wrong."""


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("a time zone is expected, such as Europe/Paris or Indian/Reunion")
    return name


def _server(url: str) -> str:
    if not SERVER.fullmatch(url):
        raise ValueError("an address such as https://api.telegram.org or http://127.0.0.1:8081 is expected")
    return url


def _database(url: str) -> str:
    try:
        parse(url)
    except StorageError as error:
        raise ValueError(str(error)) from None
    return url


def _public(url: str) -> str:
    parts = urlsplit(url)
    loopback = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")  # a simulator's
    if url and not (parts.hostname and (parts.scheme == "https" or loopback) and len(parts.path) > 1):
        raise ValueError("an address such as https://bilan.example.org/telegram is expected, with a path")
    return url


def _listening(address: str) -> str:
    if not LISTEN.fullmatch(address):
        raise ValueError("host:port is expected, such as 127.0.0.1:8443")
    return address


def _secret(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None and not SECRET.fullmatch(secret.get_secret_value()):
        raise ValueError(f"16 to 256 letters, digits, _ and - are expected; a new one: {token_urlsafe(32)}")
    return secret


class Settings(BaseSettings):
    """Each field is the environment variable of the same name; its description is its documentation."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="forbid", env_ignore_empty=True)

    telegram_bot_token: SecretStr | None = Field(
        default=None, description="the token that BotFather gave; without it, Jalon runs with its local simulator"
    )
    telegram_api_url: Annotated[str, AfterValidator(_server)] = Field(
        default="https://api.telegram.org",
        description="the Bot API server: Telegram's, a local one, or a simulator (http://host:port)",
    )
    telegram_mode: Literal["polling", "webhook"] = Field(
        default="polling",
        description="polling: Jalon asks Telegram for what is new; webhook: Telegram brings it to WEBHOOK_URL",
    )
    webhook_url: Annotated[str, AfterValidator(_public)] = Field(
        default="", description="the public https address that Telegram brings updates to, with its path"
    )
    webhook_listen: Annotated[str, AfterValidator(_listening)] = Field(
        default="127.0.0.1:8443", description="host:port where Jalon listens, behind your reverse proxy"
    )
    webhook_secret: Annotated[SecretStr | None, AfterValidator(_secret)] = Field(
        default=None,
        description="what Telegram shows with each update: 16 to 256 of A-Z a-z 0-9 _ -; kept by you alone",
    )
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite:///data/jalon.db",
        repr=False,  # it may hold a password
        description="where the data is: sqlite:///… or postgresql://…",
    )
    master_key_file: Path = Field(
        default=Path("secrets/master.key"), description="the key that opens the content; never beside the database"
    )
    organisation_file: Path = Field(default=Path("organisation.yaml"), description="your organisation's own facts")
    enrolment: Enrolment | None = Field(
        default=None,
        description="invitation: only people with a link come in; open: everybody (default: open in the simulator only)",
    )
    invitation_days: int = Field(default=30, ge=1, le=365, description="days for which an invitation link is valid")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="Europe/Paris", description="the time zone of new dossiers"
    )
    messages_per_second: int = Field(
        default=30, ge=1, le=10_000, description="messages a second over all chats, on average (Telegram asks for 30)"
    )
    messages_burst: int = Field(
        default=10, ge=1, le=10_000, description="messages that may leave at once over all chats, after a silence"
    )
    chat_gap_seconds: float = Field(
        default=1.0, ge=0, le=60, description="seconds between messages in one chat, on average (Telegram asks for 1)"
    )
    chat_burst: int = Field(
        default=30, ge=1, le=60, description="messages that may leave in one chat at once, after a silence"
    )
    simulator_port: int = Field(default=8080, ge=0, le=65535, description="the port of the local chat page (0: any)")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="how much is logged")
    _home: Path = PrivateAttr(default=Path())

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and "Example" in token.get_secret_value():
            raise ValueError("this is still the example: write the token that BotFather gave")
        if token is not None and not TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("a token such as 123456789:AAE… is expected, as BotFather gave it")
        return token

    @model_validator(mode="after")
    def _webhook_is_whole(self) -> "Settings":
        if self.telegram_mode == "webhook" and not (self.webhook_url and self.webhook_secret):
            raise ValueError(
                "TELEGRAM_MODE: webhook needs WEBHOOK_URL, such as https://bilan.example.org/telegram, and "
                f"WEBHOOK_SECRET, for instance {token_urlsafe(32)}"
            )
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
    def live(self) -> bool:
        """Whether the bot talks to a Bot API server of its own settings, not to the simulator that `jalon run` starts."""
        return self.telegram_bot_token is not None

    @property
    def webhook(self) -> Address | None:
        """Where updates are brought; None where they are asked for."""
        if self.telegram_mode == "polling" or self.webhook_secret is None:
            return None
        host, _, port = self.webhook_listen.rpartition(":")
        return Address(self.webhook_url, self.webhook_secret.get_secret_value(), host.strip("[]"), int(port))

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
        raise SettingsError(f"{VARIABLE}: there is no folder at {home()}")
    name = Settings.model_config.get("env_file")
    file = given.pop("_env_file", name and home() / str(name))
    if file:
        _refuse_nonsense(Path(file))
    try:
        return Settings(_env_file=file, **given)
    except ValidationError as error:
        raise SettingsError("\n".join(map(_line, error.errors(include_input=False, include_url=False)))) from None


def _refuse_nonsense(file: Path) -> None:
    """The reader of `.env` skips a line it cannot read; a setting would be missing in silence."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{file} cannot be read: is it a text file in UTF-8, and yours?") from None
    found = [binding for binding in parse_stream(StringIO(text)) if _sets_nothing(binding)]
    if found:
        raise SettingsError(
            "\n".join(f"{file}, line {_number(each)}: NAME=value is expected, or # before a remark" for each in found)
        )


def _sets_nothing(binding: Binding) -> bool:
    return binding.error or (binding.key is not None and binding.value is None)


def _number(binding: Binding) -> int:
    """The line where it begins, after the empty ones that the reader counts with it."""
    read = binding.original.string
    return binding.original.line + read[: len(read) - len(read.lstrip())].count("\n")


def _line(error: Mapping[str, Any]) -> str:
    what = error["msg"].removeprefix("Value error, ").replace("Input should", "the value should")
    if not error["loc"]:  # about several settings: its words name them
        return str(what)
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        close = get_close_matches(name, Settings.model_fields, 1)
        meant = f"; did you mean {close[0].upper()}?" if close else ", see .env.example"
        return f"{name.upper()} in .env: there is no such setting{meant}"
    return f"{name.upper()}: {what} ({Settings.model_fields[name].description})"
