"""Asking the API about tickets: the name of one in a path, and lists that come in pages."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from services.ops.client import ApiClient
from services.ops.trouble import Trouble

Ticket = Annotated[str, typer.Argument(help="The ticket's id or reference, as CF-5724.")]

_PAGE = 200


def name_in_path(ticket: str) -> str:
    """As it may stand in a path. Raise `Trouble`."""
    if not all(sign.isascii() and (sign.isalnum() or sign == "-") for sign in ticket):
        raise Trouble(f"{ticket!r} is neither a ticket's id nor a reference, as CF-5724")
    return ticket


def pages(
    api: ApiClient, path: str, most: int = _PAGE, about: str | None = None, **question: object
) -> Iterator[Mapping[str, Any]]:
    """`about` is the ticket's id or reference, as for `ApiClient.read`."""
    cursor = None
    while True:
        page = api.read(path, about=about, limit=min(most, _PAGE), cursor=cursor, **question)
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
