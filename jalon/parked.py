"""The updates that were put aside, as the terminal shows them: when, what and why, never what anybody wrote."""

from collections.abc import Iterator

from bot.house import House
from bot.parking import retry_parked
from jalon import aside
from jalon.settings import Settings
from jalon.wiring import Stores, bot_id, library
from jalon.words import say
from storage.inbox import Parked, parked_pages


def listing(settings: Settings, stores: Stores) -> Iterator[str]:
    """One line for each update put aside, oldest first; those of a former bot too, for nothing else would tell of them."""
    ours, bots = bot_id(settings), set[int]()
    for page in parked_pages(stores.database, stores.vault):
        yield from (_line(update, ours, settings.language) for update in page)
        bots |= {update.bot_id for update in page}
    if not bots:
        yield say("inbox_empty", settings.language)
    if ours in bots:
        yield say("inbox_hint", settings.language)


def _line(update: Parked, ours: int, language: str) -> str:
    note = "" if update.raw is not None else say("inbox_unkept", language)
    return aside.line(update, update.received_at, update.kind, ours, language, note)


def retry(settings: Settings, stores: Stores) -> str:
    """Puts them through again; says how many were handled."""
    shelf = library(settings)
    house = House(stores.database, stores.vault, shelf, bot_id(settings), settings.entrance, settings.time_zone)
    handled, left = retry_parked(house)
    return say("inbox_retried", settings.language, handled=handled, left=left)
