"""The read tokens of this machine's last changes, so that the next question shows them."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_MOST = 100


@dataclass(frozen=True, slots=True)
class _Kept:
    url: str
    ticket_id: str
    reference: str | None
    token: str


class ReadTokens:
    """A small file; one that is missing or broken only means that nothing is remembered."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, url: str, ticket_id: str, reference: str | None, token: str) -> None:
        others = [one for one in self._all() if (one.url, one.ticket_id) != (url, ticket_id)]
        kept = [*others, _Kept(url, ticket_id, reference, token)][-_MOST:]
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = self._path.with_suffix(f".{os.getpid()}")
        mine.write_text(json.dumps([asdict(one) for one in kept]), encoding="utf-8")
        mine.replace(self._path)

    def last(self, url: str, about: str | None = None) -> str | None:
        """The newest, or that of the ticket whose id or reference is `about`."""
        for one in reversed(self._all()):
            if one.url == url and (about is None or about.casefold() in _names(one)):
                return one.token
        return None

    def _all(self) -> list[_Kept]:
        try:
            return [_Kept(**one) for one in json.loads(self._path.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError):
            return []


def _names(kept: _Kept) -> set[str]:
    return {name.casefold() for name in (kept.ticket_id, kept.reference) if name is not None}
