"""Who is told what, in which order, and how one who comes back is told the rest."""

from uuid import UUID, uuid4

import pytest

from services.intake.api import notices as module
from services.intake.api.notices import Notice, Notices, TooManyListeners
from services.intake.api.stream_position import BadStreamPosition, StreamPosition

TOPIC = UUID(int=7)


def notice(offset: int, agent: str = "ada", partition: int = 0) -> Notice:
    return Notice(agent, "assigned", f'{{"ticket_id":"{partition}-{offset}"}}', partition, offset)


def noted(*happened: Notice, start: tuple[int, int] = (0, 0), most: int = 10) -> Notices:
    notices = Notices(TOPIC, start, most)
    for one in happened:
        notices.note([one], one.partition, one.offset + 1)
    return notices


def at(*offsets: int, topic: UUID = TOPIC) -> str:
    return str(StreamPosition(topic, offsets))


def brought(listener: module.Listener) -> list[tuple[Notice, str]]:
    return [
        (found, str(position))
        for found, position in (listener.waiting.get_nowait() for _ in range(listener.waiting.qsize()))
    ]


def test_a_listener_is_told_of_their_own_from_now_on() -> None:
    notices = noted(notice(0))
    ada = notices.listen("ada", None)
    for one in (notice(1), notice(2, "ben"), notice(5, partition=1)):
        notices.note([one], one.partition, one.offset + 1)
    assert (ada.missed, ada.reset) == ((), False)
    assert brought(ada) == [(notice(1), at(2, 0)), (notice(5, partition=1), at(3, 6))]


def test_all_listeners_of_an_agent_are_told() -> None:
    notices = noted()
    listeners = [notices.listen("ada", None) for _ in range(2)]
    notices.note([notice(0)], 0, 1)
    assert [brought(listener) for listener in listeners] == [[(notice(0), at(1, 0))]] * 2
    notices.leave(listeners[0])
    notices.note([notice(1)], 0, 2)
    assert [brought(listener) for listener in listeners] == [[], [(notice(1), at(2, 0))]]


def test_one_who_comes_back_is_told_what_they_missed() -> None:
    notices = noted(notice(0), notice(1), notice(2, "ben"), notice(3), notice(4, partition=1))
    ada = notices.listen("ada", at(1, 0))
    assert (ada.missed, ada.reset) == ([notice(1), notice(3), notice(4, partition=1)], False)
    # and where they stand after each: never past what they were not told
    positions = [str(notices.position_after(ada, missed)) for missed in ada.missed]
    assert positions == [at(2, 0), at(4, 0), at(4, 5)]
    assert str(notices.position_of(ada)) == at(4, 5)


def test_one_who_was_told_more_elsewhere_is_not_told_it_again() -> None:
    notices = noted(notice(0))
    ada = notices.listen("ada", at(3, 0))
    for offset in (1, 2, 3):
        notices.note([notice(offset)], 0, offset + 1)
    assert brought(ada) == [(notice(3), at(4, 0))]
    assert str(notices.position_of(notices.listen("ada", at(9, 9)))) == at(9, 9)


@pytest.mark.parametrize(
    "last_seen",
    ["", "nonsense", "é", at(4, 8), at(5), at(5, 8, 0), at(5, 8, topic=uuid4())],
    ids=["empty", "nonsense", "not ascii", "too old", "too few", "too many", "another topic"],
)
def test_what_is_not_remembered_is_a_reset(last_seen: str) -> None:
    ada = noted(start=(5, 8)).listen("ada", last_seen)
    assert (ada.missed, ada.reset) == ((), True)


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    notices = noted(notice(0), notice(1, partition=1), notice(2), notice(3, "ben"), notice(4))
    assert notices.listen("ada", at(0, 2)).reset
    assert notices.listen("ada", at(1, 1)).reset
    assert notices.listen("ada", at(1, 2)).missed == [notice(2), notice(4)]


def test_a_listener_that_does_not_read_is_cut_off() -> None:
    notices = noted()
    ada, other = notices.listen("ada", None), notices.listen("ada", None)
    for offset in range(101):
        if offset:
            brought(other)
        notices.note([notice(offset)], 0, offset + 1)
    assert (ada.cut.is_set(), other.cut.is_set()) == (True, False)
    assert ada.waiting.qsize() == 100


def test_of_too_many_streams_of_one_agent_the_oldest_is_cut_off() -> None:
    notices = noted(most=100)
    listeners = [notices.listen("ada", None) for _ in range(11)]
    assert [listener.cut.is_set() for listener in listeners] == [True, *[False] * 10]


def test_a_process_serves_so_many_streams_and_no_more() -> None:
    notices = noted(most=2)
    first = notices.listen("ada", None)
    notices.listen("ben", None)
    with pytest.raises(TooManyListeners):
        notices.listen("cyd", None)
    notices.leave(first)
    notices.listen("cyd", None)


@pytest.mark.parametrize("offsets", [(), (0,), (127, 128, 16384), (2**62, 0, 1)])
def test_a_position_is_read_back(offsets: tuple[int, ...]) -> None:
    position = StreamPosition(TOPIC, offsets)
    assert StreamPosition.parse(str(position)) == position


@pytest.mark.parametrize("text", ["", "AAAA", at(300)[:-1], at(5) + "!", at(5) + " "])
def test_what_is_no_position(text: str) -> None:
    with pytest.raises(BadStreamPosition):
        StreamPosition.parse(text)
