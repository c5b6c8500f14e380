"""The transcript that a played conversation leaves: the test of a pack, readable by whoever wrote the pack.

The conversation as it reads, with what each entry changed (`~`) and how it ended (`=`). Replaying its entries (`>`) has to
give the same text again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.consequences import standing_flags
from flows.flow import Flow
from flows.play import Player
from flows.scores import scores


@dataclass(frozen=True, slots=True)
class Situation:
    """What a transcript tells of a moment: what counts, what is set aside, what the counsellor would see."""

    path: tuple[str, ...]
    aside: tuple[str, ...]
    flags: tuple[str, ...]
    facts: tuple[str, ...]
    commitments: tuple[str, ...]

    @classmethod
    def of(cls, player: Player) -> "Situation":
        flags = standing_flags(player.flow, player.run).values()
        return cls(
            player.run.path,
            tuple(node for node, answer in player.run.answers.items() if answer.aside),
            tuple(f"{flag.rule} {flag.level}: {flag.reason}" for flag in flags),
            tuple(f"{n}. {fact}" for n, fact in enumerate(player.dated, 1)),
            tuple(
                f"{n}. {made.purpose} {'granted' if made.granted else 'not granted'}: {made.label}"
                for n, made in enumerate(player.commitments, 1)
            ),
        )

    def since(self, former: "Situation") -> Iterator[str]:
        """What changed, one line each."""
        for name in self.__slots__:
            was, now = getattr(former, name), getattr(self, name)
            changes = [f"-{entry}" for entry in was if entry not in now] + [
                f"+{entry}" for entry in now if entry not in was
            ]
            if changes:
                yield f"~ {name} {' '.join(changes)}"


def _summary(player: Player) -> Iterator[str]:
    now = Situation.of(player)
    yield f"= at: {player.run.at}"
    for name in Situation.__slots__:
        if entries := getattr(now, name):
            yield f"= {name}: {', '.join(entries)}"
    for score in scores(player.flow, player.run):
        yield f"= score: {score.title} {score.sum} ({score.lowest} to {score.highest}, {score.count} answers)"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    yield from (f"  {line}".rstrip() for text in lines for line in text.splitlines() or [""])


def transcript(flow: Flow, language: str, entries: Iterable[str]) -> str:
    """The conversation that the entries make, as it reads."""
    player = Player(flow, language)
    lines = [f"# {flow.id} {language}", *_indented(player.begin())]
    for entry in entries:
        before = Situation.of(player)
        said = player.hears(entry)
        lines += ["", f"> {entry}", *Situation.of(player).since(before), *_indented(said)]
    return "\n".join([*lines, "", *_summary(player), ""])


def read_transcript(text: str) -> tuple[str, str, list[str]]:
    """(pack id, language, entries) of a transcript."""
    first, *lines = text.splitlines()
    _, pack, language = first.split()
    return pack, language, [line[2:] for line in lines if line.startswith("> ")]
