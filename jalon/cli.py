"""The command `jalon`. Each subcommand is thin: settings, wiring, one call; every refusal is one clear line and exit 1."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.problems import Wrong
from jalon import adoption, dossiers, greeting, invitations, loop, moving, parked, running, undelivered
from jalon.alone import alone
from jalon.flows_cli import app as flows_app
from jalon.frame import Command, application
from jalon.settings import Settings, read_settings
from jalon.wiring import library, refuse_another_bot, stores
from jalon.words import NotReady, say, spoken
from jalon.wrong import SettingsError
from storage import backup as backups
from storage.database import Database
from storage.errors import StorageError
from storage.keys import MasterKey
from storage.migrate import upgrade

app = application("jalon")
app.add_typer(flows_app, name="flows")

REFUSALS = (SettingsError, NotReady, StorageError, Wrong)


@contextmanager
def refusing() -> Iterator[None]:
    """What cannot be done is said in plain lines, without a traceback."""
    try:
        yield
    except REFUSALS as error:
        for line in error.said(spoken()).splitlines():
            typer.echo(f"jalon: {line}", err=True)
        raise typer.Exit(1) from None


def command(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @app.command(name, cls=Command)
        @wraps(function)
        def refused_clearly(*arguments: Any, **options: Any) -> Any:
            with refusing():
                try:
                    return function(*arguments, **options)
                except KeyboardInterrupt:  # for `run` and `bot` before their loop listens: an end like any other
                    raise typer.Exit(0 if name in ("run", "bot") else 130) from None

        return refused_clearly

    return register


def _settings() -> Settings:
    """The settings; says where they are from when that is not the current folder."""
    settings = read_settings()
    if settings.home != Path():
        typer.echo(f"jalon: {say('home', settings.language, home=settings.home)}", err=True)
    return settings


def _log(settings: Settings) -> None:
    """Our own lines at the level asked for; libraries only warn: at INFO they log addresses that hold the token."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    for room in ("bot", "flows", "storage", "jalon"):
        logging.getLogger(room).setLevel(settings.log_level)


# ------------------------------------------------------------------------------------------------------------ running
@command("run")
def run() -> None:
    settings = _settings()
    _log(settings)
    shelf = library(settings)
    with alone(settings.database_url):
        loop.run(running.live(settings, shelf) if settings.live else running.locally(settings, shelf))


@command("bot")
def bot() -> None:
    settings = _settings()
    if not settings.live:
        raise NotReady("no_token")
    _log(settings)
    shelf = library(settings)
    with alone(settings.database_url):
        loop.run(running.live(settings, shelf))


# ------------------------------------------------------------------------------------------------------------- people
@command("invite")
def invite(name: str = "", counsellor: str = "", relink: str | None = None, language: str = "fr") -> None:
    if not (relink or name.strip()):
        raise NotReady("nobody_named")
    settings = _settings()
    with stores(settings, create=relink is None) as opened:
        if opened.new_key:
            typer.echo(greeting.new_key(settings))
        refuse_another_bot(settings, opened)
        door = invitations.door(settings, opened)
        made = (
            invitations.relink(settings, opened, relink)
            if relink
            else invitations.invite(settings, opened, name=name, counsellor=counsellor, language=language)
        )
    typer.echo(invitations.card(door, made, settings.language, live=settings.live))


@command("dossiers")
def list_dossiers(seen: str = "", by: str = "") -> None:
    settings = _settings()
    with stores(settings) as opened:
        for line in dossiers.seen(settings, opened, seen, by) if seen or by else dossiers.listing(settings, opened):
            typer.echo(line)


@command("export")
def export(beneficiary: str, format: str = "json", language: str | None = None) -> None:
    settings = _settings()
    with stores(settings) as opened:
        typer.echo(dossiers.record(opened, beneficiary, format, language or settings.language))


@command("inbox")
def inbox(retry: Annotated[bool, typer.Option("--retry")] = False) -> None:
    settings = _settings()
    _log(settings)
    with stores(settings) as opened:
        refuse_another_bot(settings, opened)
        lines = [parked.retry(settings, opened)] if retry else parked.listing(settings, opened)
        for line in lines:
            typer.echo(line)


@command("outbox")
def outbox(retry: Annotated[bool, typer.Option("--retry")] = False) -> None:
    settings = _settings()
    with stores(settings) as opened:
        refuse_another_bot(settings, opened)
        for line in (undelivered.retry if retry else undelivered.listing)(settings, opened):
            typer.echo(line)


# --------------------------------------------------------------------------------------------------------- the database
@command("migrate")
def migrate(to: str = "") -> None:
    settings = _settings()
    if to:
        for line in moving.move(settings, to):
            typer.echo(line)
        return
    database = Database(settings.database_url)
    try:
        upgrade(database)
    finally:
        database.close()
    typer.echo(say("migrated", settings.language))


@command("adopt")
def adopt() -> None:
    settings = _settings()
    with stores(settings) as opened:
        typer.echo(adoption.adopt(settings, opened))


@command("rekey")
def rekey(file: Path) -> None:
    settings = _settings()
    with alone(settings.database_url):
        typer.echo(adoption.rekey(settings, file))


@command("backup")
def backup(file: Path, force: Annotated[bool, typer.Option("--force")] = False) -> None:
    settings = _settings()
    database = Database(settings.database_url, create=False)
    try:
        backups.backup(database, file, force=force, key_file=settings.master_key_file)
    finally:
        database.close()
    typer.echo(say("saved", settings.language, file=file, key=settings.master_key_file))


@command("restore")
def restore(file: Path, force: Annotated[bool, typer.Option("--force")] = False) -> None:
    settings = _settings()
    path, language = settings.master_key_file, settings.language
    key = MasterKey.load(path) if path.exists() else None
    kept = backups.restore(settings.database_url, file, datetime.now(UTC), force=force, master=key)
    opens = say("restored_opens" if key else "restored_no_key", language, key=path)
    typer.echo(say("restored", language, file=file, opens=opens))
    if kept:
        typer.echo(say("restored_kept", language, kept=kept))
