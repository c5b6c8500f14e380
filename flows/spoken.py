"""How a typed message is read before it is understood: folded, freed of politeness, recognised when it is a usual word.

Everything is compared *folded*: no case, accents, apostrophes, punctuation or double spaces: "C'est  MOI !" is
"c est moi".
The words of both languages always count: a person who answers in French to an English question is understood.
"""

import re
import unicodedata
from functools import cache


def fold(text: str) -> str:
    """The words of a text, lower case and without accents, with one space between them; "" when it has no word."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = plain.replace("œ", "oe").replace("æ", "ae")
    letters = "".join(c for c in plain if not unicodedata.category(c).startswith("M"))
    return " ".join(re.findall(r"[^\W_]+", letters))


def phrases(text: str) -> frozenset[str]:
    """A table of usual phrases, as it is read: separated by commas or lines, each folded."""
    return frozenset(fold(phrase) for phrase in re.split(r"[,\n]", text) if phrase.strip())


YES = phrases("""
    oui, ouais, ouai, ui, vi, wi, oui oui, ouep, yep, yes, yeah, yup, y, o, ok, okay, oki, ok ok, okey, d'accord,
    dac, daccord, bien sûr, bien sur que oui, évidemment, absolument, tout à fait, exactement, volontiers,
    avec plaisir, certainement, si, je confirme, je suis d'accord, je veux bien, j'accepte, ça marche, ça me va,
    entendu, c'est d'accord, mais oui, c'est oui, sure, of course, absolutely, certainly, definitely, agreed,
    i agree, i do, i accept, i confirm, yes i do, sounds good
""")
NO = phrases("""
    non, nan, nn, non non, nope, no, nah, n, pas du tout, absolument pas, certainement pas, jamais de la vie,
    bien sûr que non, pas vraiment, surtout pas, je refuse, je ne veux pas, je veux pas, c'est non, mais non,
    pas question, hors de question, not at all, not really, no way, i refuse, i do not, i don't, no i don't,
    of course not, certainly not, never
""")
# A yes that acknowledges whatever was just said, perhaps the page before: too slight to commit anybody.
NODS = phrases("o, y, k, ok, okay, oki, ok ok, okey")
# A no that leaves room for a yes: too slight to refuse anything for good.
HALF_NOES = phrases("n, nn, pas vraiment, not really")
READ = phrases("""
    lu, c'est lu, j'ai lu, bien lu, lu et compris, j'ai bien lu, compris, j'ai compris, bien compris, c'est compris,
    vu, noté, bien noté, c'est noté, c'est bon, c'est bien, c'est clair, parfait, super, très bien, bien,
    suivant, la suite, suite, on continue, continuer, continuons, je continue, on y va, allons-y, go, c'est parti,
    prêt, prête, je suis prêt, je suis prête, next, read, i read it, i have read it, i've read it, got it,
    understood, i understand, clear, all clear, fine, great, good, continue, go on, let's go,
    ready, i'm ready, done, noted, alright, all right
""")
SKIP = phrases("""
    passer, je passe, passe, on passe, passons, passer la question, je passe la question, passer cette question,
    question suivante, je passe cette question, je préfère passer, je saute, sauter, je ne souhaite pas répondre,
    je souhaite pas répondre, je préfère ne pas répondre, je ne veux pas répondre, je veux pas répondre,
    pas de réponse, sans réponse, skip, skip it, skip this, skip this question, i skip, pass, i pass, next question,
    i'd rather not answer, i would rather not answer, i prefer not to answer, prefer not to say, i'd rather not say,
    i would rather not say, no answer
""")
UNSURE = phrases("""
    je ne sais pas, je sais pas, sais pas, chais pas, j'sais pas, jsp, je ne sais pas trop, je sais pas trop,
    ne sait pas, je ne sais plus, je ne sais pas encore, je sais pas encore, pas encore, aucune idée,
    j'en sais rien, je n'en sais rien, je n'ai aucune idée, pas d'idée, j'hésite, bof, je ne suis pas sûr,
    je ne suis pas sûre, pas sûr, pas sûre, ça dépend, i don't know, i do not know, don't know, dont know, dunno,
    idk, no idea, not sure, i'm not sure, i am not sure, it depends
