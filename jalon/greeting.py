"""What the terminal says once Jalon runs: where one talks to it, where things are, what to do next. Pure."""

from jalon.settings import Settings
from jalon.words import say


def simulated(settings: Settings, address: str, *, new_key: bool) -> str:
    """For the local mode; `address` is the chat page's."""
    return _said("greeting_simulated", settings, new_key, address=address)


def live(settings: Settings, bot: str, *, new_key: bool) -> str:
    """For the real bot, by its username."""
    entry = say(f"entry_{settings.entrance}", settings.language)
    return _said("greeting_live", settings, new_key, bot=bot, entry=entry)


def urgent(settings: Settings, count: int) -> str:
    """For a start while urgent flags wait: how many dossiers, never whose."""
    return "\n\n" + say("urgent_one" if count == 1 else "urgent_many", settings.language, count=count)


def new_key(settings: Settings) -> str:
    """For the commands that may make the key before the first start."""
    return say("key_made", settings.language, key=_key(settings, new=True))


def _said(key: str, settings: Settings, new_key: bool, **holes: str) -> str:
    return say(key, settings.language, database=settings.database, key=_key(settings, new=new_key), **holes)


def _key(settings: Settings, *, new: bool) -> str:
    file = str(settings.master_key_file)
    return say("key_new", settings.language, key=file) if new else file
