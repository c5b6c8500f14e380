"""The organisation's file: read as it is meant, or refused with a line that an administrator can act on."""

from pathlib import Path

import pytest

from flows.load import PACKS, read_pack
from flows.organisation import Organisation, OrganisationError, leftovers, load_organisation
from flows.phrases import LANGUAGES, pipe
from flows.wording import holes_of
from tests.flows.reading import texts_of
from tests.jalon import live

EXAMPLE = Path(__file__).parents[2] / "organisation.example.yaml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A copy of the example, to spoil."""
    copy = tmp_path / "organisation.yaml"
    copy.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def spoil(file: Path, before: str, after: str) -> Path:
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")
    return file


def refusals(file: Path) -> list[str]:
    with pytest.raises(OrganisationError) as refused:
        load_organisation(file)
    return str(refused.value).replace(str(file), "FILE").splitlines()


def test_a_field_is_said_in_the_language_asked_for() -> None:
    organisation = load_organisation(EXAMPLE)
    assert organisation.facts("fr")["organisation.reading_delay"] == "deux jours ouvrés"
    assert organisation.facts("en")["organisation.reading_delay"] == "two working days"
    assert organisation.facts("fr")["organisation.name"] == organisation.facts("en")["organisation.name"]


def test_a_field_left_out_has_no_fact(file: Path) -> None:
    assert "organisation.siret" not in load_organisation(file).facts("fr")
    assert "organisation.nda" not in load_organisation(spoil(file, "# nda: ", "nda: # ")).facts("fr")
    given = load_organisation(spoil(file, '# siret: "', 'siret: "'))
    assert given.facts("fr")["organisation.siret"] == "000 000 000 00000"


def test_the_shipped_packs_pipe_only_facts_that_every_organisation_gives() -> None:
    required = {f"organisation.{name}" for name, field in Organisation.model_fields.items() if field.is_required()}
    texts = [text for path in PACKS.glob("*.yaml") for text in texts_of(read_pack(path), path.stem)]
    piped = {hole for text in texts for said in text.said.values() for hole in holes_of(said)}
    assert {hole for hole in piped if hole.startswith("organisation.")} <= required


def test_every_optional_field_of_the_example_is_shown_and_holds(file: Path) -> None:
    for name in (name for name, field in Organisation.model_fields.items() if not field.is_required()):
        spoil(file, f"# {name}: ", f"{name}: ")
    assert all(value is not None for value in load_organisation(file).model_dump().values())


def test_the_example_invents_its_addresses() -> None:
    facts = load_organisation(EXAMPLE).facts("fr")
    assert facts["organisation.phone"].startswith("01 99 00 ")  # kept for fiction by Arcep
    assert all(fact.rpartition("@")[2].endswith(".example") for fact in facts.values() if "@" in fact)


@pytest.mark.parametrize(
    ("before", "after", "refusal"),
    [
        ('phone: "', 'phome: "', "unknown field 'phome', did you mean 'phone'?"),
        ('name: "Valgarance Bilans"', "name: 042", 'name: put what you wrote between quotes: "…"'),
        ('name: "Valgarance Bilans"', 'name: "  "', "name: the text is empty"),
        ('name: "Valgarance Bilans"', f'name: "{"a" * 121}"', "name: too long: 121 characters, at most 120"),
        (
            '{fr: "deux jours ouvrés", en:',
            '{fr: "deux jours ouvrés", eng:',
            "reading_delay: a text for each language is needed",
        ),
        ('email: "bonjour@', 'email: "bonjour.', "email: this should be an e-mail address"),
        ('website: "https://', 'website: "', "website: this should be an address such as https://"),
        ('# siret: "000 ', 'siret: "', "siret: this should be a number of 14 digits"),
        ('name: "Valgarance Bilans"', "name:", "name: the text is empty"),
    ],
)
def test_a_fault_is_told_with_its_line(file: Path, before: str, after: str, refusal: str) -> None:
    line = EXAMPLE.read_text(encoding="utf-8").split(before)[0].count("\n") + 1
    assert any(told.startswith(f"FILE:{line}: {refusal}") for told in refusals(spoil(file, before, after)))


