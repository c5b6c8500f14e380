"""What becomes of a call that failed for a reason of the transport: a rule over the cause that the library reports."""

import aiohttp
import pytest
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.verdicts import reason, verdict


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (caused(TimedOut(), aiohttp.SocketTimeoutError("slow")), "unknown"),
        (caused(TimedOut(), aiohttp.ConnectionTimeoutError("away")), "later"),
        (caused(TimedOut(), TimeoutError("the whole took too long")), "unknown"),
        (caused(NetworkError("broken"), aiohttp.ServerDisconnectedError("cut")), "later"),
        (caused(NetworkError("ours"), UnicodeError("half a character")), "refused"),
        (NetworkError("Bad Gateway"), "later"),
    ],
)
def test_only_what_may_succeed_is_tried_again(error: TelegramError, expected: str) -> None:
    assert verdict(error, news=False) == expected


def test_what_the_transport_repeats_of_a_call_is_not_noted() -> None:
    error = caused(NetworkError("Unknown error: UnicodeError('what she wrote')"), UnicodeError("what she wrote"))
    assert reason(error) == "NetworkError: UnicodeError"
