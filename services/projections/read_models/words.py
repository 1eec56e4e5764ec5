"""Words of a text as the search knows them: the same for what is stored and for what is asked."""

import re
import unicodedata

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(f"[{_CJK}]|[^\\W_{_CJK}]{{1,64}}")
_TEXT = 50_000


def words(text: str) -> set[str]:
    """Letters and digits in lower case without accents; Chinese, Japanese and Korean signs one by one.

    A longer word counts as several of 64 signs, and of a text the first 50,000 signs count: a tsvector holds at
    most 1 MiB.
    """
    return set(_WORD.findall(_folded(text[:_TEXT])))


def ordered_words(text: str) -> list[str]:
    """As `words`, in the text's order, for a query."""
    found: list[str] = _WORD.findall(_folded(text[:_TEXT]))
    return found


def _folded(text: str) -> str:
    folded = text.casefold()
    if folded.isascii():
        return folded
    parted = unicodedata.normalize("NFKD", folded)
    return unicodedata.normalize("NFC", "".join(sign for sign in parted if not unicodedata.combining(sign)))