def test_a_missing_field_is_told_with_what_it_is_for(file: Path) -> None:
    told = refusals(spoil(file, "reading_delay: ", "# reading_delay: "))
    assert told == [
        "FILE: missing field 'reading_delay': within how long an answer is read, such as \"deux jours ouvrés\""
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_file(file: Path) -> None:
    spoil(spoil(file, "retention: {", "retention: 3 # {"), 'email: "bonjour@', 'email: "')
    assert [told.split(": ")[1] for told in refusals(file)] == ["email", "retention"]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"name: [", "this is not YAML"),
        (b'name: "a"\nname: "b"\n', "the key is written twice"),
        (b"- name\n", "a list of fields is expected"),
        ("name: Évasion".encode("latin-1"), "the file is not written in UTF-8"),
        (b"", "the file is empty"),
    ],
)
def test_a_file_that_is_no_list_of_fields_is_refused_in_one_line(tmp_path: Path, content: bytes, refusal: str) -> None:
    file = tmp_path / "organisation.yaml"
    file.write_bytes(content)
    (told,) = refusals(file)
    assert refusal in told


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refusals(tmp_path / "organisation.yaml") == ["FILE: cannot be read: no such file or folder"]


def test_the_languages_of_the_house_are_those_of_the_facts() -> None:
    assert tuple(load_organisation(EXAMPLE).facts_by_language()) == LANGUAGES


@pytest.mark.parametrize(
    ("name", "said"), [("Valgarance S.A.", "Valgarance S.A."), ("Cap !", "Cap !"), ("Cap", "Cap.")]
)
def test_a_name_that_ends_with_a_full_stop_brings_the_only_one(name: str, said: str) -> None:
    assert pipe("Je suis le robot de {organisation.name}.", lambda hole: name) == f"Je suis le robot de {said}"


def test_every_line_that_is_still_invented_is_told(file: Path) -> None:
    told = [str(problem).replace(str(file), "FILE") for problem in leftovers(file)]
    assert told[0] == 'FILE:12: name: "Valgarance Bilans" is still the invented example: write your own'
    assert [line.split()[1].rstrip(":") for line in told] == [
        *("name", "address", "phone", "email", "website", "contact", "dpo", "complaints", "place")
    ]


def test_a_way_of_working_may_be_that_of_the_example(tmp_path: Path) -> None:
    assert leftovers(live.organisation(tmp_path)) == []


@pytest.mark.parametrize("phone", ["0199004217", "01.99.00.42.17", "01 99004217 (accueil)"])
def test_the_invented_number_written_otherwise(tmp_path: Path, phone: str) -> None:
    file = spoil(live.organisation(tmp_path), live.OWN["01 99 00 42 17"], phone)
    assert len(leftovers(file)) == 1


QUOTE = 'put the text between quotes ("…"), and write « » for quotes inside it'


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("name: Lavoir : bilans", QUOTE),
        ('name: "L\'atelier "du lavoir""', QUOTE),
        ("name: 'L'atelier'", QUOTE),
        ("name: @lavoir", QUOTE),
        ("name: \"L'atelier", "a quote opens on this line and is never closed"),
        ("\tname: Lavoir", "begin the line with spaces instead of a tab"),
        (r'name: "Lavoir\du"', r"write \\ for one \ "),
    ],
)
def test_a_quote_forgotten_is_told_with_its_line(tmp_path: Path, written: str, advice: str) -> None:
    file = tmp_path / "organisation.yaml"
    file.write_text(f'# remark\nphone: "01"\n{written}\naddress: ok\n', encoding="utf-8")
    [line] = refusals(file)
    assert line.startswith("FILE:3: this is not YAML: ")
    assert line.endswith(f": {advice.strip()}")