""")
ALL = phrases(
    "tout, tous, toutes, tous les choix, toutes les réponses, tout ça, all, all of them, everything, every one"
)
BOTH = phrases("les deux, tous les deux, toutes les deux, les deux à la fois, both, both of them")
NONE = phrases("aucun, aucune, rien, aucun choix, aucune réponse, aucun des choix, none, nothing, none of them")
# What says, at a question that may be left out, that there is nothing to write.
NOTHING = (
    NONE  # "pas du tout" or "jamais" may be the answer itself: only a bare no says nothing
    | phrases("non, nan, nn, non non, non merci, nope, no, nah, n, no thanks, no thank you")
    | phrases("""
    pas d'autre, pas d'autres, pas d'autre objectif, pas de deuxième, pas de second, pas de troisième, rien d'autre,
    aucun autre, aucune autre, non plus, rien de plus, rien de spécial, rien de particulier, rien à ajouter,
    rien à dire, rien à signaler, ras, pas spécialement, pas particulièrement, je ne vois pas, je vois pas, je n'en vois pas,
    je ne vois rien, je n'en ai pas, j'en ai pas, je n'ai rien à ajouter, il n'y en a pas, y en a pas, sans objet,
    nothing else, no other, no others, no more, nothing more, nothing to add, nothing special, not particularly,
    i have none, i don't have any, there is none, n/a
""")
)
# Words that stand before an answer rather than for one, at a question that waits for somebody's own words.
_BESIDE = YES | NO | NONE | UNSURE | SKIP

# "J'en parlerai avec ma conseillère", "plutôt de vive voix", "I'd rather talk about it with her"…
_WITH_WHOM = (
    r"(?: (?:avec|a) (?:mon|ma|le|la|un|une) (?:conseill\w+|accompagn\w+|consultant\w*)(?: ou (?:ma|la) conseill\w+)?)"
)
_LIVE = r"(?: (?:de vive voix|en rendez vous|a l oral|ensemble|au rendez vous|au prochain rendez vous))"
_WITH_WHOM_EN = r"(?: (?:with|to) (?:my|the|a) (?:counsel\w+|advis\w+|coach))"
_DEFER = re.compile(
    rf"(?:on|j|nous)? ?en parler(?:ai|a|ons)(?: plus tard)?{_WITH_WHOM}?{_LIVE}?"
    rf"|(?:je (?:prefere|prefererais|voudrais|veux)|j aimerais(?: mieux)?|plutot) en parler(?: plus tard)?"
    rf"{_WITH_WHOM}?{_LIVE}?"
    rf"|(?:(?:a voir|en parler|voir|plus tard|je verrai)(?: ca| cela)? ?){_WITH_WHOM}|plus tard{_LIVE}"
    rf"|(?:i (?:ll|will|d rather|would rather|d prefer to|would prefer to|prefer to|d like to|would like to) )?"
    rf"(?:talk|speak|discuss)(?: (?:about )?(?:it|this))?(?: later)?(?: in person)?{_WITH_WHOM_EN}?"
    rf"|later{_WITH_WHOM_EN}"
)

_POLITE_BEFORE = phrases("""
    c'est, ce serait, ça serait, je dirais, je dirai, je pense, je crois, je choisis, je prends, je réponds,
    je vote, pour moi, plutôt, alors, eh bien, bah, ben, euh, bon, donc, bonjour, bonsoir, merci, ma réponse est,
    ma réponse, moi je dirais, disons, on va dire, mettons, mettez, i would say, i'd say, i think, i choose, i pick,
    it is, it's, well, hello, hi, rather, maybe, peut-être, my answer is, i guess, let's say, say
""")
_POLITE_AFTER = phrases("""
    merci, merci beaucoup, merci bien, merci d'avance, svp, stp, s'il vous plaît, s'il te plaît, je pense, je crois,
    je dirais, voilà, bonne journée, please, thanks, thank you, thank you very much, thanks a lot, i think, i guess,
    i would say
