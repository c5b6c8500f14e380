"""Who is measured, and how each is started. All ask the same twenty questions, with the same three calls for an answer."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SECRET = "bench-of-jalon-and-its-peers"  # noqa: S105 - of a webhook on this machine, for a minute
NO_LIMITS = {"MESSAGES_PER_SECOND": "10000", "MESSAGES_BURST": "10000", "CHAT_GAP_SECONDS": "0"}


@dataclass(frozen=True, slots=True)
class Stage:
    """What a run stands on: the simulator's address, the bot's token, an empty folder, and how to start a Python."""

    url: str
    token: str
    folder: Path
    python: str
    peers_python: str
    new_database: Callable[[], str]  # makes a PostgreSQL database, gives its URL


@dataclass(frozen=True, slots=True)
class Program:
    """A process to start."""

    command: list[str]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Contender:
    """`kept`: what is on disk before Telegram is told that an update has arrived."""

    title: str
    kept: str
    programs: Callable[[Stage], list[Program]]


def _peer(script: str, *more: str) -> Callable[[Stage], list[Program]]:
    def programs(stage: Stage) -> list[Program]:
        words = [str(stage.folder / name) for name in more]
        return [Program([stage.peers_python, str(HERE / "peers" / script), stage.url, stage.token, *words], {})]

    return programs


def _jalon(*, postgresql: bool = False, webhook: bool = False, workers: int = 1) -> Callable[[Stage], list[Program]]:
    def programs(stage: Stage) -> list[Program]:
        environment = {
            **NO_LIMITS,
            "TELEGRAM_BOT_TOKEN": stage.token,
            "ENROLMENT": "open",
            "LOG_LEVEL": "WARNING",
            "DATABASE_URL": stage.new_database() if postgresql else f"sqlite:///{stage.folder}/data/jalon.db",
            "MASTER_KEY_FILE": str(stage.folder / "keys" / "master.key"),
            **(_hook() if webhook else {}),
        }
        return [Program([stage.python, "-m", "bench.jalon_bot", stage.url], environment)] * workers

    return programs


def _hook() -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
    return {
        "TELEGRAM_MODE": "webhook",
        "WEBHOOK_URL": f"http://{listen}/telegram",
        "WEBHOOK_LISTEN": listen,
        "WEBHOOK_SECRET": SECRET,
    }


CONTENDERS: dict[str, Contender] = {
    "ptb": Contender("python-telegram-bot, ConversationHandler", "nothing", _peer("ptb_bot.py")),
    "ptb_pickle": Contender(
        "python-telegram-bot, ConversationHandler and PicklePersistence", "nothing", _peer("ptb_bot.py", "state.pickle")
    ),
    "aiogram": Contender("aiogram 3, FSM in memory", "nothing", _peer("aiogram_bot.py")),
    "sqlite": Contender("Jalon, SQLite, polling", "everything", _jalon()),
    "sqlite_webhook": Contender("Jalon, SQLite, webhook", "everything", _jalon(webhook=True)),
    "postgresql": Contender(
        "Jalon, PostgreSQL, webhook, 1 worker", "everything", _jalon(postgresql=True, webhook=True)
    ),
    "postgresql_2": Contender(
        "Jalon, PostgreSQL, webhook, 2 workers", "everything", _jalon(postgresql=True, webhook=True, workers=2)
    ),
    "postgresql_4": Contender(
        "Jalon, PostgreSQL, webhook, 4 workers", "everything", _jalon(postgresql=True, webhook=True, workers=4)
    ),
}
