"""One good pack, broken in many ways (broken_packs.yaml): each is refused with the line that helps its author."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from flows.load import load_flows, load_packs, pack_from_json, pack_from_text, read_pack
from flows.play import NAMED_FACTS
from flows.problems import PackError, Problem
from flows.proof_lengths import HOUSE_UNITS
from flows.source import MAX_BYTES
from tests.flows.test_problems import english_left

GOOD = Path(__file__).with_name("good_pack.yaml")
TEXT = GOOD.read_text(encoding="utf-8")
TABLE = YAML(typ="safe").load(Path(__file__).with_name("broken_packs.yaml").read_text(encoding="utf-8"))
OUTCOME = " the message of the outcome done"
ROWS = [tuple(row.values()) for row in TABLE] + [
    # too long to be written out
    ("a label of 65 bytes", '"Rouge"', f'"{"é" * 32}x"', "22: colour: label of red: 65 bytes in fr, at most 64*"),
    (
        "4 097 characters",
        '"Bonjour."',
        f'"{"x" * (4097 - HOUSE_UNITS - 2 * len("Un exemple"))}"',
        "19: hello: the message may reach 4097 characters in fr*",
    ),
    (
        "4 097 characters by piping",
        '"Merci, {organisation.name}."',
        f'"{{words}} {"x" * 2996}"',
        f"{OUTCOME} may reach 4097 characters in fr*",
    ),
    (
        "too long for a notice",
        'why: {fr: "Pour essayer."',
        f'why: {{fr: "{"x" * 201}"',
        "22: colour: why: may reach 201 characters in fr, at most 200",
    ),
]


def refusal(text: str, tmp_path: Path) -> list[str]:
    """The lines with which a text is refused, the folder left out."""
    file = tmp_path / "p.yaml"
    file.write_text(text, encoding="utf-8")
    packs, problems = load_packs([file], NAMED_FACTS)
    assert bool(packs) is not bool(problems)
    for problem in problems:
        assert_french(problem)
    return [str(problem).removeprefix(f"{file}:") for problem in problems]


def assert_french(problem: Problem) -> None:
    """One line that names the same place in French, and has no English word left."""
    line, file = problem.said("fr"), str(problem.file)
    steps = f", étape {problem.step} : " if isinstance(problem.step, str) else " : "
    assert re.match(re.escape(f"{file}, ligne {problem.line}" if problem.line else file) + steps, line), line
    assert "\n" not in line
    assert english_left(line.removeprefix(file)) == [], line


def matches(line: str, expected: str) -> bool:
    """Whether a line is the one expected; `*` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.split("*"))
    return re.fullmatch(pattern, line) is not None


def test_the_good_pack_holds(tmp_path: Path) -> None:
    assert refusal(TEXT, tmp_path) == []


ODD = [
    (
        "a required step that a route goes round may be unanswered",
        "    optional: true\n    sensitive: true\n",
        "",
        "    range: {from: 0, to: 60}\n",
        "    range: {from: 0, to: 60}\n"
        "    flags: [{when: {step: words, answered: false}, level: notice, reason: {fr: a, en: b}}]\n",
    ),
    ("a longer text of another language", "Bonjour.", "Bonjour à vous.", "licence: MIT", "licence: CC-BY-4.0"),
    ("a validated instrument with its publication", "validated: false", "validated: true", "les essais", "X (1997)"),
    ("a route to the step that comes next anyway", "{go: fruits}", "{go: fruits}", "- {go: years}", "- {go: words}"),
]


@pytest.mark.parametrize("edits", [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_what_looks_odd_and_holds(edits: tuple[str, ...], tmp_path: Path) -> None:
    text = TEXT
    for old, new in zip(edits[::2], edits[1::2], strict=True):
        assert old in text
        text = text.replace(old, new, 1)
    assert refusal(text, tmp_path) == []


@pytest.mark.parametrize(("old", "new", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_broken_pack_is_refused_with_the_line_that_helps(old: str, new: str, expected: str, tmp_path: Path) -> None:
    assert old in TEXT
    lines = refusal(TEXT.replace(old, new, 1), tmp_path)
    assert any(matches(line, expected) for line in lines), "\n".join([f"expected {expected}", *lines])
    assert len(lines) <= 6, "one mistake, few lines"


FILES = [
    ("empty", b" \n", "the file is empty"),
    ("not a table", b"- a\n", "a pack is a table of keys (id, title, steps, …)"),
    ("not UTF-8", TEXT.encode("latin-1"), "5: the file is not written in UTF-8*"),
    ("nested without end", b"[" * 5000, "this is not YAML: nested too deep*"),
    ("a null character", b"id: \x00\n", "this is not YAML: *"),
    ("too large", b"#" * (MAX_BYTES + 1), f"the file is too large: {MAX_BYTES + 1} bytes, at most {MAX_BYTES}"),
]


@pytest.mark.parametrize(("content", "expected"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_file_that_is_no_pack_is_refused(content: bytes, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(content)
    with pytest.raises(PackError) as caught:
        read_pack(file)
    assert matches(str(caught.value).removeprefix(f"{file}:").strip(), expected), str(caught.value)
    for problem in caught.value.lines:
        assert_french(problem)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read: no such file"):
        read_pack(tmp_path / "nowhere.yaml")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert read_pack(file) == read_pack(GOOD)


def test_two_packs_with_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    with pytest.raises(PackError, match=r"b\.yaml: another pack has the id tests\.good"):
        load_flows([tmp_path])


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    broken = (
        TEXT.replace("licence: MIT\n", "").replace("kind: scale", "kind: scael").replace("minutes: 5", "minutes: x")
    )
    assert len(refusal(broken, tmp_path)) == 3


def test_a_stored_pack_that_is_not_one_is_refused() -> None:
    for stored in ("", "[", "3", "{}", "[" * 100_000, '{"id": 3}'):
        with pytest.raises(PackError):
            pack_from_json(stored)


def test_words_as_plain_text_stay_words() -> None:
    """YAML 1.2: "no" is a word, and a day without quotes is one too."""
    text = TEXT.replace("{id: refuse,", "{id: no,").replace("latest: +2y", "latest: 2030-01-31")
    pack = pack_from_text(text, "p.yaml")
    assert [choice.id for choice in pack.steps[8].choices] == ["agree", "no"]  # type: ignore[union-attr]
    assert pack.steps[7].range.latest == "2030-01-31"  # type: ignore[union-attr]
