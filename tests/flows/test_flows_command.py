"""`jalon flows`: what a practitioner sees."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from uuid import uuid4

import jsonschema
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from flows.diagram import pack_page, pages
from flows.engine import new_run
from flows.flow import Flow, canonical, version_of
from flows.graph import Graph
from flows.journey import load_journey
from flows.load import PACKS, load_packs, pack_files, read_pack
from flows.play import SAYS, STOP
from flows.schema import COMMENT, schema, schema_text
from flows.stranded import stranded
from flows.transcript import read_transcript
from flows.understood import Reason
from jalon.flows_cli import DOCS, app
from storage.database import Database
from storage.keys import MasterKey
from storage.migrate import upgrade
from storage.people import create_beneficiary
from storage.saving import create_run
from storage.vault import Vault
from storage.versions import keep_version

GOOD = Path(__file__).with_name("good_pack.yaml")


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=typed, env={"JALON_LANGUAGE": "en"})


# ---------------------------------------------------------------------------------------------------------------- check
def test_the_shipped_packs_and_the_journey_hold() -> None:
    result = run("check")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert len(lines) == len(pack_files())
    needs = read_pack(PACKS / "preliminary.needs.yaml")
    counted = f"{len(needs.steps)} steps, {Graph(needs).paths} paths, 1 outcomes, fr+en"
    assert f"preliminary.needs: proved, {counted}, version {version_of(needs)[:12]}" in lines


def test_a_shipped_pack_is_checked_by_its_id() -> None:
    result = run("check", "preliminary.needs")
    assert result.exit_code == 0, result.output
    assert [line.partition(":")[0] for line in result.output.splitlines()] == ["preliminary.needs"]
    assert [path.stem for path in pack_files()] == [read_pack(path).id for path in pack_files()]
    assert "preliminary.neds: cannot be read" in run("check", "preliminary.neds").output


def test_a_broken_pack_is_named_and_the_others_are_still_proved(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        GOOD.read_text(encoding="utf-8").replace("{go: years}", "{go: year}"), encoding="utf-8"
    )
    (tmp_path / "b.yaml").write_bytes(GOOD.read_bytes())
    result = run("check", str(tmp_path))
    assert result.exit_code == 1
    assert f"{tmp_path}/a.yaml:51: mood: a route goes to an unknown step: year" in result.output
    assert "tests.good: proved, 10 steps, 3 paths, 2 outcomes" in result.output


def test_a_wrong_word_on_the_line_is_a_usage_error() -> None:
    assert run("check", "--agianst").exit_code == 2


def test_a_database_that_is_none_is_refused_in_plain_words() -> None:
    result = run("check", str(GOOD), "--against", "nonsense")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_nobody_in_the_middle_is_stranded_by_a_change() -> None:
    """The stored version is what counts: the file may have lost the step since."""
    pack = read_pack(GOOD)
    stored, version = canonical(pack), version_of(pack)
    assert stranded(version, stored, "mood") is None
    assert stranded(version, stored, "survey.two") is None
    assert stranded(version, stored, "@done") is None
    assert str(stranded(version, None, "mood")) == f"its version {version} is not stored"
    assert "has no gone" in str(stranded(version, stored, "gone"))
    older = stored.replace('"minutes"', '"duration"')
    assert "can no longer be read: missing key 'minutes'" in str(stranded(version, older, "mood"))
    assert "is now read as another one" in str(stranded("0" * 32, stored, "mood"))


# ----------------------------------------------------------------------------------------------------------------- play
def test_a_pack_is_played_in_the_terminal_and_recorded(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    result = run("play", str(GOOD), "--record", str(kept), typed="ok\nvert\n")
    assert result.exit_code == 0, result.output
    assert "1. Rouge" in result.output
    assert "Fin : Plus tôt" in result.output
    assert read_transcript(kept.read_text(encoding="utf-8")) == ("tests.good", "fr", ["ok", "vert"])


def test_the_player_has_words_for_every_reason() -> None:
    assert {f"not_{reason}" for reason in get_args(Reason)} <= set(SAYS.table)


def test_every_command_of_the_player_says_something() -> None:
    typed = [
        "/aide",
        "/reponses",
        "/pourquoi",
        "ok",
        "/pourquoi",
        "/passer",
        "/parler",
        "/garder",
        "mauve",
        "rouge",
        "/reponses",
    ]
    typed += ["/changer 2", "/garder", "/retour", "/changer 99", "/langue en", "/langue zz", STOP]
    result = run("play", str(GOOD), typed="\n".join(typed) + "\n")
    assert result.exit_code == 0, result.output
    for said in [
        "Pour essayer.",
        "(impossible ici)",
        "(pas compris : aucune réponse reconnue)",
        "2. colour : Rouge",
        "Your answer: Red",
    ]:
        assert said in result.output


def test_playing_a_pack_that_is_not_there_says_which_are() -> None:
    result = run("play", "preliminary.nothing")
    assert result.exit_code == 1
    assert "preliminary.needs" in result.output


def test_playing_a_broken_pack_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("id: 3", encoding="utf-8")
    result = run("play", str(file))
    assert result.exit_code == 1
    assert "missing key 'title'" in result.output


# ------------------------------------------------------------------------------------------------- diagrams and schema
def test_the_diagrams_of_the_documentation_are_current() -> None:
    """`jalon flows diagram` draws them anew."""
    drawn = pages(load_packs()[0], [load_journey()])
    assert {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "flows").glob("*.md")} == drawn


def test_a_stale_diagram_is_named_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jalon.flows_cli.DOCS", tmp_path)
    result = run("diagram", "--check")
    assert result.exit_code == 1
    assert "preliminary.needs.md: not current" in result.output
    assert list(tmp_path.iterdir()) == []
    assert run("diagram").exit_code == 0
    assert run("schema").exit_code == 0
    assert run("diagram", "--check").exit_code == run("schema", "--check").exit_code == 0


def test_a_diagram_has_every_step_and_route_and_folds_batteries() -> None:
    pack = read_pack(GOOD)
    page = pack_page(pack)
    for step in pack.steps:
        assert f"    step_{step.id}" in page
    arrows = sum(len(edges) for edges in Graph(pack).edges.values())
    assert page.count(" -->") == arrows
    assert "2 affirmations" in page
    assert 'step_mood -->|"au plus 3"| step_words' in page
    assert 'step_colour -->|"Vert"| outcome_early' in page


def test_the_schema_is_current_and_accepts_the_shipped_packs() -> None:
    """`jalon flows schema` writes it anew."""
    assert (DOCS / "pack.schema.json").read_text(encoding="utf-8") == schema_text()
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    for path in pack_files():
        validator.validate(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
    assert not validator.is_valid(
        YAML(typ="safe").load(GOOD.read_text(encoding="utf-8").replace("licence:", "license:"))
    )


def test_a_pack_may_name_its_schema_for_the_editor(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"{COMMENT}../docs/pack.schema.json\n" + GOOD.read_text(encoding="utf-8"), encoding="utf-8")
    assert version_of(read_pack(file)) == Flow(read_pack(GOOD)).version
    assert schema()["title"] == "A pack of Jalon"


def test_the_database_is_asked_whether_anybody_is_stranded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'jalon.db'}"
    pack = read_pack(GOOD)
    flow, now = Flow(pack), datetime(2027, 3, 1, tzinfo=UTC)
    database, vault = Database(url), Vault(MasterKey(bytes(range(32))))
    upgrade(database)
    fine, lost = new_run(flow, uuid4(), "fr"), new_run(flow, uuid4(), "fr")
    with database.write() as session:
        keep_version(session, flow.version, flow.id, canonical(pack), now)
        person = create_beneficiary(session, language="fr", journey_id="preliminary", journey_at="welcome", now=now)
        create_run(session, vault, person, fine, now)
        create_run(session, vault, person, replace(lost, at="gone"), now)
    database.close()
    result = run("check", str(GOOD), "--against", url)
    assert result.exit_code == 1
    assert result.output.splitlines()[1:] == [f"run {lost.id}: its version {flow.version} has no gone"]


def test_a_database_without_tables_is_refused_in_plain_words(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other, other:
        other.execute("CREATE TABLE notes (a)")
    result = run("check", str(GOOD), "--against", f"sqlite:///{tmp_path / 'other.db'}")
    assert result.exit_code == 1
    assert "cannot be asked" in result.output
