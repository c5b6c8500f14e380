"""What a person wishes of the bot when they type the word of a button instead of pressing it: a table.

Only a whole message is a wish: "pause" is one, "la pause est trop courte" is not. A label of the open question that
holds the very words wins over a wish (`named_in`). To skip a question or to talk about it later are answers, and stay
with `flows.understand`; a skip is a wish only once something was written, which it never throws away.
"""

from typing import Literal

from flows.commitments import says_yes, unadorned
from flows.pack import BatteryStep, Choosing, Information, ScaleStep, Step
from flows.spoken import NO, NODS, SKIP, YES, after, courteous, fold, nothing_but, phrases

Wish = Literal[
    "done",
    "skip",
    "keep",
    "back",
    "why",
    "pause",
    "resume",
    "greet",
    "stop",
    "begin",
    "menu",
    "help",
    "answers",
    "counsellor",
    "privacy",
    "cancel",
]

WISHES: dict[Wish, frozenset[str]] = {
    "done": phrases("""
        c'est tout, ce sera tout, voilà c'est tout, c'est tout merci, terminé, c'est terminé, j'ai terminé, fini,
        c'est fini, j'ai fini, valider, je valide, valide, validé, that's all, that is all, that's it, that is it,
        that will be all, i'm done, i am done, done, finished, i have finished, confirm, i confirm my answers, validate
    """),
    "skip": SKIP,
    "keep": phrases("""
        garder, je garde, garder cette réponse, je garde cette réponse, je garde ma réponse, garder ma réponse,
        keep, keep it, i keep it, keep this answer, keep my answer
    """),
    "back": phrases("""
        retour, retour en arrière, revenir en arrière, en arrière, question précédente, la question précédente,
        précédent, précédente, revenir, revenir à la question précédente, back, go back, previous, previous question
    """),
    "why": phrases("""
        pourquoi, pourquoi cette question, pourquoi cette question là, pourquoi la question,
        pourquoi vous me demandez ça, pourquoi me demandez-vous cela, pour quoi faire, pourquoi ça,
        why, why this question, why do you ask, why are you asking, what for
    """),
    "pause": phrases("""
        pause, une pause, faire une pause, je fais une pause, je veux faire une pause, je voudrais faire une pause,
        j'ai besoin d'une pause, on fait une pause, petite pause, break, a break, take a break, i need a break,
        i take a break, i'd like a break
    """),
    "resume": phrases("""
        continuer, je continue, on continue, continuons, je veux continuer, je voudrais continuer, reprendre,
        je reprends, on reprend, revenir à la question, back to the question,
        reprenons, je veux reprendre,
        continue, go on, let's go on, i go on, carry on,
        resume, i continue, let's continue
    """),
    "greet": phrases("""
        bonjour, bonsoir, salut, coucou, rebonjour, re bonjour, bonjour à vous, bonjour madame, bonjour monsieur,
        bonjour jalon, me revoilà, me voilà, je suis là, je suis de retour, hello, hi, hey, hi there, hello again,
        good morning, good afternoon, good evening, i'm back, i am back
    """),
    "stop": phrases("""
        stop, arrêter, arrête, arrêtez, j'arrête, je veux arrêter, je voudrais arrêter, je souhaite arrêter,
        j'aimerais arrêter, tout arrêter, on arrête, arrêter et retirer mon accord, retirer mon accord,
        je retire mon accord, i stop, i want to stop, i would like to stop, i'd like to stop,
        stop and withdraw my agreement, withdraw my agreement
    """),
    "begin": phrases("""
        commencer, je commence, on commence, commençons, c'est parti, allons-y, begin, start, let's begin, let's start,
        i begin, i start
    """),
    "menu": phrases("menu, le menu, the menu"),
    "help": phrases("aide, l'aide, aidez-moi, besoin d'aide, help, help me"),
    "answers": phrases(
        "mes réponses, voir mes réponses, relire mes réponses, corriger, my answers, see my answers, correct"
    ),
    "counsellor": phrases("""
        écrire à une personne, écrire à mon conseiller, écrire à ma conseillère,
        parler à mon conseiller, parler à ma conseillère, parler à quelqu'un, parler à une personne,
        write to my counsellor, write to my counselor, talk to my counsellor, talk to somebody, talk to someone
    """),
    "privacy": phrases("mes données, my data"),
    "cancel": phrases("annuler, annule, annulez, j'annule, laisser tomber, laissez tomber, cancel, never mind"),
}
_BY_WORDS: dict[str, Wish] = {words: wish for wish, listed in WISHES.items() for words in listed}
ASKED: frozenset[Wish] = frozenset({"why", "help"})  # what one asks for with a question mark

