"""Faults that records of several kinds can have: a sentence for each."""

from collections.abc import Collection, Iterator

MAX_TAG = 50
MAX_NAME = 255

Faults = Iterator[str]


def name_faults(name: str) -> Faults:
    if not 0 < len(name.strip()) <= len(name) <= MAX_NAME or not name.isprintable():
        yield f"name: it is 1 to {MAX_NAME} characters in one line"


def tag_faults(place: str, tags: Collection[str]) -> Faults:
    for tag in tags:
        if not 0 < len(tag) <= MAX_TAG or tag.strip() != tag or not tag.isprintable():
            yield f"{place}: {tag!r} is no tag of 1 to {MAX_TAG} characters without space around it"


def several_faults(place: str, values: Collection[object], most: int, *, least: int = 0) -> Faults:
    if not least <= len(values) <= most:
        yield f"{place}: there are {least} to {most} of them, not {len(values)}"
    if len(set(values)) < len(values):
        yield f"{place}: one is named twice"


def within(place: str, value: int, least: int, most: int) -> Faults:
    if not least <= value <= most:
        yield f"{place}: it is {least} to {most}, not {value}"
