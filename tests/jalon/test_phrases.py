"""Everything that the command says is in the phrase files, in both languages, and nothing there is without use."""

import ast
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from typer.core import TyperArgument, TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from bot.enrolment import Enrolment
from dashboard.record import LEVELS
from flows.organisation import Organisation
from flows.phrases import HOLE, LANGUAGES, Phrases
from flows.problems import PHRASES as PROBLEMS
from flows.problems import Phrase
from jalon import dossiers, frame, moving, wrong
from jalon.cli import app
from jalon.settings import Settings, read_settings
from jalon.words import NotReady, say, spoken
from jalon.wrong import SettingsError
from storage.errors import PHRASES, Refusal, StorageError
from storage.messages import DEAD
from storage.outbox import Kind
from storage.undelivered import Left
from tests.jalon.program import ROOT, environment

TABLES = {"jalon": say, "storage": PHRASES, "flows": PROBLEMS}
REFUSING = {
    "jalon": {"NotReady", "wanted"},
    "storage": {"StorageError", "Conflict", "Unreadable"},
    "flows": {"Phrase"},
}
CODE = {
    room: [
        node for path in (ROOT / room).rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]
    for room in TABLES
}
CONSTANTS = {room: {node.value for node in CODE[room] if isinstance(node, ast.Constant)} for room in TABLES}
FOUND_BY_NAME = (
    "help_",
    "value_",
    "setting_",
    "mistyped_",
    "frame_",
    "head_",
    "entry_",
    "level_",
    "field_",
    "kind_",
    "state_",
    "left_",
)  # their tests are below
SYSTEM = re.compile(r"E[A-Z]+")  # names of errno
GROUPS = {"jalon": app, "flows": next(group.typer_instance for group in app.registered_groups)}
COMMANDS = [
    (*([] if group == "jalon" else [group]), command.name or command.callback.__name__)
    for group, application in GROUPS.items()
    for command in application.registered_commands
    if command.callback
]


# ----------------------------------------------------------------------------------------------------------- the tables
@pytest.mark.parametrize("room", TABLES)
def test_each_phrase_is_there_in_each_language_with_the_same_holes(room: str) -> None:
    for key, entry in TABLES[room].table.items():
        assert set(entry) == set(LANGUAGES), key
        assert all(text.strip() for text in entry.values()), key
        assert len({frozenset(HOLE.findall(text)) for text in entry.values()}) == 1, key


