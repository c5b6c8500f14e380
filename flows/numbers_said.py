"""Numbers said in words, French and English: "quatre-vingt-dix jours" is "90 jours", "une dizaine" is "10"."""

import re
import unicodedata

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

ONE_NUMBER_WORD = "|".join(sorted(NUMBER_WORDS, key=lambda w: (-len(w), w)))
_JOIN = r"[ -]+(?:(?:et|and)[ -]+)?"
_RUN = re.compile(
    rf"(?:\ban? (?=hundred|thousand|dozen))?(?<!\d)(?<!\d )\b(?:{ONE_NUMBER_WORD})(?:{_JOIN}(?:{ONE_NUMBER_WORD}))*\b"
)


def plain(text: str) -> str:
    """Lower case, no accents, one kind of space and apostrophe; the punctuation of numbers stays."""
    marks = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in marks if not unicodedata.category(c).startswith("M"))
    return re.sub(r"\s+", " ", letters.replace("’", "'").replace("ʼ", "'")).strip()


class _Count:
    """A number said word by word; `add` refuses a word that begins another one ("un deux trois" is three numbers)."""

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
            or (tens == 10 and 7 <= value <= 9)  # dix-sept
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
