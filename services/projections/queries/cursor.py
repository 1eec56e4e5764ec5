"""Cursors: where a page ended, in a form that is nobody's business and cannot be changed by accident."""

import base64
import hashlib
import json
from dataclasses import dataclass

from shared.runtime.http.problems import Problem

_DIGEST = 8


@dataclass(frozen=True, slots=True)
class Cursor:
    """`question` is a digest of everything but cursor and limit; `values` those of the last row."""

    question: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        body = json.dumps([self.question, *self.values], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(_digest(body) + body).decode().rstrip("=")


def digest(*parts: object) -> str:
    """Of a question, to hold a cursor to it."""
    return _digest(json.dumps(parts, default=str, sort_keys=True).encode()).hex()


def parse(text: str, question: str, count: int) -> tuple[str, ...]:
    """The `count` values of the last row. Raise a 400 problem for no cursor, and for that of another question."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as fault:
        raise _not_ours() from fault
    body = raw[_DIGEST:]
    if raw[:_DIGEST] != _digest(body):
        raise _not_ours()
    found: list[str] = json.loads(body)
    if found[0] != question or len(found) != count + 1:
        raise Problem(
            400, "bad_cursor", "query.cursor: it belongs to another question; filters and sort must be the same."
        )
    return tuple(found[1:])


def _not_ours() -> Problem:
    return Problem(400, "bad_cursor", "query.cursor: not one that this suite gave; leave it out.")


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST, person=b"casefold cursor").digest()
