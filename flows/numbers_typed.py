"""Numbers as people write them, French or English: "trois ans", "1 500 €", "une dizaine", "2k", "un an et demi".

A number is read only when it is the only one and says so plainly: "plus de 10" is a bound, "2 ou 3" is two numbers,
"3 mois" is not an answer in years, "bac+2" is the name of a diploma. Three digits after a mark are thousands ("1.500",
"1,500"), unless the mark is the decimal one of the language and the question takes decimals. "Moins d'un an" is 0 where
whole numbers are asked: no whole year has passed.
"""

import re

from flows.numbers_said import ONE_NUMBER_WORD, plain, with_digits
from flows.understood import Misunderstood

_UNITS = {  # each pattern is met in plain text; abbreviations count only after a figure ("3 h", never "j'ai")
    "year": r"(?:(?<=\d)|(?<=\d )|(?<=par )|(?<=/)|(?<=/ ))an\b|\bans\b|annees?\b|annuel|years?\b|yearly|annual"
    r"|\d ?yrs?\b",
    "month": r"\bmois\b|mensuel|months?\b|monthly",
    "week": r"semaines?\b|hebdomadaire|weeks?\b|weekly|\d ?sem\b",
    "day": r"\bjours?\b|journees?\b|quotidien|\bdays?\b|daily|\d ?j\b",
    "hour": r"heures?\b|\bhours?\b|\d ?hrs?\b|\d ?h\b",
    "minute": r"\bminutes?\b|\d ?mi?n\b",
    "money": r"€|\beuros?\b|\beur\b|\d ?ke\b|\d ?keuros?\b",
    "percent": r"%|pour ?cents?\b|percent",
    "distance": r"kilometres?\b|\bkms?\b|\d ?kms?\b|\bmiles?\b",
}
_TIMES_OF_LIFE = {"year", "month", "week", "day", "hour", "minute"}

_NUMBER = re.compile(
    r"(?P<sign>(?<![\w,.])[-−] ?)?(?P<body>\d{1,3}(?:[ .,']\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?)"
    r"(?P<thousands> ?(?:k|mille|thousand)(?=\b|e|€))?(?P<millions> ?(?:millions?|m)(?=\b|€))?"
)
_ABOUT = re.compile(r"\b(?:plus ou moins|more or less|au moins une fois)\b")
_BOUND = re.compile(
    r"\b(?:plus|moins|more|less|fewer|over|under|below|above|least|most|mini|maxi|minimum|maximum|max|min|jusqu|up to)"
    r"\b"
    r"|[<>≥≤]|\d ?\+"
)
_LESS_THAN_ONE = re.compile(r"(?:un peu )?(?:moins d['e] ?1|less than (?:an?|1)|under (?:an?|1))\b(?![.,]\d).*")
_DENIED = re.compile(r"\b(?:pas|not|sauf|except)\b[^\d]*\d|\b(?:quarts?|tiers|quarters?)\b|[^\W\d] ?\+ ?\d")
_HALF = re.compile(r"\b(?:et demie?|and a half)\b")
_ARTICLE = re.compile(  # "un peu", "dans une usine": an article, not the number 1
    r"(?<!et )(?<!et-)(?<!-)(?<!and )\b(?:un|une|one)\b"
    rf"(?! *(?:$|[,;./!)-]|(?:ou|or|a|to|sur|out|et|and|mois|an|ans|seul|seule|only|{ONE_NUMBER_WORD})\b"
    rf"|{'|'.join(_UNITS.values())}))"
)
_LARGEST = 1e15  # beyond, a float no longer holds every whole number
_MANY_WORDS = 12  # a longer message tells a story: its numbers are not the answer


def _value(match: re.Match[str], decimals: bool, language: str) -> float:
    body = re.sub(r"[ ']", "", match["body"])
    marks = [c for c in body if c in ".,"]
    decimal = marks[-1] if marks and _is_decimal(body, marks, match["body"], decimals, language) else None
    digits = "".join(
        "." if (c, i) == (decimal, body.rfind(c)) else c for i, c in enumerate(body) if c.isdecimal() or c == decimal
    )
    thousands = 1_000 if match["thousands"] else 1
    value = float(digits) * thousands * (1_000_000 if match["millions"] else 1)
    return -value if match["sign"] else value


def _is_decimal(body: str, marks: list[str], typed: str, decimals: bool, language: str) -> bool:
    if len(set(marks)) == 2 or " " in typed:
        return True
    before, _, after = body.rpartition(marks[-1])
    if len(marks) > 1:
        return False
    own = marks[-1] == ("." if language == "en" else ",")
    return len(after) != 3 or len(before) > 3 or before == "0" or (own and decimals)


def _without_articles(text: str) -> str:
    short = len(text.split()) <= 2 and not re.match(r"(?:un|une|one) (?:peu|moment|certain|bon|bit|idee)", text)
    return text if short else _ARTICLE.sub(" ", text)


def in_figures(text: str) -> str:
    """A text with its number words as digits and without the articles that look like a 1 ("une bonne note")."""
    return with_digits(_without_articles(plain(text)))


def numbers_in(text: str, decimals: bool = False, language: str = "fr") -> list[float]:
    """Every number of a text, in order, said in figures or in words."""
    return [_value(match, decimals, language) for match in _NUMBER.finditer(in_figures(text))]


def tidy(value: float) -> int | float:
    """A whole number as an int."""
    return int(value) if value.is_integer() else value


def _families(text: str) -> set[str]:
    return {family for family, pattern in _UNITS.items() if re.search(pattern, text)}


def _other_unit(typed: set[str], expected: set[str]) -> bool:
    if not typed or not expected:
        return False
    times, due = typed & _TIMES_OF_LIFE, expected & _TIMES_OF_LIFE
    return not typed & expected or bool(times and due and times - due)


def one_number(text: str, decimals: bool = False, language: str = "fr") -> int | float | Misunderstood:
    """The only number of a text, or why there is not one. Units are not looked at."""
    figures = _ABOUT.sub(" ", with_digits(plain(text)))
    if not decimals and _LESS_THAN_ONE.fullmatch(figures):
        return 0
    found = numbers_in(_ABOUT.sub(" ", plain(text)), decimals, language)
    if not found or len(figures.split()) > _MANY_WORDS or _DENIED.search(figures):
        return Misunderstood("unclear")
    if len(found) > 1:
        return Misunderstood("ambiguous", {"candidates": [tidy(n) for n in found]})
    value = found[0] + (0.5 if _HALF.search(figures) else 0)
    if abs(value) > _LARGEST:
        return Misunderstood("unclear")
    if _BOUND.search(figures):
        return Misunderstood("roughly", {"number": tidy(value)})
    if not decimals and not value.is_integer():
        return Misunderstood("whole_number", {"number": value})
    return tidy(value)


def number(text: str, about: str, decimals: bool, language: str) -> int | float | Misunderstood:
    """The number typed as answer to a question whose unit and text are `about`; its range is the caller's business."""
    figures = with_digits(plain(text))
    if _other_unit(_families(figures), _families(plain(about))):
        unit = next((w for w in figures.split() if _other_unit(_families(f"1 {w}"), _families(plain(about)))), "")
        return Misunderstood("other_unit", {"unit": unit})
    return one_number(text, decimals, language)
