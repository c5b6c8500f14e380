"""Each command of the README is run, in its order; each `make` goal it names exists; each path it names is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jalon.cli import app
from tests.jalon.program import ROOT, environment

README = (ROOT / "README.md").read_text(encoding="utf-8")
GOALS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
GUIDE = (ROOT / "docs" / "mise-en-service.md").read_text(encoding="utf-8")


def blocks(page: str) -> list[str]:
    """The lines of its shell blocks."""
    found = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    return [line.strip() for block in found for line in block.splitlines() if line.strip()]


BLOCKS = blocks(README)


def test_every_goal_named_exists_and_ci_runs_the_gate() -> None:
    named = set(re.findall(r"`make ([a-z-]+)`", README)) | {line[5:] for line in BLOCKS if line.startswith("make ")}
    assert {"run", "test", "check"} <= named <= GOALS
    assert "for goal in check test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [README, GUIDE], ids=["README", "guide"])
def test_every_command_named_in_passing_exists(page: str) -> None:
    known = {command.name for command in app.registered_commands} | {"flows"}
    assert set(re.findall(r"`(?:\.venv/bin/)?jalon ([a-z]+)", page)) <= known
    assert set(re.findall(r"`make ([a-z-]+)`", page)) <= GOALS


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the commands need of a clone that has been tried once."""
    for example in (".env.example", "organisation.example.yaml"):
        shutil.copy(ROOT / example, tmp_path)
    jalon = tmp_path / ".venv" / "bin" / "jalon"
    jalon.parent.mkdir(parents=True)
    jalon.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m jalon "$@"\n')
    jalon.chmod(0o755)
    execute(".venv/bin/jalon migrate", tmp_path)
    return tmp_path


def execute(command: str, folder: Path, language: str = "en") -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment({"JALON_HOME": str(folder), "JALON_LANGUAGE": language}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(("page", "language"), [(README, "en"), (GUIDE, "fr")], ids=["README", "guide"])
def test_the_commands_work_as_written(clone: Path, page: str, language: str) -> None:
    said: dict[str, str] = {}
    number = ""
    for command in (line for line in blocks(page) if not line.startswith("make ")):
        said[command] = execute(re.sub("NUMBER|NUMÉRO", number, command), clone, language)
        if found := re.search(r"Dossier ?: (\S+)", said[command]):
            number = found[1]
    assert number
    assert any(number[:8] in printed for command, printed in said.items() if command.endswith("dossiers"))
    assert number in (clone / "dossier.html").read_text(encoding="utf-8")
    assert (clone / "jalon-backup.db").exists()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([\w./-]+)\)|src=\"([^\"]+)\"", README))))
def test_every_file_linked_is_there(path: tuple[str, str]) -> None:
    assert (ROOT / "".join(path)).exists()


@pytest.mark.parametrize("folder", re.findall(r"^\| `([a-z/]+)/` \|", README, re.MULTILINE))
def test_every_folder_of_the_map_is_there(folder: str) -> None:
    assert (ROOT / folder).is_dir()


def test_every_room_is_on_the_map() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"docs/decisions"}
    assert rooms <= set(re.findall(r"^\| `([a-z/]+)/` \|", README, re.MULTILINE))


CITING = [path for room in ("bot", "flows", "storage", "simulator", "jalon") for path in (ROOT / room).rglob("*.py")]


def test_every_decision_cited_in_the_code_is_there() -> None:
    cited = {n for path in CITING for n in re.findall(r"docs/decisions/(\d{4})", path.read_text(encoding="utf-8"))}
    there = sorted(path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert there == [f"{number:04}" for number in range(1, len(there) + 1)]
    assert cited
    assert cited <= set(there)
