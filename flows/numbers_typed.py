"""Numbers as people write them in French and English: "trois ans", "1 500 €", "une dizaine", "2k", "un an et demi", "1,500".

A number is read only when it is the only one and says so plainly: "plus de 10" is a bound, "2 ou 3" is two numbers, "3 mois" is
not an answer in years. Three digits after a mark are thousands ("1.500", "1,500"), unless the mark is the decimal one of the
language and the question takes decimals. "Moins d'un an" is 0 where whole numbers are asked: no whole year has passed.
"""

import re
import unicodedata

from flows.understood import Misunderstood

_PLAIN = {
    **dict.fromkeys(["zero"], 0),
    **dict.fromkeys(["un", "une", "one"], 1),
    **dict.fromkeys(["deux", "two"], 2),
    **dict.fromkeys(["trois", "three"], 3),
    **dict.fromkeys(["quatre", "four"], 4),
    **dict.fromkeys(["cinq", "five"], 5),
    "six": 6,
    **dict.fromkeys(["sept", "seven"], 7),
    **dict.fromkeys(["huit", "eight"], 8),
    **dict.fromkeys(["neuf", "nine"], 9),
    **dict.fromkeys(["dix", "ten"], 10),
    **dict.fromkeys(["onze", "eleven"], 11),
    **dict.fromkeys(["douze", "twelve"], 12),
    **dict.fromkeys(["treize", "thirteen"], 13),
    **dict.fromkeys(["quatorze", "fourteen"], 14),
    **dict.fromkeys(["quinze", "fifteen"], 15),
    **dict.fromkeys(["seize", "sixteen"], 16),
    **{"seventeen": 17, "eighteen": 18, "nineteen": 19},
    **dict.fromkeys(["vingt", "vingts", "twenty"], 20),
    **dict.fromkeys(["trente", "thirty"], 30),
    **dict.fromkeys(["quarante", "forty", "fourty"], 40),
    **dict.fromkeys(["cinquante", "fifty"], 50),
    **dict.fromkeys(["soixante", "sixty"], 60),
    **dict.fromkeys(["septante", "seventy"], 70),
    **dict.fromkeys(["huitante", "octante", "eighty"], 80),
    **dict.fromkeys(["nonante", "ninety"], 90),
}
_TIMES = {
    **dict.fromkeys(["cent", "cents", "hundred", "centaine", "centaines"], 100),
    **dict.fromkeys(["dizaine", "dizaines"], 10),
    **dict.fromkeys(["douzaine", "douzaines", "dozen"], 12),
    **dict.fromkeys(["quinzaine"], 15),
    **{"vingtaine": 20, "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "soixantaine": 60},
}
_THOUSANDS = {
    **dict.fromkeys(["mille", "milles", "thousand", "millier", "milliers"], 1_000),
    **dict.fromkeys(["million", "millions"], 1_000_000),
}
NUMBER_WORDS = frozenset(_PLAIN) | frozenset(_TIMES) | frozenset(_THOUSANDS)

_WORD = "|".join(sorted(NUMBER_WORDS, key=lambda w: (-len(w), w)))
_JOIN = r"[ -]+(?:(?:et|and)[ -]+)?"
_RUN = re.compile(rf"(?:\ban? (?=hundred|thousand|dozen))?(?<!\d)(?<!\d )\b(?:{_WORD})(?:{_JOIN}(?:{_WORD}))*\b")

_UNITS = {  # each pattern is met in plain text; abbreviations count only after a figure ("3 h", never "j'ai")
    "year": r"(?:(?<=\d)|(?<=\d )|(?<=par )|(?<=/)|(?<=/ ))an\b|\bans\b|annees?\b|annuel|years?\b|yearly|annual|\d ?yrs?\b",
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
    r"\b(?:plus|moins|more|less|fewer|over|under|below|above|least|most|minimum|maximum|mini|maxi|max|min|jusqu|up to)\b"
    r"|[<>≥≤]|\d ?\+"
)
_LESS_THAN_ONE = re.compile(r"(?:un peu )?(?:moins d['e] ?1|less than (?:an?|1)|under (?:an?|1))\b(?![.,]\d).*")
_DENIED = re.compile(r"\b(?:pas|not|sauf|except)\b[^\d]*\d|\b(?:quarts?|tiers|quarters?)\b")
_HALF = re.compile(r"\b(?:et demie?|and a half)\b")
_ARTICLE = re.compile(  # "un peu", "dans une usine": an article, not the number 1
    r"(?<!et )(?<!et-)(?<!-)(?<!and )\b(?:un|une|one)\b"
    rf"(?! *(?:$|[,;./!)-]|(?:ou|or|a|to|sur|out|et|and|mois|an|ans|seul|seule|only|{_WORD})\b|{'|'.join(_UNITS.values())}))"
)
_LARGEST = 1e15  # beyond, a float no longer holds every whole number
_MANY_WORDS = 12  # a longer message tells a story: its numbers are not the answer


def plain(text: str) -> str:
    """Lower case, no accents, one kind of space and apostrophe; the punctuation of numbers stays."""
    marks = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in marks if not unicodedata.category(c).startswith("M"))
    return re.sub(r"\s+", " ", letters.replace("’", "'").replace("ʼ", "'")).strip()


class _Count:
    """A number said word by word; `add` refuses a word that begins another number ("un deux trois" is three numbers)."""

    def __init__(self) -> None:
        self.total, self.group, self.begun = 0, 0, False

    def add(self, word: str) -> bool:
        taken = self._take(word)
        self.begun = self.begun or taken
        return taken

    def _take(self, word: str) -> bool:
        if word in _THOUSANDS:
            return self._thousands(_THOUSANDS[word])
        if word in _TIMES:
            return self._times(_TIMES[word])
        return self._plain(_PLAIN[word])

    def _thousands(self, value: int) -> bool:
        if self.total and value >= self.total:
            return False
        self.total, self.group = self.total + max(self.group, 1) * value, 0
        return True

    def _times(self, value: int) -> bool:
        if self.group > 9:
            return False
        self.group = max(self.group, 1) * value
        return True

    def _plain(self, value: int) -> bool:
        tens = self.group % 100
        if tens == 4 and value == 20:  # quatre-vingt
            self.group += 76
            return True
        fits = (
            not self.begun
            or (self.group == 0 and self.total > 0)
            or (tens == 0 and self.group > 0)
            or (tens in (60, 80) and value < 20)
            or (tens in (20, 30, 40, 50, 70, 90) and value < 10)
        )
        if fits and value:
            self.group += value
        return fits and (value > 0 or not self.begun)

    def __str__(self) -> str:
        return str(self.total + self.group)


def _said(run: re.Match[str]) -> str:
    words = re.split(rf"({_JOIN})", re.sub(r"^an? ", "", run[0]))
    out, count = "", _Count()
    for word, join in zip(words[::2], ["", *words[1::2]], strict=True):
        if not count.add(word):
            out += str(count) + join
            count = _Count()
            count.add(word)
    return out + str(count)


def with_digits(text: str) -> str:
    """A plain or folded text with its number words as digits: "dans quatre-vingt-dix jours" is "dans 90 jours"."""
    return _RUN.sub(_said, text)


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


def numbers_in(text: str, decimals: bool = False, language: str = "fr") -> list[float]:
    """Every number of a text, in order, said in figures or in words."""
    figures = with_digits(_without_articles(plain(text)))
    return [_value(match, decimals, language) for match in _NUMBER.finditer(figures)]


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
