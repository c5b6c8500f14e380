"""What becomes of a call that failed: a pure function of what Telegram said, and the pauses between tries."""

from datetime import timedelta
from typing import Literal

import aiohttp
from telegram.error import (
    BadRequest,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

Verdict = Literal["sent", "refused", "unreachable", "unknown", "later", "anew", "dropped"]
NEVER_LEFT = aiohttp.ConnectionTimeoutError  # no connection was free or made: nothing was sent
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between retries, doubling

# What Telegram says when an edit has nothing left to do: the message is as it should be, or is gone with its chat history.
ALREADY = ("message is not modified",)
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
TOO_LATE = ("query is too old", "query id is invalid")
UNREACHABLE = (
    "chat not found",
    "user is deactivated",
    "bot was blocked",
    "can't initiate conversation",
    "peer_id_invalid",
)


def verdict(error: TelegramError, *, news: bool) -> Verdict:
    """What becomes of a row whose call failed. `news`: an edit that says something new, to be sent if its message is gone."""
    said = error.message.lower()
    if isinstance(
        error, RetryAfter | InvalidToken | EndPointNotFound
    ):  # a token that was revoked: no fault of the message's
        return "later"
    if isinstance(error, Forbidden) or any(words in said for words in UNREACHABLE):
        return "unreachable"
    if isinstance(error, BadRequest):
        return _bad_request(said, news)
    if isinstance(error, TimedOut):
        return "later" if isinstance(error.__cause__, NEVER_LEFT) else "unknown"
    return "later" if isinstance(error, NetworkError) and not _ours(error) else "refused"


def _ours(error: TelegramError) -> bool:
    """Whether the call could not even be made of this row: trying again makes the same."""
    return error.__cause__ is not None and not isinstance(error.__cause__, aiohttp.ClientError | OSError)


def reason(error: TelegramError) -> str:
    """What Telegram said, for the row and the log: cut where it begins to quote the message it refused."""
    if error.__cause__ is not None:  # the library repeats what the transport said, which may hold the call itself
        return f"{type(error).__name__}: {type(error.__cause__).__name__}"
    said = error.message.partition('"')[0].strip()
    return f"{type(error).__name__}: {said[:120]}"


def _bad_request(said: str, news: bool) -> Verdict:
    if any(words in said for words in ALREADY):
        return "sent"
    if any(words in said for words in TOO_LATE):
        return "dropped"
    if any(words in said for words in GONE):
        return "anew" if news else "dropped"
    return "refused"


def pause(attempts: int, chance: float) -> timedelta:
    """How long to wait before trying again: about 1, 2, 4, … at most 60 seconds.

    `chance` (0 to 1) decides between half of that and all of it, so that rows which failed together do not come back
    together ("equal jitter": AWS Architecture Blog, "Exponential Backoff And Jitter").
    """
    whole = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(10, max(0, attempts - 1)))
    return timedelta(seconds=whole * (1 + chance) / 2)