_GOES_ON = (
    NO
    | WISHES["resume"]
    | WISHES["cancel"]
    | phrases("""
    non je continue, non on continue, non merci, non je ne veux pas arrêter, je ne veux pas arrêter,
    je n'arrête pas, non je n'arrête pas, no i go on, no i continue, no thanks, no thank you,
    i do not want to stop, i don't want to stop
""")
)
# What presses the one button that leads on, where there is but one.
_AHEAD = (
    YES
    | WISHES["begin"]
    | WISHES["resume"]
    | phrases("""
    on y va, j'y vais, vas-y, allez-y, go, suivant, la suite, suite, je suis prêt, je suis prête, prêt, prête, je remets,
    je remets mes réponses, remettre, remettre mes réponses, next, ready, i'm ready, let's go, i hand over,
    i hand my answers over, hand over
""")
)
_ONWARD = phrases(
    "suivant, suivante, la suite, suite, question suivante, passer à la suite, next, next one, next question"
)
_THANKS = phrases("""
    merci, merci beaucoup, merci bien, mille merci, mille mercis, un grand merci, merci à vous, je vous remercie, ok merci,
    oui merci, merci bonne journée, merci au revoir, thanks, thank you, many thanks, thank you very much, thanks a lot
""")
# What is said back to "take your time" or to help that was shown: no answer to the question that was left.
_CIVIL = (
    YES
    | NO
    | NODS
    | phrases("merci, merci beaucoup, merci bien, je vous remercie, thanks, thank you, oui merci, non merci")
)

# What reassures, once help was shown; "ça va pas" does not.
_FINE = phrases("""
    ça va, ça va aller, ça ira, tout va bien, je vais bien, ça va mieux, ça va bien, ça va maintenant, pas besoin,
    ce n'est pas la peine, c'est pas la peine, pas la peine, ne vous inquiétez pas, vous inquiétez pas,
    i'm fine, i am fine, i'm ok, i am ok, i'm okay, i'm all right, i'll be fine, i will be fine, it's fine, it's ok,
    no need, don't worry
""")
_PLAIN_NO = phrases("non, nan, nn, non non, nope, no, no no, non merci, no thanks, no thank you")


def wish(text: str) -> Wish | None:
    """The wish that a whole message is, politeness aside; None for anything that says more, or only wonders."""
    words = fold(text)
    found = _BY_WORDS.get(words) or _BY_WORDS.get(courteous(words))
    wonders = text.rstrip().endswith(("?", "？")) and found not in ASKED
    return None if wonders else found


def stops(text: str) -> bool | None:
    """The answer to "do you want to stop?": yes or no, only where it is plain; "oui mais plus tard" is neither.

    Withdrawing an agreement is an act: as for giving one, a nod ("ok") is too slight.
    """
    said = (fold(text), courteous(fold(text)))
    if any(words in _GOES_ON for words in said):
        return False
    plainly = any(says_yes(words) or after(words, YES) in WISHES["stop"] for words in said)
    return True if plainly and unadorned(text) else None


def goes_ahead(text: str) -> bool:
    """Whether a message presses the one button that leads on ("Commencer", "Reprendre"): a yes, or its own words."""
    words = fold(text)
    said_so = any(one in _AHEAD or after(one, YES) in _AHEAD for one in (words, courteous(words)))
    return said_so and not text.rstrip().endswith(("?", "？"))


def onward(text: str) -> bool:
    """Whether a message asks for what comes next: under ticks, it confirms them."""
    words = fold(text)
    return words in _ONWARD or courteous(words) in _ONWARD


def thanks(text: str) -> bool:
    """Whether a message is thanks and nothing else."""
    return fold(text) in _THANKS


def civil(text: str) -> bool:
    """Whether a message is but a yes, a no or thanks."""
    words = fold(text)
    return words in _CIVIL or courteous(words) in _CIVIL


def reassures(text: str) -> bool:
    """Whether a message, written under help that was shown, declines it: "non", "ça va", "non merci ça va aller"."""
    words = courteous(fold(text))
    declined = nothing_but(words, YES | _PLAIN_NO | _FINE) and not nothing_but(words, YES)
    return declined and not text.rstrip().endswith(("?", "？"))


def named_in(step: Step, text: str, language: str) -> str | None:
    """The label of an open question that holds these very words, whole and in their order."""
    words = fold(text)
    return next((label for label in _labels(step, language) if words and f" {words} " in f" {fold(label)} "), None)


def _labels(step: Step, language: str) -> list[str]:
    match step:
        case Choosing():
            return [choice.label.get(language, "") for choice in step.choices]
        case BatteryStep():
            return [label.get(language, "") for label in step.labels]
        case ScaleStep():
            return list(step.ends.get(language, ()))
        case Information():
            return [step.button.get(language, "")] if step.button else []
        case _:
            return []