""")
# Politeness that says nothing of how sure somebody is: it may stand around a commitment, the hesitations above may not.
_COURTESY = phrases("""
    bonjour, bonsoir, salut, merci, merci beaucoup, merci bien, merci d'avance, svp, stp, s'il vous plaît,
    s'il te plaît, madame, monsieur, bonne journée, hello, hi, please, thanks, thank you, thank you very much,
    thanks a lot
""")


def _any_of(meanings: frozenset[str]) -> str:
    return "|".join(sorted(meanings, key=lambda p: (-len(p), p)))


_BEFORE = re.compile(rf"^(?:(?:{_any_of(_POLITE_BEFORE)}) )+")
_AFTER = re.compile(rf"(?: (?:{_any_of(_POLITE_AFTER)}))+$")
_COURTEOUS = re.compile(rf"^(?:(?:{_any_of(_COURTESY)}) )+|(?: (?:{_any_of(_COURTESY)}))+$")
_THUMBS = re.compile(r"[👍👌✅✔🆗\U0001F3FB-\U0001F3FF\uFE0F\s]+")


def core(folded: str) -> str:
    """A folded text without the polite or hesitant words around it: "je dirais moi merci" is "moi"."""
    return _AFTER.sub("", _BEFORE.sub("", folded))


def courteous(folded: str) -> str:
    """A folded text without the politeness around it, hesitations kept: "bonjour je dirais oui merci" hesitates still."""
    return _COURTEOUS.sub("", folded)


@cache
def _run_of(meanings: frozenset[str]) -> re.Pattern[str]:
    """Phrases with a space behind each; possessive, as "oui oui" is a phrase and also twice "oui"."""
    return re.compile(rf"^(?:(?:{_any_of(meanings)}) )++")


def nothing_but(words: str, meaning: frozenset[str]) -> bool:
    """Whether folded words are usual phrases of a meaning, one or several: "oui d accord", "non rien"."""
    return bool(_run_of(meaning).fullmatch(f"{words} "))


def after(words: str, meaning: frozenset[str]) -> str:
    """What folded words say after the phrases of a meaning they begin with: after a yes, "oui je confirme" confirms."""
    return _run_of(meaning).sub("", words)


def hesitant(text: str) -> bool:
    """Whether a text says next to nothing, where somebody's own words are asked for: "je ne sais pas", "ok", "?"."""
    words = said(text)
    return not words or means(words, _BESIDE) or nothing_but(words, _BESIDE)


def says_little(text: str) -> bool:
    """Whether a text only hesitates or is polite: "peut-être", "bonjour merci", "euh je ne sais pas"."""
    words = said(text)
    return hesitant(text) or nothing_but(words, _POLITE_BEFORE | _POLITE_AFTER | _COURTESY | _BESIDE)


def said(text: str) -> str:
    """The folded words of a message; a thumb up says "ok"."""
    return "ok" if _THUMBS.fullmatch(text) and text.strip() else fold(text)


def means(words: str, meaning: frozenset[str]) -> bool:
    """Whether folded words are one of the usual phrases of a meaning, politeness aside."""
    return words in meaning or core(words) in meaning


def everything(words: str, count: int) -> bool:
    """Whether folded words choose all of `count` things: "tout", or "les deux" where there are two."""
    return means(words, ALL) or (count == 2 and means(words, BOTH))


def defers(words: str) -> bool:
    """Whether folded words ask to talk about it with the counsellor rather than write it."""
    return bool(_DEFER.fullmatch(words) or _DEFER.fullmatch(core(words)))


def one_typo(typed: str, word: str) -> bool:
    """The same word but for one letter added, lost, changed or swapped; five letters or more, the same first letter.

    The first letter is kept because French and English negate there: "anormal" is not a slip for "normal".
    """
    if typed == word:
        return True
    if min(len(typed), len(word)) < 5 or typed[0] != word[0]:
        return False
    start = next((i for i, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), min(len(typed), len(word)))
    a, b = typed[start:], word[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[1::-1] == b[:2] and a[2:] == b[2:])
