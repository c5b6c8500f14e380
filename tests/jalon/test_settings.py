"""Settings, `.env.example` and README.md say the same; each wrong value is refused by its name, and never repeated."""

import re
from pathlib import Path
from typing import Any

import pytest

from jalon.home import VARIABLE
from jalon.settings import Settings, read_settings
from jalon.words import say
from jalon.wrong import SettingsError

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SETTINGS_PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
TOKEN = "123456789:AAFictionFictionFictionFiction"

NAMES = [name.upper() for name in Settings.model_fields]


def examples() -> dict[str, str]:
    """Name → value of the commented lines of `.env.example`."""
    return dict(re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def test_each_setting_is_in_the_example_in_its_order_of_subject() -> None:
    assert sorted(examples()) == sorted(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "TELEGRAM_BOT_TOKEN"])
def test_each_example_has_a_comment_and_is_accepted(name: str) -> None:
    before, _, _ = EXAMPLE.partition(f"#{name}=")
    assert before.splitlines()[-1].startswith("# ")
    read_settings(**{name.lower(): examples()[name]})


NO_DEFAULT = ("TELEGRAM_BOT_TOKEN", "ENROLMENT", "WEBHOOK_URL", "WEBHOOK_SECRET")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NO_DEFAULT])
def test_each_example_is_the_default(name: str) -> None:
    given = read_settings(**{name.lower(): examples()[name]})
    assert getattr(given, name.lower()) == getattr(read_settings(), name.lower())


def row(name: str) -> str:
    """A setting's line in the English table: what the program itself says of it, and the value of the example."""
    value = "" if name in NO_DEFAULT else f"`{examples()[name]}`"
    return f"| `{name}` | {say(f'setting_{name.lower()}', 'en')} | {value} |"


def test_the_english_table_has_each_setting() -> None:
    table = [line for line in SETTINGS_PAGE.splitlines() if line.startswith("| `")]
    assert table == [row(name) for name in examples()]


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    said = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert said - {"SMOKE_TOKEN", "SMOKE_CHAT", VARIABLE} <= set(NAMES)


WRONG = [
    ("TELEGRAM_BOT_TOKEN", "s3cret", "such as 123456789:AAE… (the token that BotFather gave;"),
    ("TELEGRAM_BOT_TOKEN", "123456789 :AAFictionFictionFictionFiction", "without a space, such as 123456789:AAE…"),
    ("TELEGRAM_BOT_TOKEN", examples()["TELEGRAM_BOT_TOKEN"], "this is still the example"),
    ("JALON_LANGUAGE", "de", "fr, en"),
    ("TELEGRAM_API_URL", "api.telegram.org", "an address such as https://api.telegram.org"),
    ("TELEGRAM_API_URL", "https://api.telegram.org/bot", "an address such as https://api.telegram.org"),
    ("TELEGRAM_MODE", "push", "one of these words is expected: polling, webhook"),
    ("WEBHOOK_URL", "http://bilan.example.org/telegram", "an address such as https://bilan.example.org/telegram"),
    ("WEBHOOK_URL", "https://bilan.example.org", "with a path"),
    ("WEBHOOK_LISTEN", "8443", "host:port is expected"),
    ("WEBHOOK_SECRET", "s3cret", "16 to 256 letters, digits"),
    ("DATABASE_URL", "mysql://jalon:s3cret@host/name", "sqlite:///folder/jalon.db or postgresql://"),
    ("DATABASE_URL", "data/jalon.db", "sqlite:///folder/jalon.db or postgresql://"),
    ("ENROLMENT", "closed", "invitation, open"),
    ("INVITATION_DAYS", "0", "at least 1"),
    ("INVITATION_DAYS", "a month", "a whole number"),
    ("TIME_ZONE", "Paris", "a time zone is expected, such as Europe/Paris"),
    ("MESSAGES_PER_SECOND", "0", "at least 1"),
    ("MESSAGES_BURST", "0", "at least 1"),
    ("CHAT_GAP_SECONDS", "-1", "at least 0"),
    ("CHAT_BURST", "61", "at most 60"),
    ("SIMULATOR_PORT", "65536", "at most 65535"),
    ("LOG_LEVEL", "loud", "DEBUG, INFO, WARNING, ERROR"),
]
ANYTHING_GOES = {"MASTER_KEY_FILE", "ORGANISATION_FILE"}  # any path; what is there is looked at later


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_wrong_value_is_refused_by_name_and_not_repeated(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    [line] = str(refused.value).splitlines()
    assert line.startswith(f"{name}: ")
    assert expected in line
    assert line.endswith(f"({say(f'setting_{name.lower()}', 'en')})")
    assert "s3cret" not in line


def test_every_setting_has_a_wrong_value_in_these_tests() -> None:
    assert {name for name, _, _ in WRONG} | ANYTHING_GOES == set(NAMES)


def test_all_that_is_wrong_is_said_at_once(folder: Path) -> None:
    (folder / ".env").write_text("LOG_LEVEL=loud\nTIME_ZONE=Paris\n")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == ["TIME_ZONE", "LOG_LEVEL"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TELEGRAM_TOKEN", "TELEGRAM_TOKEN in .env: there is no such setting; did you mean TELEGRAM_BOT_TOKEN?"),
        ("ZZZ", "ZZZ in .env: there is no such setting, see .env.example"),
    ],
)
def test_a_name_that_is_no_setting_is_refused(folder: Path, written: str, meant: str) -> None:
    (folder / ".env").write_text(f"{written}=1\n")
    with pytest.raises(SettingsError, match=re.escape(meant)):
        read_settings()


