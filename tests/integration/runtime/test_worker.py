"""A worker on real topics: what it is given, what it commits, and what becomes of it when it is killed."""

import signal
import time
from collections import Counter

from shared.runtime.groups import committed
from shared.runtime.settings import Settings
from tests.integration.runtime.conftest import TOPIC, Group, Things
from tests.processing import eventually, read_all


def all_committed(settings: Settings, group: Group) -> bool:
    """Whether the offset after the last record is committed in every partition."""
    after = dict.fromkeys(range(settings.partitions), 0)
    for record in read_all(settings, TOPIC):
        after[record.partition() or 0] = (record.offset() or 0) + 1
    return {p: offset for (_, p), offset in committed(settings, group.name, [TOPIC]).items()} == after


def test_aborted_records_are_not_delivered_and_markers_hold_nothing_up(
    quick: Settings, things: Things, group: Group
) -> None:
    # given transactions of several records each, every third of them aborted
    kept = []
    for number in range(30):
        values = [f"thing {number}-{key}" for key in range(5)]
        things.happen(*((f"k{value[-1]}", value) for value in values), aborted=number % 3 == 2)
        kept += values if number % 3 != 2 else []
    # when a worker reads them
    worker = group.join()
    group.await_values(kept)
    eventually(lambda: all_committed(quick, group))
    # then it goes on behind them after a restart, and each was handled once
    assert worker.stop() == 0
    things.happen(("k1", "aborted"), aborted=True)
    things.happen(("k1", "thing 31"), ("k2", "thing 32"))
    worker = group.join()
    group.await_values(["thing 31", "thing 32"])
    assert worker.stop() == 0
    assert Counter(group.values()) == Counter([*kept, "thing 31", "thing 32"])
    assert all_committed(quick, group)


def test_every_partition_is_handled_in_order(things: Things, group: Group) -> None:
    for number in range(20):
        things.happen(*((f"k{key}", f"thing {number} {key}") for key in range(50)))
    group.join()
    group.await_values([f"thing {number} {key}" for number in range(20) for key in range(50)])
    for partition in range(4):
        offsets = [offset for _, of, offset, _ in group.notes("handled") if of == partition]
        assert offsets == sorted(set(offsets))


def test_what_was_begun_when_it_was_killed_is_handled_again(things: Things, group: Group) -> None:
    things.happen(("a", "thing 1"), ("a", "slow 2"), ("a", "thing 3"))
    worker = group.join()
    group.await_values(["slow 2"], "began")
    worker.kill()
    assert group.values() == ["thing 1"]
    group.join()
    group.await_values(["thing 1", "slow 2", "thing 3"])
    assert group.values()[-2:] == ["slow 2", "thing 3"]


def test_partitions_that_move_lose_nothing(quick: Settings, things: Things, group: Group) -> None:
    # given a stream of things that does not stop while members come, go, and are killed
    wanted: list[str] = []

    def go_on(for_s: float) -> None:
        ends = time.monotonic() + for_s
        while time.monotonic() < ends:
            values = [f"thing {len(wanted) + n}" for n in range(10)]
            things.happen(*((f"k{int(value.split()[1]) % 37}", value) for value in values))
            wanted.extend(values)
            time.sleep(0.02)

    first = group.join()
    go_on(1)
    second = group.join()
    go_on(3)
    assert first.stop() == 0
    go_on(3)
    third = group.join()
    go_on(3)
    second.kill()
    go_on(1)
    # then every one of them was handled, by whomever
    group.await_values(wanted)
    eventually(lambda: all_committed(quick, group))
    assert third.stop() == 0
    # and only what was in hand when a member was killed may have been handled twice
    killed_with = [value for value, times in Counter(group.values()).items() if times > 1]
    assert len(killed_with) < len(wanted) / 5


def test_a_member_that_hung_past_its_session_loses_nothing(quick: Settings, things: Things, group: Group) -> None:
    first = group.join()
    things.happen(*((f"k{n}", f"thing {n}") for n in range(20)))
    group.await_values([f"thing {n}" for n in range(20)])
    # when it hangs for longer than its session, and another takes its partitions over
    first.process.send_signal(signal.SIGSTOP)
    things.happen(*((f"k{n}", f"more {n}") for n in range(20)))
    second = group.join()
    group.await_values([f"more {n}" for n in range(20)])
    # and then goes on
    first.process.send_signal(signal.SIGCONT)
    for number in range(20):
        things.happen(*((f"k{n}", f"last {number}-{n}") for n in range(20)))
        time.sleep(0.1)
    group.await_values([f"last {number}-{n}" for number in range(20) for n in range(20)])
    assert [first.stop(), second.stop()] == [0, 0]
    assert all_committed(quick, group)


def test_it_is_restored_before_it_is_given_anything(things: Things, group: Group) -> None:
    things.happen(("a", "thing 1"), ("a", "thing 2"))
    worker = group.join()
    group.await_values(["thing 2"])
    worker.stop()
    things.happen(("a", "thing 3"))
    group.join()
    group.await_values(["thing 3"])
    kinds = [(kind, offset) for kind, partition, offset, _ in group.notes("restored", "handled") if offset]
    (_, _, offset, _) = group.notes("handled")[-1]
    assert kinds[-2:] == [("restored", offset - 1), ("handled", offset)]
