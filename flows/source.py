"""The text of a pack as plain data: YAML 1.2, without the parts of YAML that surprise, and with line numbers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from flows.problems import PackError, Phrase, Problem

MAX_BYTES = 512 * 1024  # the longest pack shipped is a tenth of this
Place = tuple[str | int, ...]
NEVER_CLOSED = re.compile("(?s)scanning a (double-)?quoted scalar.*end of stream")
ADVICE = (  # what an author did, by what the reader of YAML stumbled over
    (NEVER_CLOSED, Phrase("quote_open")),
    ("unknown escape character", Phrase("backslash")),
    (r"character '\\t'", Phrase("tab")),
    ("<block mapping start>", Phrase("indented")),
    ("flow (sequence|mapping)", Phrase("bracket")),
    ("mapping values are not allowed|cannot start any token|found '<scalar>'|but got ':'", Phrase("unquoted")),
    ("constructor for the tag", Phrase("tag")),
    ("expected a single document", Phrase("documents")),
)


class _NoAliases(Composer):
    """Refuses aliases: nothing in a pack needs them, and a few lines of them unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.parser.check_event(AliasEvent):
            mark = self.parser.peek_event().start_mark
            raise ComposerError(None, None, "aliases are not used", mark)
        return super().compose_node(parent, index)


class _Plain(SafeConstructor):
    """Days stay text ("2027-03-15"), as the grammar expects them."""


_Plain.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer, yaml.Constructor = _NoAliases, _Plain
    return yaml


def read_text(path: Path) -> str:
    """The file's text. Raises `PackError` where it is missing, too large, empty or not UTF-8 (a BOM is no fault)."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PackError([Problem(Phrase("unread", why=error), file=str(path))]) from None
    if len(content) > MAX_BYTES:
        raise PackError([Problem(Phrase("too_large", size=len(content), most=MAX_BYTES), file=str(path))])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PackError([Problem(Phrase("not_utf8"), file=str(path), line=line)]) from None
    if not text.strip():
        raise PackError([Problem(Phrase("empty_file"), file=str(path))])
    return text


def _words(error: YAMLError) -> Phrase:
    """What the author did, where it is known; otherwise the reader's own words, and what is usually wrong."""
    if isinstance(error, DuplicateKeyError):
        return Phrase("key_twice", key=str(error.problem).split(" with value")[0].split('"', 1)[1][:-1])
    if isinstance(error, ComposerError) and error.context is None:
        return Phrase("alias")
    told = (error.context, error.problem) if isinstance(error, MarkedYAMLError) else (str(error).splitlines()[0],)
    found = ", ".join(part for part in told if part)
    advice = (phrase for sign, phrase in ADVICE if re.search(sign, found))
    return Phrase("not_yaml", what=next(advice, Phrase("other_yaml", found=found)))


def _line(error: YAMLError) -> int | None:
    """Where to look: a quote that is never closed is found out at the end of the file, but opened where it began."""
    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    if isinstance(error, MarkedYAMLError) and NEVER_CLOSED.search(str(error)):
        marks.reverse()
    mark = next(filter(None, marks), None)
    return mark.line + 1 if mark else getattr(error, "line", None)


def parse(text: str, file: str) -> Any:
    """The text as plain data. Raises `PackError` with the line where it is not YAML."""
    try:
        return _yaml().load(text)
    except YAMLError as error:
        raise PackError([Problem(_words(error), file=file, line=_line(error))]) from None
    except (RecursionError, ValueError) as error:
        what = Phrase("too_deep") if isinstance(error, RecursionError) else Phrase("other_yaml", found=error)
        raise PackError([Problem(Phrase("not_yaml", what=what), file=file)]) from None


def _lines(node: Node, place: Place) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if isinstance(node, SequenceNode):
        for index, entry in enumerate(node.value):
            yield from _lines(entry, (*place, index))
    elif isinstance(node, MappingNode):
        for key, entry in node.value:
            yield from _lines(entry, (*place, key.value))
            yield (*place, key.value), key.start_mark.line + 1  # the key's line wins: it is where one looks


def lines_of(text: str) -> dict[Place, int]:
    """The line (from 1) of every place of a text that `parse` accepts."""
    node = _yaml().compose(text)
    return dict(_lines(node, ())) if node is not None else {}
