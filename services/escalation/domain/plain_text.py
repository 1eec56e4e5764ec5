"""The text of a message, without its markup."""

import re
from collections.abc import Iterator
from html import unescape

from shared.events.ticket_values import BodyFormat

_UNSEEN = frozenset({"script", "style", "head", "template"})
_INLINE = frozenset({"a", "b", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "u"})
_TAG = re.compile(r"/?\s*([a-zA-Z0-9]+)|[!?]")


def plain_text(body: str, body_format: BodyFormat) -> str:
    """In time that grows with the length, whatever the markup; the standard library's parser takes its square."""
    if body_format is BodyFormat.TEXT:
        return body
    shown, *commented = body.split("<!--")
    shown += "".join(piece.partition("-->")[2] for piece in commented)
    return " ".join(unescape("".join(_seen(shown))).split())


def _seen(body: str) -> Iterator[str]:
    """What a person would see; what begins a block begins a word. A `<` that begins no tag is one."""
    text, *rest = body.split("<")
    yield text
    unseen: str | None = None
    for piece in rest:
        tag, closed, text = piece.partition(">")
        named = _TAG.match(tag)
        name = "" if named is None else (named[1] or "").lower()
        if unseen is not None:
            if tag.startswith("/") and name == unseen:
                unseen = None
                yield text
        elif named is None or not closed:
            yield f"<{piece}"
        elif name in _UNSEEN and not tag.startswith("/"):
            unseen = name
        else:
            yield text if name in _INLINE else f" {text}"
