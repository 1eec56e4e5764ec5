"""A worked example of upcasting: a rating whose scale and field names changed twice."""

from dataclasses import dataclass

import pytest

from shared.events.catalogue import Catalogue, Undecodable
from shared.events.upcasters import Json, Upcasters


@dataclass(frozen=True, slots=True)
class Rated:
    """The shape of today: version 3."""

    score: int
    best: int


def _to_v2(old: Json) -> Json:
    """Version 1 had `stars`, of five."""
    return {"score": old["stars"]}


def _to_v3(old: Json) -> Json:
    """Version 2 did not say what the best score is."""
    return {**old, "best": 5}


RATINGS: Catalogue[Rated] = Catalogue(
    {"example.rated.v3": Rated},
    Upcasters(
        {"example.rated.v1": ("example.rated.v2", _to_v2), "example.rated.v2": ("example.rated.v3", _to_v3)}
    ),
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("example.rated.v1", b'{"stars": 4}'),
        ("example.rated.v2", b'{"score": 4}'),
        ("example.rated.v3", b'{"score": 4, "best": 5}'),
    ],
)
def test_every_version_reads_as_todays(name: str, value: bytes) -> None:
    assert RATINGS.decode(name, value) == Rated(4, 5)


@pytest.mark.parametrize(("name", "value"), [("example.rated.v4", b"{}"), ("example.rated.v3", b'{"score": "x"}')])
def test_what_does_not_keep_the_contract_is_undecodable(name: str, value: bytes) -> None:
    with pytest.raises(Undecodable, match=name):
        RATINGS.decode(name, value)


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b"4", b"{}", b'{"stars": "many"}'])
def test_a_retired_version_that_cannot_be_read_is_undecodable_under_its_own_name(value: bytes) -> None:
    with pytest.raises(Undecodable, match=r"^the value does not fit example\.rated\.v1: "):
        RATINGS.decode("example.rated.v1", value)
