"""What a press means, in the words of the ledger: by its label, and whether its button still counts."""

from tests.bot.conversing import BACK, BEGIN, DONE, KEEP, PAUSE, RESUME, SKIP, STOP_NO, STOP_YES, WHY, said
from tests.e2e.ledger import ASKED, HELLO, LABELS, PATHS, Ledger, Walk

HERE = said("button_pause_here")
NODES = list(ASKED)[1:]  # in the order of the pack


def meant(ledger: Ledger, data: str, label: str, age: int) -> None:
    """What a press means to the ledger. `age`: how many showings ago its button first appeared."""
    if data.endswith(".e"):
        ledger.reopen(NODES[int(data.split(".")[1], 36)])
    elif data.startswith("b"):
        if ledger.open and age == 0:
            _answered(ledger, ledger.open, label)
    elif label == BEGIN:
        if data.endswith(ledger.place) and ledger.open is None and ledger.place in (HELLO, PATHS):
            ledger.begin()
    elif label in MENU:
        MENU[label](ledger)


def _answered(ledger: Ledger, walk: Walk, label: str) -> None:
    if label in LABELS.get(walk.at, {}):
        ledger.answer("given", LABELS[walk.at][label])
    elif label == BACK:
        ledger.back()
    elif label == SKIP and not walk.parts:
        ledger.answer("skipped", None)
    elif label in (DONE, SKIP) and walk.parts:
        ledger.answer("given", "\n".join(walk.parts.values()), dict(walk.parts))
    elif label == KEEP and not walk.parts:
        ledger.answer(*walk.answers[walk.at], walk.keys[walk.at])


def _stopped(ledger: Ledger) -> None:
    if ledger.place != "stopped":
        ledger.stop()


def _paused(ledger: Ledger) -> None:
    if not (ledger.open and ledger.open.paused):
        ledger.pause()


def _went_on(ledger: Ledger) -> None:
    if ledger.place != "stopped":
        ledger.again()


MENU = {
    PAUSE: _paused,
    HERE: _paused,
    RESUME: Ledger.resume,
    STOP_YES: _stopped,
    STOP_NO: _went_on,
}


def known(label: str) -> bool:
    """Whether the ledger has a meaning for it."""
    return (
        label in MENU or label in (BACK, SKIP, DONE, KEEP, WHY, BEGIN) or any(label in held for held in LABELS.values())
    )
