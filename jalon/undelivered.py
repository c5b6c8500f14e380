"""What could not be sent, as the terminal shows it, and what still waits to be."""

from collections import Counter
from collections.abc import Iterator

from jalon import aside
from jalon.settings import Settings
from jalon.wiring import Stores, bot_id
from jalon.words import say
from storage.undelivered import Left, Paused, Undelivered, queue, queue_again, undelivered_pages


def listing(settings: Settings, stores: Stores) -> Iterator[str]:
    """What waits, whom Telegram has asked to wait, then a line for each dead letter, oldest first."""
    language, ours = settings.language, bot_id(settings)
    yield from _waiting(stores, ours, language)
    found = hopeful = 0
    for page in undelivered_pages(stores.database, ours):
        yield from (_line(letter, ours, language) for letter in page)
        found += len(page)
        hopeful += sum(letter.left is None for letter in page)
    if not found:
        yield say("outbox_empty", language)
    if hopeful:
        yield say("outbox_hint", language, count=hopeful)


def _waiting(stores: Stores, ours: int, language: str) -> Iterator[str]:
    with stores.database.read() as session:
        now = queue(session, ours, stores.database.now())
    if now.since is not None:
        yield say("outbox_waiting", language, count=now.waiting, since=aside.moment(now.since))
    for chat in now.paused:
        yield say("outbox_paused", language, until=aside.moment(chat.until), whose=_whose(chat, language))


def _whose(chat: Paused, language: str) -> str:
    return say("outbox_everybody", language) if chat.whole else aside.whose(chat.beneficiary_id, language)


def _line(letter: Undelivered, ours: int, language: str) -> str:
    kind, state = say(f"kind_{letter.kind}", language), say(f"state_{letter.state}", language)
    what = say("outbox_what", language, kind=kind, state=state)
    note = say(f"left_{letter.left}", language) if letter.left else ""
    return aside.line(letter, letter.created_at, what, ours, language, note)


def retry(settings: Settings, stores: Stores) -> Iterator[str]:
    """Queues again what may be; says how many, and why the others were left."""
    language, ours = settings.language, bot_id(settings)
    seen: Counter[Left | None] = Counter()
    page = _again(stores, ours, 0)
    while page:
        seen.update(letter.left for letter in page)
        page = _again(stores, ours, page[-1].seq)
    queued = seen.pop(None, 0)
    yield say("outbox_retried", language, queued=queued, left=seen.total())
    for left, count in seen.most_common():
        yield say("outbox_left", language, count=count, why=say(f"left_{left}", language))


def _again(stores: Stores, ours: int, after: int) -> list[Undelivered]:
    with stores.database.write() as session:
        return queue_again(session, ours, stores.database.now(), after)
