"""The updates that were put aside, as the terminal shows them: when, what and why, never what anybody wrote."""

from collections.abc import Iterator

from bot.house import House
from bot.parking import retry_parked
from jalon.settings import Settings
from jalon.wiring import Stores, bot_id, library
from storage.inbox import Parked, parked_pages


def listing(settings: Settings, stores: Stores) -> Iterator[str]:
    """One line for each update put aside, oldest first; those of a former bot too, for nothing else would tell of them."""
    ours, bots = bot_id(settings), set[int]()
    for page in parked_pages(stores.database, stores.vault):
        yield from (_line(update, ours) for update in page)
        bots |= {update.bot_id for update in page}
    if not bots:
        yield "No update is put aside."
    if ours in bots:
        yield "To try them again: jalon inbox --retry"


def _line(update: Parked, ours: int) -> str:
    whose = f"dossier {update.beneficiary_id}" if update.beneficiary_id else "no dossier"
    tries = f"{update.attempts} {'try' if update.attempts == 1 else 'tries'}"
    kept = "" if update.raw is not None else "  (its content could not be kept)"
    former = (
        "" if update.bot_id == ours else f"  (received by the bot {update.bot_id}: it cannot be tried with this one)"
    )
    return f"{update.received_at:%Y-%m-%d %H:%M} UTC  {update.kind}  {update.error}  {tries}  {whose}{kept}{former}"


def retry(settings: Settings, stores: Stores) -> str:
    """Puts them through again; says how many were handled."""
    shelf = library(settings)
    house = House(stores.database, stores.vault, shelf, bot_id(settings), settings.entrance, settings.time_zone)
    handled, left = retry_parked(house)
    return f"Handled: {handled}. Still put aside: {left}."
