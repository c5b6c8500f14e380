"""What is wrong with a pack is said in the language of who wrote it: nothing is left in English, on the way or in the end."""

import ast
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import flows
from flows.phrases import HOLE, Phrases
from flows.problems import PHRASES, TABLES
from jalon.cli import refusing
from jalon.flows_cli import app
from jalon.settings import read_settings
from jalon.wiring import library
from tests.jalon.program import ROOT

ROOM = Path(flows.__file__).parent
GOOD = Path(__file__).with_name("good_pack.yaml").read_text(encoding="utf-8")
REFUSING = {"Problem", "ValueError"}
FOR_PROGRAMMERS = {"buttons.py"}  # its ValueError says that the program is wrong, not a file

AS_WRITTEN = re.compile(r"« [^»]*»|(?<=, )(?:étape|transition) \S+")  # what stands so in the file
# The little words that a sentence in English cannot do without, and no sentence in French has.
ENGLISH = re.compile(
    r"\b(?:the|this|that|an|of|is|are|be|been|was|in|to|from|or|and|not|no|none|at|by|for|with|without|which|where|what"
    r"|it|its|has|have|had|as|may|can|cannot|must|should|needs?|too|so|all|any|else|never|already|before|here|there|one"
    r"|two|only|least|most|step|choice|unknown|missing|None|True|False)\b"
)


def english_left(line: str) -> list[str]:
    """The English words of a line in French, besides what stands so in the file."""
    return ENGLISH.findall(AS_WRITTEN.sub("", line))


# ------------------------------------------------------------------------------------------------------------ the words
def test_nothing_that_is_refused_is_said_in_the_code() -> None:
    found = {
        f"{path.name}:{node.lineno}": isinstance(node.args[0], ast.Constant | ast.JoinedStr | ast.BinOp)
        for path in sorted(ROOM.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSING
        if path.name not in FOR_PROGRAMMERS
    }
    assert len(found) > 60
    assert [place for place, bare in found.items() if bare] == []


def test_no_key_is_in_two_of_the_tables() -> None:
    assert len(PHRASES.table) == sum(len(Phrases(path).table) for path in TABLES)


@pytest.mark.parametrize("key", PHRASES.table)
def test_no_phrase_in_french_has_english_left(key: str) -> None:
    assert english_left(HOLE.sub("", PHRASES.table[key]["fr"])) == []


# --------------------------------------------------------------------------------------------------------- in a terminal
IN_FRENCH = ", ligne 51, étape mood : une route mène à une étape qui n'existe pas : « year » ; corrigez « go »"
IN_ENGLISH = ":51: mood: a route goes to an unknown step: year"


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packs in which one leads nowhere, in a place where no language is set."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JALON_HOME", str(tmp_path))
    monkeypatch.delenv("JALON_LANGUAGE", raising=False)
    file = tmp_path / "packs" / "a.yaml"
    file.parent.mkdir()
    file.write_text(GOOD.replace("{go: years}", "{go: year}"), encoding="utf-8")
    return file


@pytest.mark.parametrize(("language", "line"), [("", IN_FRENCH), ("en", IN_ENGLISH)])
def test_the_check_speaks_the_language_of_the_terminal(broken: Path, language: str, line: str) -> None:
    result = CliRunner().invoke(app, ["check", str(broken)], env={"JALON_LANGUAGE": language})
    assert (result.exit_code, result.output) == (1, f"{broken}{line}\n")


def test_an_unreadable_pack_is_not_played_and_told_in_french(broken: Path) -> None:
    broken.write_text("id: 3", encoding="utf-8")
    result = CliRunner().invoke(app, ["play", str(broken)])
    assert result.exit_code == 1
    assert f"{broken}, ligne 1 : il manque la clé « title » : ajoutez-la\n" in result.output


@pytest.mark.parametrize(("language", "line"), [("", IN_FRENCH), ("en", IN_ENGLISH)])
def test_the_refusal_to_start_speaks_it_too(
    broken: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    line: str,
) -> None:
    monkeypatch.setattr("flows.load.PACKS", broken.parent)
    monkeypatch.setenv("JALON_LANGUAGE", language)
    monkeypatch.setenv("ORGANISATION_FILE", str(ROOT / "organisation.example.yaml"))
    with pytest.raises(typer.Exit), refusing():
        library(read_settings())
    assert capsys.readouterr().err == f"jalon: {broken}{line}\n"
