"""What is different between two directories, in lines for a person: added, changed field by field, removed."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from services.intake.api.directory_bodies import AnyBody
from services.ops.terminal import printable

_NOTHING = object()


def difference(
    present: Mapping[str, AnyBody], wanted: Mapping[str, AnyBody], removed: Collection[str]
) -> Iterator[str]:
    """Values are JSON; what a new record has by default is left out."""
    for key, body in wanted.items():
        before = present.get(key)
        if before is None:
            yield f"+ {key}"
            fresh = body.model_dump(mode="json", exclude_defaults=True)
            yield from (f"    {name}: {_said(value)}" for name, value in _flat(fresh))
        elif before != body:
            yield f"~ {key}"
            yield from _changes(before, body)
    for key in removed:
        yield f"- {key}"


def _changes(before: AnyBody, after: AnyBody) -> Iterator[str]:
    old, new = (dict(_flat(body.model_dump(mode="json"))) for body in (before, after))
    for name in dict.fromkeys((*old, *new)):
        was, will_be = old.get(name, _NOTHING), new.get(name, _NOTHING)
        if was != will_be:
            yield f"    {name}: {_said(was)} -> {_said(will_be)}"


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Skills and weights one by one, all else as it is."""
    for name, value in values.items():
        if name in ("skills", "weights") and isinstance(value, dict):
            yield from ((f"{name}.{each}", value[each]) for each in sorted(value))
        else:
            yield name, value


def _said(value: object) -> str:
    return "nothing" if value is _NOTHING or value is None else printable(json.dumps(value, ensure_ascii=False))
