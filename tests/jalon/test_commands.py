"""The commands for who keeps Jalon: what they print, and one clear line when something cannot be done."""

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from jalon.cli import app
from jalon.settings import read_settings
from jalon.wiring import bot_id, refuse_another_bot, stores
from simulator import Simulator
from storage.bots import keep_username
from storage.records import Line, raise_flag, transcribe
from tests.jalon import live


def jalon(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def refusal(*arguments: str) -> str:
    """The one line of a command that cannot do what is asked."""
    result = jalon(*arguments)
    assert result.exit_code == 1, result.output
    [line] = result.output.splitlines()
    return line.removeprefix("jalon: ")


@pytest.fixture
def dossier(folder: Path) -> str:
    """A dossier's number, in a database that has just been made."""
    found = re.search(r"Dossier: (\S+)", jalon("invite", "--name", "Nadia").output)
    assert found
    return found[1]


def test_the_first_invitation_says_where_the_key_is(folder: Path) -> None:
    said = jalon("invite", "--name", "Nadia", "--counsellor", "Camille").output
    assert said.startswith("A master key was made: secrets/master.key  (new: keep a copy elsewhere")
    assert re.search(r"http://127\.0\.0\.1:8080/\?start=\S+\nValid once, until \d\d/\d\d/\d{4}\.\n", said)
    assert "This link is for trials" in said
    assert "█" in said  # the QR code
    assert "A master key was made" not in jalon("invite", "--name", "Karim").output


async def test_an_invitation_to_the_real_bot_carries_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Simulator() as telegram:
        for name, value in live.settings(telegram.url).items():
            monkeypatch.setenv(name, value)
        said = (await asyncio.to_thread(jalon, "invite", "--name", "Karim")).output
    assert re.search(r"^https://t\.me/jalon_bot\?start=\S+$", said, re.MULTILINE)


def set_live(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in live.settings(url).items():
        monkeypatch.setenv(name, value)


async def test_the_name_of_the_bot_is_asked_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Simulator() as telegram:
        set_live(monkeypatch, telegram.url)
        await asyncio.to_thread(jalon, "invite", "--name", "Karim")
    assert re.search(r"^https://t\.me/jalon_bot\?start=\S+$", jalon("invite", "--name", "Karim").output, re.MULTILINE)


def test_without_telegram_and_without_the_name_nothing_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_live(monkeypatch, "http://127.0.0.1:9")
    said = jalon("invite", "--name", "Nadia").output
    assert "No invitation was made: try again once the connection is back" in said
    with closing(sqlite3.connect("data/jalon.db")) as database:
        assert database.execute("SELECT count(*) FROM beneficiary").fetchone() == (0,)


# ------------------------------------------------------------------------------------------- trials, and the real people
@pytest.mark.parametrize("command", ["invite --name Karim", "inbox --retry", "outbox --retry", "bot", "run"])
def test_a_real_bot_does_not_take_the_dossiers_of_trials(
    dossier: str, folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    live.organisation(folder)
    set_live(monkeypatch, "http://127.0.0.1:9")
    said = refusal(*command.split())
    assert said.startswith("data/jalon.db holds the dossiers of your trials with the simulator")
    assert "mv data trials" in said
    assert "trials with the simulator" in refusal("adopt")
    assert jalon("export", dossier).exit_code == 0  # reading is nobody's harm


@pytest.fixture
def real(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A dossier of a real bot, whose name is known."""
    with monkeypatch.context() as patch:
        set_live(patch, "http://127.0.0.1:9")
        settings = read_settings()
        with stores(settings, create=True) as opened:
            refuse_another_bot(settings, opened)
            with opened.database.write() as session:
                keep_username(session, bot_id(settings), "jalon_bot")
        found = re.search(r"Dossier: (\S+)", jalon("invite", "--name", "Nadia").output)
    assert found
    return found[1]


@pytest.mark.parametrize("command", ["invite --name Karim", "inbox", "outbox", "run"])
def test_the_simulator_does_not_take_the_dossiers_of_real_people(real: str, command: str) -> None:
    said = refusal(*command.split())
    assert said.startswith(
        "data/jalon.db holds the dossiers of the bot @jalon_bot (1000000001), and TELEGRAM_BOT_TOKEN"
    )


def test_another_bot_takes_over_when_it_is_told_to(real: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_live(monkeypatch, "http://127.0.0.1:9")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "77:" + "A" * 30)
    said = refusal("invite", "--name", "Karim")
    assert "the dossiers of the bot @jalon_bot (1000000001), and the token is that of the bot 77" in said
    assert said.endswith("Then: jalon adopt")
    assert "are now those of the bot 77" in jalon("adopt").output
    assert "already those of the bot 77" in jalon("adopt").output
    assert "holds the dossiers" not in jalon("invite", "--name", "Karim").output


def test_a_dossier_is_moved_by_another_link(dossier: str) -> None:
    assert (
        "The former account loses access as soon as this link is pressed."
        in jalon("invite", "--relink", dossier).output
    )
    nobody = "00000000-0000-0000-0000-000000000000"
    assert refusal("invite", "--relink", nobody) == f"there is no dossier {nobody}: jalon dossiers lists their numbers"


def test_an_invitation_in_a_language_nobody_speaks_here(dossier: str) -> None:
    assert refusal("invite", "--name", "Karim", "--language", "es") == "--language is one of fr, en"


@pytest.mark.parametrize("name", [[], ["--name", " "]])
def test_an_invitation_asks_whose_dossier_it_is(folder: Path, name: list[str]) -> None:
    assert refusal("invite", *name) == 'whose dossier is it? jalon invite --name "Nadia B."'
    assert list(folder.iterdir()) == []


def test_a_key_that_others_can_read(dossier: str) -> None:
    Path("secrets/master.key").chmod(0o644)
    assert refusal("invite", "--name", "Karim") == (
        "others can read the master key at secrets/master.key: run chmod 600 secrets/master.key"
    )


def test_a_key_that_is_gone_is_not_replaced(dossier: str) -> None:
    with stores(read_settings()) as opened, opened.database.write() as session:
        line = Line("in", "text", "Bonjour", opened.database.now())
        transcribe(session, opened.vault, UUID(dossier), [line])
    Path("secrets/master.key").unlink()
    expected = Path("secrets/master.key").absolute()
    for command in (("invite", "--name", "Karim"), ("export", dossier), ("inbox",)):
        said = refusal(*command)
        assert said.startswith(f"the master key is missing: put the copy you kept back at {expected}")
        assert "create" not in said
    assert not Path("secrets/master.key").exists()


def test_a_key_beside_the_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_KEY_FILE", "data/master.key")
    assert "lies in the database's folder" in refusal("invite", "--name", "Karim")


@pytest.mark.parametrize("command", [("invite", "--name", "Karim"), ("migrate",)])
def test_a_database_of_a_newer_version(dossier: str, command: tuple[str, ...]) -> None:
    with closing(sqlite3.connect("data/jalon.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    assert refusal(*command).startswith("the database was prepared by a newer version of Jalon (revision 9999)")


def test_a_backup_and_back(dossier: str) -> None:
    assert "It can only be read with the master key (secrets/master.key)" in jalon("backup", "copy.db").output
    jalon("invite", "--name", "Someone later")
    assert refusal("restore", "copy.db").startswith("there is a database at data/jalon.db")
    assert "The former database is kept at data/jalon.db.replaced-" in jalon("restore", "copy.db", "--force").output
    assert jalon("export", dossier).exit_code == 0


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("there", [True, False])
def test_a_backup_never_takes_the_place_of_the_master_key(dossier: str, there: bool, force: tuple[str, ...]) -> None:
    key = Path("secrets/master.key")
    before = key.read_bytes()
    if not there:
        key.unlink()
    said = refusal("backup", "secrets/../secrets/master.key", *force)
    assert said.endswith("is the place of the master key: give the backup another name")
    assert (key.read_bytes() if there else key.exists()) == (before if there else False)


def test_an_export_of_nobody(dossier: str) -> None:
    assert "00000000" in refusal("export", "00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("number", ["", "zz", "12-3", "123"])
def test_a_number_too_short_to_name_a_dossier(dossier: str, number: str) -> None:
    assert refusal("export", number) == "write at least 4 characters of the number of the dossier"
    assert "at least 4" in refusal("export", dossier[:3])


@pytest.mark.parametrize("number", ["Nadia", "zzzz", "12345-6789"])
def test_a_number_that_is_none(dossier: str, number: str) -> None:
    assert refusal("export", number) == f"there is no dossier {number}: jalon dossiers lists their numbers"


def test_the_beginning_of_a_number_is_enough(dossier: str) -> None:
    assert dossier in jalon("export", dossier[:8]).output
    assert f"Dossier: {dossier}" in jalon("invite", "--relink", dossier[:8].upper()).output


def test_a_beginning_that_two_dossiers_share(dossier: str) -> None:
    with closing(sqlite3.connect("data/jalon.db")) as database, database:
        (twin,) = database.execute("SELECT id FROM beneficiary").fetchone()
        database.execute("CREATE TEMP TABLE t AS SELECT * FROM beneficiary")
        database.execute("UPDATE t SET id = ?", (twin[:6] + "f" * 26,))
        database.execute("INSERT INTO beneficiary SELECT * FROM t")
    assert refusal("export", dossier[:5]) == f"2 dossiers begin with {dossier[:5]}: write more of the number"
    assert dossier in jalon("export", dossier[:12]).output


def test_the_dossiers_are_listed(dossier: str) -> None:
    jalon("invite", "--name", "Karim", "--counsellor", "Camille")
    head, *rows = jalon("dossiers").output.splitlines()
    assert head.split() == ["Number", "Urgent", "Name", "Counsellor", "Phase", "Last", "activity", "Flags", "Telegram"]
    assert sorted(row.split()[1] for row in rows) == ["Karim", "Nadia"]
    assert any(row.startswith(dossier[:8]) for row in rows)
    assert any("Camille" in row for row in rows)


def distress(dossier: str, at: datetime) -> None:
    with stores(read_settings()) as opened, opened.database.write() as session:
        words = {"step": "", "rule": "distress", "level": "urgent", "reason": "Mots de détresse"}
        raise_flag(session, opened.vault, UUID(dossier), None, now=at, **words)


def test_an_urgent_dossier_cannot_be_overlooked(dossier: str) -> None:
    assert "URGENT" not in jalon("dossiers").output
    distress(dossier, datetime(2027, 3, 15, 9, 30, tzinfo=UTC))
    distress(dossier, datetime(2027, 3, 16, 9, 30, tzinfo=UTC))
    jalon("invite", "--name", "Karim")  # opened later, and listed after
    _, first, second = jalon("dossiers").output.splitlines()
    assert first.startswith(f"{dossier[:8]}  URGENT 16/03/2027 10:30  Nadia")
    assert "Karim" in second
    assert "URGENT" not in second
    assert "détresse" not in first


def test_what_has_been_read_waits_no_more_and_stays_with_who_and_when(dossier: str) -> None:
    distress(dossier, datetime(2027, 3, 15, 9, 30, tzinfo=UTC))
    said = jalon("dossiers", "--seen", dossier[:8], "--by", "Claire").output
    assert said.startswith("Read by Claire:\n  urgent 15/03/2027 10:30\n")
    assert "détresse" not in said
    assert "URGENT" not in jalon("dossiers").output
    assert jalon("dossiers", "--seen", dossier, "--by", "Karim").output == "Nothing in this dossier waits to be read.\n"
    page = jalon("export", dossier, "--format", "html", "--language", "fr").output
    assert re.search(r"15 mars 2027, 10:30 · lu le \d+ \S+ \d{4}, \d\d:\d\d par Claire</small>", page)
    assert "--seen" not in page
    distress(dossier, datetime(2027, 3, 16, 9, 30, tzinfo=UTC))
    assert "URGENT 16/03/2027 10:30" in jalon("dossiers").output
    page = jalon("export", dossier, "--format", "html", "--language", "fr").output
    assert f"jalon dossiers --seen {dossier[:8]}" in page
    assert page.index("16 mars 2027") < page.index("15 mars 2027")


@pytest.mark.parametrize("words", [["--seen", "dossier"], ["--seen", "dossier", "--by", " "], ["--by", "Claire"]])
def test_who_has_read_which_dossier_is_asked(dossier: str, words: list[str]) -> None:
    distress(dossier, datetime(2027, 3, 15, 9, 30, tzinfo=UTC))
    said = refusal("dossiers", *(dossier if word == "dossier" else word for word in words))
    assert said == 'which dossier, and who has read it? jalon dossiers --seen NUMBER --by "Claire"'
    assert "URGENT" in jalon("dossiers").output


def test_nobodys_flags_are_read(dossier: str) -> None:
    assert (
        refusal("dossiers", "--seen", "zzzz", "--by", "Claire")
        == "there is no dossier zzzz: jalon dossiers lists their numbers"
    )


def test_a_dossier_as_a_page(dossier: str) -> None:
    assert "<h1>Nadia</h1>" in jalon("export", dossier, "--format", "html").output


def test_a_page_speaks_the_organisations_language_whatever_the_persons(folder: Path) -> None:
    found = re.search(r"Dossier: (\S+)", jalon("invite", "--name", "Nadia", "--language", "fr").output)
    assert found
    assert "To see first" in jalon("export", found[1], "--format", "html").output
    assert "À voir d&#39;abord" in jalon("export", found[1], "--format", "html", "--language", "fr").output
    assert refusal("export", found[1], "--language", "es") == "--language is one of fr, en"


def test_an_export_in_a_format_nobody_knows(dossier: str) -> None:
    assert refusal("export", dossier, "--format", "pdf") == "the format pdf is not known; use json or html"


# ---------------------------------------------------------------------------------------------------- where the data is
READING = (
    "export 00000000-0000-0000-0000-000000000000",
    "backup copy.db",
    "inbox",
    "outbox",
    "invite --relink 00000000-0000-0000-0000-000000000000",
)


@pytest.mark.parametrize("command", READING)
def test_who_only_reads_makes_no_database_and_no_key(folder: Path, command: str) -> None:
    assert refusal(*command.split()) == f"there is no database at {folder}/data/jalon.db"
    assert list(folder.iterdir()) == []


def test_an_empty_file_is_no_database(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "jalon.db").touch()
    assert refusal("inbox") == f"there is no database at {folder}/data/jalon.db"
    assert not (folder / "secrets").exists()


def test_packs_are_not_checked_against_a_database_that_is_none(folder: Path) -> None:
    result = jalon("flows", "check", "--against", "sqlite:///data/jalon.db")
    assert result.exit_code == 1
    assert f"there is no database at {folder}/data/jalon.db" in result.output
    assert list(folder.iterdir()) == []


def test_a_command_given_in_another_folder_finds_the_data_of_jalon(
    dossier: str, tmp_path_factory: pytest.TempPathFactory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    result = jalon("export", dossier)
    assert result.stderr == f"jalon: the folder of Jalon is {folder}\n"
    assert dossier in result.stdout
    assert jalon("backup", "copy.db").exit_code == 0
    assert [file.name for file in elsewhere.iterdir()] == ["copy.db"]  # a file that is named is where one stands


def test_without_a_home_of_its_own_it_is_the_project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JALON_HOME")
    assert read_settings().master_key_file == live.ROOT / "secrets" / "master.key"


def test_a_home_that_is_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JALON_HOME", str(folder / "gone"))
    assert refusal("invite", "--name", "Karim") == f"JALON_HOME: there is no folder at {folder}/gone"
