"""Moving from SQLite to PostgreSQL: all that the database holds, told table by table."""

from collections.abc import Iterator
from contextlib import ExitStack

from jalon.alone import alone
from jalon.columns import columns
from jalon.settings import Settings
from jalon.words import NotReady, say
from storage.database import Database, parse
from storage.transfer import Copied, transfer

HEADS = ("table", "rows", "same")


def move(settings: Settings, to: str) -> Iterator[str]:
    """Copies the database of the settings to the one at `to`; what arrived, and what to do next.

    Meanwhile Jalon cannot start on the former. Where it runs already, the copy is good for a trial only, and that is said.
    """
    language, target = settings.language, parse(to)
    with ExitStack() as held:
        running = _runs(held, settings)
        tables = _copied(settings.database_url, to)
    yield from columns([[say(f"head_{head}", language) for head in HEADS], *(_row(each, language) for each in tables)])
    if running:
        yield say("moved_running", language)
    else:
        address = target.set(drivername="postgresql").render_as_string(hide_password=True)
        yield say("moved", language, target=address, source=settings.database)


def _runs(held: ExitStack, settings: Settings) -> bool:
    try:
        held.enter_context(alone(settings.database_url))
    except NotReady as refusal:
        if refusal.key != "already_running":
            raise
        return True
    return False


def _copied(source: str, target: str) -> list[Copied]:
    with ExitStack() as opened:
        databases = [Database(source, create=False), Database(target, create=False)]
        for database in databases:
            opened.callback(database.close)
        return transfer(*databases)


def _row(copied: Copied, language: str) -> list[str]:
    return [copied.table, str(copied.rows), f"{say('moved_same', language)} ({copied.digest[:8]})"]
