"""What waits in a group's dead letters, folded from the topic's records."""

from shared.runtime.dead_letters import Place
from shared.runtime.parked import Parked, Waiting, subject_of

TOPIC = "ticket.events"


def letter(place: int) -> dict[str, str]:
    return {"dl_topic": TOPIC, "dl_partition": "3", "dl_offset": str(place), "dl_reason": "some"}


def waiting(at: int, place: int, key: str = "a") -> Waiting:
    return Waiting(at, (TOPIC, key), Place(TOPIC, 3, place))


def folded(*records: tuple[dict[str, str], bytes | None]) -> Parked:
    parked = Parked()
    for offset, (said, key) in enumerate(records):
        parked.apply(offset, said, key)
    return parked


def test_letters_wait_by_subject_in_their_order() -> None:
    parked = folded((letter(7), b"a"), (letter(8), b"b"), (letter(9), b"a"))
    assert parked.behind((TOPIC, "a")) == [waiting(0, 7), waiting(2, 9)]
    assert parked.behind((TOPIC, "b")) == [waiting(1, 8, "b")]
    assert parked.behind(("agent.events", "a")) == []
    assert parked.offsets(TOPIC, 3) == {7, 8, 9}
    assert parked.offsets(TOPIC, 2) == frozenset()


def test_what_is_settled_waits_no_more() -> None:
    parked = folded((letter(7), b"a"), (letter(9), b"a"), ({"dl_settles": "0-0", "dl_action": "redriven"}, b"a"))
    assert parked.behind((TOPIC, "a")) == [waiting(1, 9)]


def test_a_record_that_is_read_twice_counts_once() -> None:
    parked = folded((letter(7), b"a"))
    parked.apply(0, letter(7), b"a")
    assert parked.behind((TOPIC, "a")) == [waiting(0, 7)]


def test_a_request_stands_until_it_is_granted_or_refused() -> None:
    asked = ({"dl_redrive": "0-0"}, b"a")
    assert folded((letter(7), b"a"), asked).asked(TOPIC) == [waiting(0, 7)]
    assert folded((letter(7), b"a"), asked).asked("agent.events") == []
    refused = ({"dl_refused": "0-0", "dl_reason": "still so"}, b"a")
    assert folded((letter(7), b"a"), asked, refused).asked(TOPIC) == []
    assert folded((letter(7), b"a"), asked, refused, asked).asked(TOPIC) == [waiting(0, 7)]
    assert folded((letter(7), b"a"), asked, ({"dl_settles": "0-0"}, b"a")).asked(TOPIC) == []


def test_a_request_for_what_does_not_wait_is_passed_over() -> None:
    assert folded(({"dl_redrive": "0-9"}, b"a")).asked(TOPIC) == []


def test_nothing_waits_behind_a_record_without_a_key() -> None:
    first, second = Place(TOPIC, 3, 7), Place(TOPIC, 3, 8)
    assert subject_of(first, None) != subject_of(second, None)
    assert subject_of(first, b"a") == subject_of(second, b"a")
