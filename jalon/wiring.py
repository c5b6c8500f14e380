"""From settings to things: the database, the vault, the flows, the bot. What is wrong is said in one sentence."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import inspect, text
from telegram import Bot

from bot.library import Library
from bot.transport import AiohttpRequest, Timeouts
from flows.journey import load_journey
from flows.load import load_flows
from flows.organisation import OrganisationError, leftovers, load_organisation
from flows.problems import PackError
from flows.proof_journey import prove_journey
from jalon.settings import SIMULATED_BOT, SIMULATED_TOKEN, Settings
from jalon.words import NotReady
from storage import bots
from storage.database import Database
from storage.key_check import check_keys
from storage.keys import MasterKey
from storage.migrate import first_start, upgrade
from storage.vault import Vault

log = logging.getLogger(__name__)

SENDING = 32  # calls under way at once: Telegram's 30 a second, answered within a second
PATIENCE = Timeouts(pool=30.0, read=20.0)  # shorter than a lease (storage.outbox.LEASE)


@dataclass(frozen=True)
class Stores:
    """The open database and the vault of its content. `new_key`: its master key was made just now."""

    database: Database
    vault: Vault
    new_key: bool = False


def master_key(settings: Settings, database: Database, *, create: bool) -> tuple[MasterKey, bool]:
    """The key, and whether it was made just now. A key is only made for a database that holds nothing yet."""
    path = settings.master_key_file
    if path.exists() or _has_content(database):
        return MasterKey.load(path, database.file), False
    if not create:
        raise NotReady("nothing_kept", database=settings.database)
    return MasterKey.create(path, database.file), True


def _has_content(database: Database) -> bool:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("data_key"):
            return False
        return connection.execute(text("SELECT count(*) FROM data_key")).scalar_one() > 0


@contextmanager
def stores(settings: Settings, *, create: bool = False) -> Iterator[Stores]:
    """Opens the database, brings it to this code's schema, and opens the vault. Without `create`, both must be there.

    Raises `StorageError` when the key is not the one that the content was sealed under.
    """
    database = Database(settings.database_url, create=create)
    try:
        with first_start(database):
            key, made = master_key(settings, database, create=create)
            upgrade(database)
            _prove_key(database, key)
            vault = Vault(key)
            if made and not database.is_sqlite:
                with database.write() as session:
                    vault.begin(session)  # the next worker sees that there is a key, and whether it has the same
        yield Stores(database, vault, made)
    finally:
        database.close()


def _prove_key(database: Database, key: MasterKey) -> None:
    with database.read() as session:
        for owner in check_keys(session.connection(), key):
            log.error("the data key of %s is damaged: what belongs to it cannot be read; restore a backup", owner)


def bot_id(settings: Settings) -> int:
    """The bot's number at Telegram, which is the first part of its token."""
    return int(_token(settings).partition(":")[0])


def refuse_another_bot(settings: Settings, opened: Stores) -> None:
    """Raises `NotReady` where the dossiers belong to another bot, or to the simulator. A new database is this bot's."""
    ours = bot_id(settings)
    with opened.database.write() as session:
        owner = bots.owning_bot(session, ours, opened.database.now())
        name = bots.username(session, owner)
    if owner == ours:
        return
    key = {owner: "made_on_trial", ours: "made_live"}.get(SIMULATED_BOT, "another_bot")
    raise NotReady(key, database=settings.database, owner=f"@{name} ({owner})" if name else owner, ours=ours)


def library(settings: Settings) -> Library:
    """The packs, proved, with the organisation's facts. Raises `PackError` or `OrganisationError` with every line."""
    if not settings.organisation.exists():
        raise NotReady("organisation_missing", file=settings.organisation_file)
    organisation = load_organisation(settings.organisation)
    if settings.live and (invented := leftovers(settings.organisation)):
        raise OrganisationError(invented)
    facts = organisation.facts_by_language()
    flows, journey = load_flows(facts=facts), load_journey()
    if problems := prove_journey(journey, {flow.id: flow.pack for flow in flows.values()}):
        raise PackError(problems)
    return Library(flows, journey, facts)


def make_bot(settings: Settings, api_url: str) -> Bot:
    """python-telegram-bot's client, for the Bot API server at `api_url`."""
    return Bot(
        _token(settings),
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=AiohttpRequest(SENDING, PATIENCE),
        get_updates_request=AiohttpRequest(),
    )


def _token(settings: Settings) -> str:
    secret = settings.telegram_bot_token
    return secret.get_secret_value() if secret else SIMULATED_TOKEN
