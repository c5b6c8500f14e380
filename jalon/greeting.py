"""What the terminal says once Jalon runs: where one talks to it, where things are, what to do next. Pure."""

from jalon.settings import Settings

SIMULATED = """
Jalon is running on this machine, with a simulator in Telegram's place. Nothing leaves the machine.

    Chat    {address}
{places}

To go live, write TELEGRAM_BOT_TOKEN into the file .env and start again (README.md, "Going live").
Ctrl-C stops."""

LIVE = """
Jalon is running: people talk to it at https://t.me/{bot}

{places}
    Entry   {entry}

Ctrl-C stops."""

ENTRY = {
    "invitation": 'by invitation; to make one: .venv/bin/jalon invite --name "…"',
    "open": "open to everybody (ENROLMENT=open)",
}

NEW_KEY = "new: keep a copy elsewhere, without it nothing can be read again"


def simulated(settings: Settings, address: str, *, new_key: bool) -> str:
    """For the local mode; `address` is the chat page's."""
    return SIMULATED.format(address=address, places=_places(settings, new_key))


def live(settings: Settings, bot: str, *, new_key: bool) -> str:
    """For the real bot, by its username."""
    return LIVE.format(bot=bot, places=_places(settings, new_key), entry=ENTRY[settings.entrance])


def urgent(count: int) -> str:
    """For a start while urgent flags wait: how many dossiers, never whose."""
    return f"\n\nURGENT: {count} {'dossier' if count == 1 else 'dossiers'} to look at first. See: jalon dossiers"


def new_key(settings: Settings) -> str:
    """For the commands that may make the key before the first start."""
    return f"A master key was made: {settings.master_key_file} ({NEW_KEY})"


def _places(settings: Settings, new_key: bool) -> str:
    key = f"{settings.master_key_file}{f'  ({NEW_KEY})' if new_key else ''}"
    return f"    Data    {settings.database}\n    Key     {key}"
