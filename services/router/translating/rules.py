"""Keyword rules: the tags that a new ticket's words bring."""

import re
from collections.abc import Iterable
from functools import lru_cache

from shared.events.directory_records import KeywordRule, Where


def tags_of(rules: Iterable[KeywordRule], subject: str, description: str) -> tuple[str, ...]:
    """Each tag once, in the order of the rules. A word is matched whole, whatever its case; so is a phrase."""
    found: dict[str, None] = {}
    for rule in rules:
        text = _searched(rule, subject, description)
        if rule.active and any(_phrase(words).search(text) for words in rule.words):
            found.update(dict.fromkeys(rule.tags))
    return tuple(found)


def _searched(rule: KeywordRule, subject: str, description: str) -> str:
    match rule.where:
        case Where.SUBJECT:
            return subject.casefold()
        case Where.DESCRIPTION:
            return description.casefold()
        case Where.EITHER:
            return f"{subject}\n{description}".casefold()


@lru_cache(maxsize=4096)
def _phrase(words: str) -> re.Pattern[str]:
    """Between the words of a phrase, any white space."""
    whole = r"\s+".join(re.escape(word) for word in words.casefold().split())
    return re.compile(rf"(?<!\w){whole}(?!\w)")
