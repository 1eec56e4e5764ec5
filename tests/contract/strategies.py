"""Values as the contract allows them: any Unicode, any line ending, no NUL, which PostgreSQL cannot keep."""

from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st

from shared.events.envelope import Actor, ActorKind, Expected, Origin
from shared.events.personal import Plain, Sealed

ValueT = TypeVar("ValueT")

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40) | st.sampled_from(
    ["a\r\nb", "a\rb", "\n", "\u2028", "\u0085", "\ufeffx", "é", "é", "👩‍🚒", "\u202eتذكرة"]
)
TIMES = st.datetimes(timezones=st.just(UTC))
ACTORS = st.builds(Actor, st.sampled_from(ActorKind), TEXT)
ORIGINS = st.sampled_from(Origin)
EXPECTED = st.builds(Expected, *[st.none() | st.integers(0, 2**31)] * 3)

st.register_type_strategy(Plain, st.builds(Plain, TEXT))
st.register_type_strategy(Sealed, st.builds(Sealed, st.uuids(), st.just("bm9uY2U"), st.just("dGV4dA")))
st.register_type_strategy(datetime, TIMES)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(str, TEXT)


def of(wanted: type[ValueT]) -> st.SearchStrategy[ValueT]:
    """Any value of a type of the contract."""
    return st.from_type(wanted)
