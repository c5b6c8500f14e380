"""The HTML parse mode, against what TDLib's parser answers."""

import pytest

from simulator.errors import ApiError
from simulator.html_text import parse_html
from simulator.texts import Entity, detect, trim, utf16_length


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("Bonjour", "Bonjour", []),
        ("<b>Oui</b>", "Oui", [("bold", 0, 3)]),
        ("😀<i>é</i>", "😀é", [("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<STRONG>x</STRONG>", "x", [("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ("a &lt;b&gt; &amp; &quot;c&quot; &#233;&#xe9;", 'a <b> & "c" éé', []),
        ("&eacute; &nbsp &", "&eacute; &nbsp &", []),
        ("<u>a</>", "a", [("underline", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ('<a href="javascript:alert(1)">a</a>', "a", []),
    ],
)
def test_reads(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    read, found = parse_html(source)
    assert read == text
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in found] == entities


def test_links_and_code_carry_their_argument() -> None:
    _, link = parse_html('<a href="https://example.org/?a=1&amp;b=2">ici</a>')
    assert link == [{"type": "text_link", "offset": 0, "length": 3, "url": "https://example.org/?a=1&b=2"}]
    _, code = parse_html('<pre><code class="language-python">x</code></pre>')
    assert code == [{"type": "pre", "offset": 0, "length": 1, "language": "python"}]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<b>é", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é<div>", 'Unsupported start tag "div" at byte offset 2'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href>a</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<a href=a/b>a</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x>a</a>', "Unclosed start tag at byte offset 0"),
    ],
)
def test_refuses(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"


def test_trimming_moves_the_entities() -> None:
    text, entities = trim(*parse_html("\n <b> a</b> <i> </i>"))
    assert (text, entities) == ("a", [{"type": "bold", "offset": 0, "length": 1}])


def test_commands_links_and_mentions_are_found() -> None:
    text = "😀 /pause voir https://jalon.example/a. @jalon_bot a/b"
    units = text.encode("utf-16-le")

    def covered(entity: Entity) -> str:
        return units[entity["offset"] * 2 :][: entity["length"] * 2].decode("utf-16-le")

    found = [(entity["type"], covered(entity)) for entity in detect(text, [])]
    assert found == [("bot_command", "/pause"), ("url", "https://jalon.example/a"), ("mention", "@jalon_bot")]


def test_length_counts_utf16_units() -> None:
    assert [utf16_length(text) for text in ("a", "é", "😀")] == [1, 1, 2]