@pytest.mark.parametrize(
    "line", ["bonjour", "LOG_LEVEL", "le jeton : 42", "TIME_ZONE 'Europe/Paris'", 'TIME_ZONE="Europe']
)
def test_a_line_that_sets_nothing_is_refused_with_its_number(folder: Path, line: str) -> None:
    (folder / ".env").write_text(f"# a remark\nCHAT_BURST=5\n\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value) == ".env, line 4: NAME=value is expected, or # before a remark"


def test_a_file_of_settings_that_is_no_text(folder: Path) -> None:
    (folder / ".env").write_bytes(b"LOG_LEVEL=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read"):
        read_settings()


def test_the_environment_goes_before_the_file_and_an_empty_value_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("SIMULATOR_PORT=8090\nCHAT_BURST=\n# a comment\n")
    monkeypatch.setenv("SIMULATOR_PORT", "8091")
    settings = read_settings()
    assert (settings.simulator_port, settings.chat_burst) == (8091, 30)


@pytest.mark.parametrize(
    ("given", "entrance"),
    [
        ({}, "open"),
        ({"telegram_bot_token": TOKEN}, "invitation"),
        ({"telegram_bot_token": TOKEN, "enrolment": "open"}, "open"),
        ({"enrolment": "invitation"}, "invitation"),
    ],
)
def test_real_people_need_an_invitation_unless_said_otherwise(given: dict[str, Any], entrance: str) -> None:
    assert read_settings(**given).entrance == entrance


def test_a_token_and_a_password_are_not_shown() -> None:
    settings = read_settings(telegram_bot_token=TOKEN, database_url="postgresql://jalon:s3cret@host/name")
    shown = repr(settings) + str(settings)
    assert TOKEN not in shown
    assert "s3cret" not in shown
    assert settings.database == "postgresql://jalon:***@host/name"


def test_a_webhook_without_its_address_is_refused_with_a_secret_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_MODE", "webhook")
    with pytest.raises(SettingsError, match=r"^TELEGRAM_MODE: webhook needs WEBHOOK_URL") as refused:
        read_settings()
    proposed = str(refused.value).rpartition(" ")[2]
    told = {"webhook_url": "https://bilan.example.org/telegram", "webhook_secret": proposed}
    assert read_settings(**told).webhook is not None
