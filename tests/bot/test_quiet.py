"""A trouble of hours leaves a few lines in the log: when it began, now and then how long it lasts, when it was over."""

import logging

import pytest

from bot.quiet import LONGEST, Quiet

log = logging.getLogger("tests.quiet")
AWAY, REVOKED = "Telegram cannot be reached", "the token is no longer accepted"


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, log.name)
    return caplog


def fail(quiet: Quiet, begin: int, end: int, words: str = AWAY) -> None:
    """Every two seconds, as the poller does."""
    for second in range(begin, end, 2):
        quiet.again(logging.WARNING, words, second)


def test_an_outage_is_told_at_growing_intervals_with_its_count(said: pytest.LogCaptureFixture) -> None:
    fail(Quiet(log), 0, 500)
    assert said.messages == [
        AWAY,
        f"{AWAY} (still so; failures: 31, seconds: 60)",
        f"{AWAY} (still so; failures: 91, seconds: 180)",
        f"{AWAY} (still so; failures: 211, seconds: 420)",
    ]


def test_a_day_of_it_is_told_every_hour(said: pytest.LogCaptureFixture) -> None:
    day = 24 * 3600
    fail(Quiet(log), 0, day)
    assert day / LONGEST < len(said.messages) < day / LONGEST + 8


def test_the_end_is_told_once_and_only_where_there_was_trouble(said: pytest.LogCaptureFixture) -> None:
    quiet = Quiet(log)
    quiet.over("Telegram answers again", 0)
    fail(quiet, 0, 10)
    quiet.over("Telegram answers again", 11)
    quiet.over("Telegram answers again", 12)
    assert said.messages == [AWAY, "Telegram answers again (failures: 5, seconds: 11)"]


def test_the_next_trouble_is_new(said: pytest.LogCaptureFixture) -> None:
    quiet = Quiet(log)
    fail(quiet, 0, 10_000)
    quiet.over("Telegram answers again", 10_000)
    said.clear()
    fail(quiet, 20_000, 20_062)
    assert said.messages == [AWAY, f"{AWAY} (still so; failures: 31, seconds: 60)"]


def test_another_reason_is_told_at_once_and_its_alternation_is_not(said: pytest.LogCaptureFixture) -> None:
    quiet = Quiet(log)
    for second in range(0, 40, 4):
        fail(quiet, second, second + 2)
        fail(quiet, second + 2, second + 4, REVOKED)
    assert said.messages == [AWAY, REVOKED]


def test_where_some_fail_and_others_do_not_it_is_over_after_a_calm(said: pytest.LogCaptureFixture) -> None:
    quiet = Quiet(log, calm=10)
    for second in range(0, 30, 2):
        quiet.again(logging.WARNING, AWAY, second)
        quiet.over("over", second + 1)
    quiet.over("over", 37)
    quiet.over("over", 38)
    assert said.messages == [AWAY, "over (failures: 15, seconds: 38)"]
