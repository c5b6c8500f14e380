"""The command `jalon`. Each subcommand is thin: settings, wiring, one call; every refusal is one clear line and exit 1."""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.organisation import OrganisationError
from flows.problems import PackError
from jalon import adoption, dossiers, greeting, invitations, parked, running
from jalon.alone import alone
from jalon.flows_cli import app as flows_app
from jalon.settings import Settings, SettingsError, read_settings
from jalon.wiring import NotReady, library, refuse_another_bot, stores
from storage import backup as backups
from storage.database import Database
from storage.errors import StorageError
from storage.keys import MasterKey
from storage.migrate import upgrade

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Jalon, the companion of a bilan de compétences.")
app.add_typer(flows_app, name="flows")

REFUSALS = (SettingsError, NotReady, StorageError, PackError, OrganisationError)


@contextmanager
def refusing() -> Iterator[None]:
    """What cannot be done is said in plain lines, without a traceback."""
    try:
        yield
    except REFUSALS as error:
        for line in str(error).splitlines():
            typer.echo(f"jalon: {line}", err=True)
        raise typer.Exit(1) from None


def command(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @app.command(name)
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
        typer.echo(f"jalon: the folder of Jalon is {settings.home}", err=True)
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
    """Start Jalon: with a token the real bot, without one the local simulator and its chat page."""
    settings = _settings()
    _log(settings)
    shelf = library(settings)
    with alone(settings.database_url):
        asyncio.run(running.live(settings, shelf) if settings.live else running.locally(settings, shelf))


@command("bot")
def bot() -> None:
    """Start the bot alone, against TELEGRAM_API_URL."""
    settings = _settings()
    if not settings.live:
        raise NotReady("TELEGRAM_BOT_TOKEN is not set: write it into .env, or use `jalon run` for the local simulator")
    _log(settings)
    shelf = library(settings)
    with alone(settings.database_url):
        asyncio.run(running.live(settings, shelf))


# ------------------------------------------------------------------------------------------------------------- people
@command("invite")
def invite(
    name: Annotated[str, typer.Option(help="the name the counsellor knows the person by")] = "",
    counsellor: Annotated[str, typer.Option(help="the counsellor's name or e-mail address")] = "",
    relink: Annotated[str | None, typer.Option(help="a dossier to move to another Telegram account")] = None,
    language: Annotated[str, typer.Option(help="fr or en")] = "fr",
) -> None:
    """Open a dossier and print its invitation link and QR code; with --relink, move one to another account."""
    if not (relink or name.strip()):
        raise NotReady('whose dossier is it? jalon invite --name "Nadia B."')
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
    typer.echo(invitations.card(door, made))


@command("dossiers")
def list_dossiers(
    seen: Annotated[
        str, typer.Option(help="the number of a dossier whose flags you have read: they wait no more")
    ] = "",
    by: Annotated[str, typer.Option(help="with --seen: who has read them, if not the user of this computer")] = "",
) -> None:
    """List the dossiers, the urgent ones first: who, where they are, flags that wait. Never what was written."""
    settings = _settings()
    with stores(settings) as opened:
        for line in dossiers.seen(settings, opened, seen, by) if seen else dossiers.listing(settings, opened, "fr"):
            typer.echo(line)


@command("export")
def export(
    beneficiary: Annotated[str, typer.Argument(help="the dossier's number, or its beginning")],
    format: Annotated[str, typer.Option(help="json, or html: a page to read and print")] = "json",
    language: Annotated[str, typer.Option(help="the page's headings: fr or en; what was said stays as it was")] = "fr",
) -> None:
    """Print the record of a dossier. As a page: jalon export NUMBER --format html > dossier.html"""
    with stores(_settings()) as opened:
        typer.echo(dossiers.record(opened, beneficiary, format, language))


@command("inbox")
def inbox(
    retry: Annotated[bool, typer.Option("--retry", help="put them through again")] = False,
) -> None:
    """List the updates that made Jalon fail and were put aside: when, what and why, never what was written."""
    settings = _settings()
    _log(settings)
    with stores(settings) as opened:
        refuse_another_bot(settings, opened)
        lines = [parked.retry(settings, opened)] if retry else parked.listing(settings, opened)
        for line in lines:
            typer.echo(line)


# --------------------------------------------------------------------------------------------------------- the database
@command("migrate")
def migrate() -> None:
    """Bring the database to this version's schema (`run` does it by itself)."""
    database = Database(_settings().database_url)
    try:
        upgrade(database)
    finally:
        database.close()
    typer.echo("The database is up to date.")


@command("adopt")
def adopt() -> None:
    """Give the dossiers of another bot to the bot of the token. Each person then needs a new link."""
    settings = _settings()
    with stores(settings) as opened:
        typer.echo(adoption.adopt(settings, opened))


@command("rekey")
def rekey(
    file: Annotated[Path, typer.Argument(help="the other master key, under which some content was sealed")],
) -> None:
    """Let the present master key open what was sealed under another one. Stop Jalon and make a backup first."""
    settings = _settings()
    with alone(settings.database_url):
        typer.echo(adoption.rekey(settings, file))


@command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="the file to write")],
    force: Annotated[bool, typer.Option("--force", help="replace the file if it exists")] = False,
) -> None:
    """Make a consistent copy of the database, also while Jalon runs. The master key is not in it: keep it apart."""
    settings = _settings()
    database = Database(settings.database_url, create=False)
    try:
        backups.backup(database, file, force=force)
    finally:
        database.close()
    typer.echo(
        f"Saved to {file}. It can only be read with the master key ({settings.master_key_file}), which is not in it."
    )


@command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="a file that `jalon backup` wrote")],
    force: Annotated[bool, typer.Option("--force", help="replace the present database, which is kept aside")] = False,
) -> None:
    """Put a backup in the place of the database. Stop Jalon first."""
    settings = _settings()
    path = settings.master_key_file
    key = MasterKey.load(path) if path.exists() else None
    kept = backups.restore(settings.database_url, file, datetime.now(UTC), force=force, master=key)
    opens = f"{path} opens it." if key else f"There is no key at {path} yet: put back the one it was made with."
    typer.echo(f"Restored from {file}. {opens}" + (f" The former database is kept at {kept}." if kept else ""))
