"""A new bot takes over the dossiers of the former one: its name was changed for good, its token or its account lost."""

from jalon.settings import SIMULATED_BOT, Settings
from jalon.wiring import NotReady, Stores, bot_id
from storage import bots


def adopt(settings: Settings, stores: Stores) -> str:
    """Does it, and says what is next. Raises `NotReady` for trials: the simulator's people are nobody's."""
    ours = bot_id(settings)
    with stores.database.write() as session:
        now = stores.database.now()
        owner = bots.owning_bot(session, ours, now)
        if owner == ours:
            return f"These dossiers are already those of the bot {ours}."
        if SIMULATED_BOT in (owner, ours):
            raise NotReady(
                "trials with the simulator and the dossiers of real people never mix: set another DATABASE_URL"
            )
        bots.hand_over(session, ours, now)
    return (
        f"The dossiers of the bot {owner} are now those of the bot {ours}. "
        "Each person needs a link to it: jalon invite --relink NUMBER"
    )
