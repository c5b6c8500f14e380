"""The page of a dossier: what matters first, everything after, in words; nothing of it runs or is fetched."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.record import SAYS, record_page
from flows.events import WentBack
from flows.phrases import LANGUAGES
from storage.database import Database
from storage.export import export
from storage.export_schema import Export, Score
from storage.records import Act, Line, lift_flag, raise_flag, record_consent, record_fact, transcribe
from storage.vault import Vault
from tests.storage.conftest import START, someone
from tests.storage.test_export import Walk

ATTACK = "<script>alert('là')</script>"


@pytest.fixture
def walk(sqlite: Database, vault: Vault) -> Walk:
    """With others, then alone; rated alike; a flag up, one lifted, a message, a consent."""
    walk = Walk(sqlite, vault, someone(sqlite))
    for value in ("others", ATTACK):
        walk.answer(value)
    return walk


def flag(walk: Walk, rule: str, at: datetime, level: str = "notice", step: str = "") -> None:
    with walk.database.write() as session:
        words: dict[str, Any] = {"step": step, "rule": rule, "level": level, "reason": f"Raison {rule}", "now": at}
        raise_flag(session, walk.vault, walk.person, walk.run.id, **words)


def record(walk: Walk) -> Export:
    with walk.database.read() as session:
        return Export.model_validate(export(session, walk.vault, walk.person, {}, walk.now))


def page(walk: Walk, language: str = "fr") -> str:
    return record_page(record(walk), language)


def test_what_waits_comes_first_the_worst_before_the_rest_with_the_words_that_raised_it(walk: Walk) -> None:
    flag(walk, "small", START, "notice", "way")
    flag(walk, "grave", walk.now, "urgent")
    flag(walk, "past", START, "attention")
    with walk.database.write() as session:
        transcribe(session, walk.vault, walk.person, [Line("in", "text", "Je n'en peux plus", walk.now)])
        transcribe(session, walk.vault, walk.person, [Line("in", "to_counsellor", "Rappelez-moi", START)])
        lift_flag(session, walk.run.id, "past", walk.now)
    top, _, rest = page(walk).partition("<h2>Réponses</h2>")
    assert top.index("Raison grave") < top.index("Je n&#39;en peux plus") < top.index("Raison small")
    assert "Rappelez-moi" in top
    assert "Raison past" not in top
    assert "Raison past" in rest


def test_all_that_was_answered_is_there_with_what_it_was_before(walk: Walk) -> None:
    walk.do(WentBack("way"))
    walk.answer("alone")
    said = page(walk)
    assert "Seul ou à plusieurs ?" in said
    assert "À plusieurs" in said[said.index("Réponses précédentes") :]
    assert "Réponses mises de côté" in said


def test_a_consent_is_there_with_its_exact_text(walk: Walk) -> None:
    act = Act("engagement", True, "Souhaitez-vous vous engager ?", "Je confirme", "fr", walk.flow.version, "confirm")
    with walk.database.write() as session:
        record_consent(session, walk.person, act, START)
        record_fact(session, walk.person, "engaged", START)
    said = page(walk)
    assert "Souhaitez-vous vous engager ?" in said
    assert "Je confirme" in said
    assert "Engagement confirmé" in said


def test_flat_stays_flat_and_ties_stay_ties(walk: Walk) -> None:
    made = record(walk)
    alike = [score(name, 3, 1) for name in ("Les gens", "Les choses")]
    flat = record_page(made.model_copy(update={"runs": [made.runs[0].model_copy(update={"scores": alike})]}), "fr")
    assert "Profil plat" in flat
    assert flat.count("1 ex æquo") == 2
    mixed = [*alike, score("Les idées", 1, 3)]
    tied = record_page(made.model_copy(update={"runs": [made.runs[0].model_copy(update={"scores": mixed})]}), "fr")
    assert "Profil plat" not in tied
    assert tied.count("ex æquo") == 2


def score(title: str, sum: int, place: int) -> Score:
    share = (sum - 1) / 2
    return Score(dimension=title, title=title, sum=sum, count=1, lowest=1, highest=3, share=share, place=place)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_by_itself_and_what_people_write_stays_words(walk: Walk, language: str) -> None:
    said = page(walk, language)
    assert ATTACK not in said
    assert "&lt;script&gt;" in said
    assert not re.search(r"<(script|link|img|iframe|form)|https?://|url\(|@import", said)
    assert f'<html lang="{language}">' in said


def test_every_word_of_the_pages_exists_in_both_languages_with_the_same_holes() -> None:
    for key, entry in SAYS.table.items():
        assert set(entry) == set(LANGUAGES), key
        assert len({tuple(sorted(re.findall(r"{\w+}", text))) for text in entry.values()}) == 1, key


def test_every_dated_fact_of_the_shipped_packs_has_its_words() -> None:
    packs = Path(__file__).parents[2] / "flows" / "packs"
    named = {name for file in packs.glob("*.yaml") for name in re.findall(r"\bfact: (\w+)", file.read_text())}
    assert named
    assert {f"fact_{name}" for name in named} <= set(SAYS.table)


def hear(walk: Walk, kind: str, text: str, at: datetime) -> None:
    with walk.database.write() as session:
        transcribe(session, walk.vault, walk.person, [Line("in", kind, text, at, walk.run.id, "way")])


def test_a_flag_quotes_the_answer_and_not_the_word_that_ended_it(walk: Walk) -> None:
    flag(walk, "care", walk.now, "attention", "way")
    hear(walk, "text", "valider", walk.now)
    top = page(walk).partition("<h2>Réponses</h2>")[0]
    assert "<blockquote>À plusieurs</blockquote>" in top
    assert "valider" not in top


def test_urgent_words_say_at_which_question_and_the_same_are_one_card(walk: Walk) -> None:
    for hour in (10, 11):
        with walk.database.write() as session:
            words: dict[str, Any] = {"step": "", "rule": "distress", "level": "urgent", "reason": "Lire sans attendre"}
            raise_flag(session, walk.vault, walk.person, None, now=START.replace(hour=hour), **words)
        hear(walk, "text", "Je veux mourir", START.replace(hour=hour))
    top = page(walk).partition("<h2>Réponses</h2>")[0]
    assert top.count("Je veux mourir") == 1
    assert "Écrit à la question : Seul ou à plusieurs ?" in top
    assert "11:30" in top
    assert "12:30" in top


def test_of_several_messages_the_card_shows_how_many_and_the_latest(walk: Walk) -> None:
    with walk.database.write() as session:
        words: dict[str, Any] = {"step": "", "rule": "message", "level": "notice", "reason": "A laissé un message"}
        raise_flag(session, walk.vault, walk.person, None, now=START, **words)
    hear(walk, "to_counsellor", "Le premier", START)
    hear(walk, "to_counsellor", "Le second", walk.now)
    card = page(walk).partition("<h3>Messages")[0]
    assert "Le second\n(2 messages" in card
    assert "Le premier" not in card


def test_a_dossier_without_a_name_and_the_press_on_an_answer_read_as_words(walk: Walk) -> None:
    hear(walk, "press", "edit", walk.now)
    said = page(walk)
    assert "<title>Dossier sans nom</title>" in said
    assert "[Réponse rouverte]" in said
    assert ">edit<" not in said
    assert "heure de Paris" in said


def test_what_is_kept_for_the_interview_is_its_agenda(walk: Walk) -> None:
    assert "À aborder de vive voix" not in page(walk)
    for value in (3, 1):
        walk.answer(value)
    walk.answer(how="deferred")
    top = page(walk).partition("<h2>Réponses</h2>")[0]
    agenda = top[top.index("<h2>À aborder de vive voix</h2>") :]
    assert re.findall(r"<li.*?>(.*?)</li>", agenda) == ["Autre chose ?"]


def test_a_battery_is_one_table_by_family_the_strongest_first(walk: Walk) -> None:
    for value in (1, 3):
        walk.answer(value)
    walk.do(WentBack("rating.talk"))
    walk.answer(2)
    said = page(walk)
    assert said.count("J&#39;aime…</div>") == 1
    table = said[said.index('<table class="battery">') :].partition("</table>")[0]
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", table))
    assert words.startswith(" Les choses réparer Oui Les gens parler Bof avant : Non · 15 mars 2027")


def test_the_needs_come_first_then_the_latest_chapter(walk: Walk) -> None:
    made = record(walk)
    run = made.runs[0]
    chapters = [("preliminary.engagement", 1), ("preliminary.needs", 2), ("preliminary.motivations", 3), ("later", 4)]
    lives = [
        run.model_copy(update={"flow": flow, "title": f"Chapitre {flow}", "started_at": START.replace(hour=hour)})
        for flow, hour in chapters
    ]
    said = record_page(made.model_copy(update={"runs": lives}), "fr")
    titles = re.findall(r"<h3>Chapitre (?:preliminary\.)?(\w+)</h3>", said)
    assert titles == ["needs", "motivations", "later", "engagement"]
