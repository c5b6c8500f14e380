"""Lengths as Telegram counts them: in UTF-16 units, where an emoji is two or more. Pure text."""

from collections.abc import Iterator


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def beginning(text: str, most: int) -> str:
    """As much of a text as holds in `most` units; no character is cut in two."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * most].decode("utf-16-le", "ignore")


def pieces(text: str, most: int) -> Iterator[str]:
    """A text in pieces of at most `most` units (two or more), cut at a space where there is one; only spaces are left out."""
    while units(text) > most:
        head = beginning(text, most)
        at = max(head.rfind(" "), head.rfind("\n"))
        cut = at if at > 0 else len(head)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    yield text
