"""What one database takes over from another life: the dossiers of a former bot, the content under a former master key."""

from pathlib import Path

from jalon.settings import SIMULATED_BOT, Settings
from jalon.wiring import Stores, bot_id
from jalon.words import NotReady, say
from storage import bots
from storage.database import Database
from storage.key_check import adopt_keys, check_keys
from storage.keys import MasterKey


def rekey(settings: Settings, file: Path) -> str:
    """The content under the key in `file` opens with the present key from now on. Raises `StorageError`."""
    database = Database(settings.database_url, create=False)
    try:
        master = MasterKey.load(settings.master_key_file, database.file)
        former = MasterKey.load(file, database.file)
        with database.write() as session:
            count = adopt_keys(session.connection(), former, master)
            check_keys(session.connection(), master, None)
    finally:
        database.close()
    return say("rekeyed", settings.language, count=count, key=settings.master_key_file)


def adopt(settings: Settings, stores: Stores) -> str:
    """Does it, and says what is next. Raises `NotReady` for trials: the simulator's people are nobody's."""
    ours = bot_id(settings)
    with stores.database.write() as session:
        now = stores.database.now()
        owner = bots.owning_bot(session, ours, now)
        if owner == ours:
            return say("adopted_already", settings.language, ours=ours)
        if SIMULATED_BOT in (owner, ours):
            raise NotReady("adopt_trials")
        bots.hand_over(session, ours, now)
    return say("adopted", settings.language, owner=owner, ours=ours)