def used(room: str, functions: Collection[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each key that the code of a room says or raises, with the holes it fills."""
    for node in CODE[room]:
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name) and node.func.id in functions:
            holes = frozenset(word.arg for word in node.keywords if word.arg)
            yield from ((key, holes) for key in _keys(node.args[0]))


def _keys(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(key)):
            return [key]
        case ast.IfExp(body=body, orelse=orelse):
            return _keys(body) + _keys(orelse)
    return []


@pytest.mark.parametrize("room", TABLES)
def test_every_key_that_the_code_names_is_there_and_its_holes_are_filled(room: str) -> None:
    table, named = TABLES[room].table, list(used(room, {"say", *REFUSING[room]}))
    assert len(named) > 20
    for key, holes in named:
        assert key in table, key
        assert set(HOLE.findall(table[key]["fr"])) <= holes, key


@pytest.mark.parametrize("room", TABLES)
def test_no_phrase_is_without_use(room: str) -> None:
    named = {key for key in TABLES[room].table if not key.startswith(FOUND_BY_NAME) and not SYSTEM.fullmatch(key)}
    assert named - CONSTANTS[room] == set()


def test_what_is_found_by_name_is_what_there_is() -> None:
    def named(prefix: str) -> set[str]:
        return {key.removeprefix(prefix) for key in say.table if key.startswith(prefix)}

    assert named("setting_") == set(Settings.model_fields)
    assert named("head_") == {*dossiers.HEADS, *moving.HEADS}
    assert named("entry_") == set(Enrolment.__args__)
    assert named("kind_") == set(Kind.__args__)
    assert named("left_") == set(Left.__args__)
    assert all(f"'{state}'" in DEAD for state in named("state_"))
    assert len(named("state_")) == DEAD.count(",") + 1
    assert named("level_") == set(LEVELS)
    fields = {key.removeprefix("field_") for key in PROBLEMS.table if key.startswith("field_")}
    assert fields == set(Organisation.model_fields)
    assert named("mistyped_") == {key for _, key in frame.MISTYPED} | {"near", "see"}
    assert set(wrong.WANTED.values()) < set(say.table)
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    flows = root.commands["flows"]
    assert isinstance(flows, TyperGroup)
    every = [root, *root.commands.values(), *flows.commands.values()]
    parameters = {f"{command.name}_{each.name}" for command in every for each in command.params}
    assert named("help_") == {str(command.name) for command in every} | parameters
    arguments = (each for command in every for each in command.params if isinstance(each, TyperArgument))
    assert named("value_") == {str(each.name) for each in arguments}


# ------------------------------------------------------------------------------------------------------------- refusals
REFUSALS = [
    kind(key, **{hole: f"<{hole}>" for hole in HOLE.findall(TABLES[room].table[key]["fr"])})
    for kind, room in ((NotReady, "jalon"), (StorageError, "storage"), (Phrase, "flows"))
    for key in sorted({key for key, _ in used(room, REFUSING[room])} & set(TABLES[room].table))
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.key)
def test_a_refusal_is_said_in_both_languages(refusal: Refusal | Phrase) -> None:
    french, english = refusal.said("fr"), refusal.said("en")
    assert french != english
    assert str(refusal) == english, "logs are in English"
    for said in (french, english):
        assert not HOLE.search(said)
        assert all(str(value) in said for value in refusal.holes.values())


def test_a_refusal_within_another_and_an_error_of_the_system_are_said_in_its_language() -> None:
    inner = StorageError("unwritten", file="a.db", why=PermissionError(13, "Permission denied"))
    refusal = StorageError("restore_other_key", why=inner)
    assert refusal.said("fr").endswith("a.db ne peut pas être écrit : l'accès est refusé")
    assert refusal.said("en").endswith("a.db cannot be written: permission denied")


# ---------------------------------------------------------------------------------------------------------- the language
@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is Jalon's, and no word about a language."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JALON_HOME", str(tmp_path))
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    return tmp_path


@pytest.mark.parametrize("system", ["en_US:en", "en", "de"])
def test_it_is_french_whatever_the_system_speaks(here: Path, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setenv("LANGUAGE", system)
    assert (spoken(), read_settings().language) == ("fr", "fr")


def test_it_is_english_on_wish(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / ".env").write_text("JALON_LANGUAGE=en\n", encoding="utf-8")
    assert (spoken(), read_settings().language) == ("en", "en")
    monkeypatch.setenv("JALON_LANGUAGE", "fr")
    assert (spoken(), read_settings().language) == ("fr", "fr")


def test_a_wrong_setting_is_refused_in_the_language_of_the_file(here: Path) -> None:
    for language, expected in (("fr", "écrivez un nombre entier"), ("en", "a whole number is expected")):
        (here / ".env").write_text(f"JALON_LANGUAGE={language}\nINVITATION_DAYS=x\n", encoding="utf-8")
        with pytest.raises(SettingsError) as refused:
            read_settings()
        assert expected in refused.value.said(spoken())


# ----------------------------------------------------------------------------------------------------------------- help
ENGLISH = re.compile(r"\b(Usage|Show|Arguments|default|the|and|required|TEXT|PATH)\b")


def typed(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.output


@pytest.mark.parametrize("command", [(), ("flows",), *COMMANDS], ids=" ".join)
def test_the_help_is_in_french(here: Path, command: tuple[str, ...]) -> None:
    status, said = typed(*command, "--help")
    name = command[-1] if command else "jalon"
    assert status == 0
    assert said.startswith(f"Utilisation : {' '.join(('jalon', *command))} [OPTIONS]")
    assert " ".join(say(f"help_{name}", "fr").split()) in " ".join(said.split())
    assert not ENGLISH.search(said)


@pytest.mark.parametrize("command", [(), ("flows",), *COMMANDS], ids=" ".join)
def test_the_help_is_in_english_on_wish(here: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    monkeypatch.setenv("JALON_LANGUAGE", "en")
    status, said = typed(*command, "--help")
    assert status == 0
    assert said.startswith("Usage: ")
    assert not re.search(r"[éèêàç]", said.replace("bilan de compétences", ""))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("expor", "la commande expor n'existe pas. Vouliez-vous dire export ?"),
        ("zzz", "la commande zzz n'existe pas. Pour voir ce qui existe : jalon --help"),
        ("invite --nam", "l'option --nam n'existe pas. Vouliez-vous dire --name ?"),
        ("backup --zzz a", "l'option --zzz n'existe pas. Pour voir ce qui existe : jalon backup --help"),
        ("export", "il manque NUMÉRO. Pour voir ce qui existe : jalon export --help"),
        ("invite --name", "il manque ce qui vient après --name."),
        ("inbox --retry=1", "--retry s'écrit seul, sans rien après."),
        ("backup a b", "il y a des mots de trop : b. Pour voir ce qui existe : jalon backup --help"),
        ("flows play", "il manque QUESTIONNAIRE. Pour voir ce qui existe : jalon flows play --help"),
    ],
)
def test_a_line_mistyped_is_told_in_french(here: Path, line: str, expected: str) -> None:
    status, said = typed(*line.split())
    assert status == 2
    assert said.startswith(f"jalon: {expected}")
    assert len(said.splitlines()) == 1


def test_without_any_word_the_commands_are_listed(here: Path) -> None:
    assert typed() == typed("--help")
    assert typed("flows") == typed("flows", "--help")


# ---------------------------------------------------------------------------------------------------- the real command
def jalon(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    seen = {**environment({"JALON_HOME": str(folder)}), "JALON_LANGUAGE": "", **settings}
    line = [sys.executable, "-m", "jalon", *words]
    return subprocess.run(line, cwd=folder, env=seen, capture_output=True, text=True)


def test_the_program_speaks_french_from_the_first_word(tmp_path: Path) -> None:
    made = jalon(tmp_path, "invite", "--name", "Nadia", LANGUAGE="en_US:en")
    assert made.stdout.startswith("Une clé maîtresse a été créée : secrets/master.key")
    assert "Ce lien sert une seule fois, jusqu'au " in made.stdout
    assert jalon(tmp_path, "dossiers").stdout.startswith("Numéro ")
    assert jalon(tmp_path, "export", "ffffffff").stderr == (
        "jalon: il n'y a pas de dossier ffffffff : jalon dossiers donne leurs numéros\n"
    )
    wrong_port = jalon(tmp_path, "run", SIMULATOR_PORT="many")
    assert wrong_port.stderr.startswith("jalon: SIMULATOR_PORT : écrivez un nombre entier (")
    assert jalon(tmp_path, "export").stderr.startswith("jalon: il manque NUMÉRO.")


def test_what_is_wrong_with_the_organisation_is_told_in_french(tmp_path: Path) -> None:
    file, example = tmp_path / "organisation.yaml", (ROOT / "organisation.example.yaml").read_text(encoding="utf-8")

    def told(text: str) -> str:
        file.write_text(text, encoding="utf-8")
        return jalon(tmp_path, "run", ORGANISATION_FILE=str(file)).stderr.replace(str(file), "FICHE")

    assert told(example.replace('name: "Val', "name: Lavoir : Val")) == (
        "jalon: FICHE, ligne 12 : l'écriture YAML n'est pas correcte : mettez le texte entre guillemets (\"…\"), "
        "et écrivez « » pour des guillemets à l'intérieur\n"
    )
    assert told(example.replace('phone: "', 'phome: "')) == (
        "jalon: FICHE : il manque « phone » : le numéro de téléphone\n"
        "jalon: FICHE, ligne 14 : le champ « phome » n'existe pas ; vouliez-vous dire « phone » ?\n"
    )
    assert told(example.replace('email: "bonjour@', 'email: "')) == (
        "jalon: FICHE, ligne 15 : email : écrivez une adresse de courriel, comme bonjour@valgarance.example\n"
    )


def test_an_unknown_phrase_is_an_error_of_the_programmer() -> None:
    with pytest.raises(KeyError):
        Phrases(ROOT / "jalon" / "phrases.yaml")("no_such_phrase", "fr")
