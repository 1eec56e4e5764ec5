"""Records that cannot be handled: tried again, parked with what follows of the same subject, and redriven."""

import time
from pathlib import Path

import pytest

from services.ops.embedded.kafka import Kafka
from services.ops.letters import letters
from services.ops.redriving import NotRedriven, worker_again
from shared.runtime.groups import committed, provision
from shared.runtime.settings import Settings
from shared.runtime.topics import TopicSpec, create_topics
from tests.integration.runtime.conftest import TOPIC, Group, Things
from tests.processing import eventually


def reasons(group: Group) -> list[tuple[str, str, str | None]]:
    """Key, reason and what was done about it, of each dead letter."""
    found = letters(group.settings, group.name)
    return [((one.key or b"").decode(), one.says("dl_reason"), one.action) for one in found]


BUG = "ZeroDivisionError while the record was handled, 5 times"


def test_a_handler_that_raises_is_tried_again_and_then_its_subject_waits(things: Things, group: Group) -> None:
    # given a record that breaks the code, and others before, between and behind
    things.happen(("a", "thing 1"), ("a", "bug 2"), ("b", "thing 3"), ("a", "thing 4"), ("b", "thing 5"))
    worker = group.join()
    group.await_values(["thing 1", "thing 3", "thing 5"])
    eventually(lambda: len(reasons(group)) == 2)
    # then it was tried five times, and what follows of its subject waits, of no other
    assert group.values("failed") == ["bug 2"] * 5
    assert reasons(group) == [("a", BUG, None), ("a", "it waits behind 0-0", None)]
    # also over a restart
    assert worker.stop() == 0
    things.happen(("a", "thing 6"), ("b", "thing 7"))
    worker = group.join()
    group.await_values(["thing 7"])
    eventually(lambda: len(reasons(group)) == 3)
    assert group.values() == ["thing 1", "thing 3", "thing 5", "thing 7"]
    # and the handler is told, when it is restored, which records it never handled
    assert worker.stop() == 0
    group.join()
    parked = {offset for _, offset in places(group)}
    assert {value for value in group.values("restored") if value} >= {",".join(map(str, sorted(parked)))}


def places(group: Group) -> list[tuple[int, int]]:
    found = letters(group.settings, group.name)
    return [(int(one.says("dl_partition")), int(one.says("dl_offset"))) for one in found]


def test_what_breaks_the_contract_is_not_tried_again(things: Things, group: Group) -> None:
    things.happen(("a", "poison 1"), ("b", "thing 2"))
    group.join()
    group.await_values(["thing 2"])
    eventually(lambda: reasons(group) == [("a", "it says so itself", None)])
    assert group.values("failed") == ["poison 1"]


def test_a_redrive_handles_all_that_waits_in_order(things: Things, group: Group) -> None:
    things.happen(("a", "bug 1"), ("a", "thing 2"), ("a", "thing 3"))
    group.join()
    eventually(lambda: len(reasons(group)) == 3)
    (first, *_) = letters(group.settings, group.name)
    # when nothing is mended, it is refused again
    with pytest.raises(NotRedriven, match=f"{first.name} was refused again: {BUG}"):
        worker_again(group.settings, first)
    assert group.values() == []
    # when it is mended
    group.mended().touch()
    assert worker_again(group.settings, first) == f"{first.name}: handled, with 2 records that waited behind it."
    assert group.values() == ["bug 1", "thing 2", "thing 3"]
    assert [action for _, _, action in reasons(group)] == ["redriven"] * 3
    # then the subject is free
    things.happen(("a", "thing 4"))
    group.await_values(["thing 4"])


def test_a_redrive_that_was_asked_for_while_nobody_worked_is_done_by_the_next(
    things: Things, group: Group
) -> None:
    things.happen(("a", "bug 1"), ("a", "thing 2"))
    worker = group.join()
    eventually(lambda: len(reasons(group)) == 2)
    assert worker.stop() == 0
    group.mended().touch()
    (first, *_) = letters(group.settings, group.name)
    with pytest.raises(NotRedriven, match="was not taken up in 1 s: is its worker running"):
        worker_again(group.settings, first, patience_s=1)
    group.join()
    group.await_values(["bug 1", "thing 2"])


def test_a_server_that_is_gone_is_waited_for_and_no_partition_is_lost(
    quick: Settings, things: Things, group: Group
) -> None:
    group.down().touch()
    things.happen(("a", "server 1"), ("a", "thing 2"))
    worker = group.join()
    # when it is gone for longer than a session
    eventually(lambda: len(group.values("failed")) >= 6, 40)
    time.sleep(quick.session_timeout.total_seconds())
    group.down().unlink()
    group.await_values(["server 1", "thing 2"])
    # then the worker has joined its group once only, and nothing was parked
    assert len([note for note in group.notes("restored") if note[1] == 0]) == 1
    assert reasons(group) == []
    assert worker.stop() == 0


def test_it_stops_at_once_while_it_tries_again_and_the_record_is_the_next_ones(
    things: Things, group: Group
) -> None:
    group.down().touch()
    things.happen(("a", "server 1"))
    worker = group.join()
    eventually(lambda: len(group.values("failed")) >= 3)
    asked = time.monotonic()
    assert worker.stop() == 0
    assert time.monotonic() - asked < 3
    group.down().unlink()
    group.join()
    group.await_values(["server 1"])


def test_a_member_that_tries_again_does_not_hold_up_one_that_joins(things: Things, group: Group) -> None:
    group.down().touch()
    things.happen(*((f"k{n}", f"server {n}") for n in range(20)))
    first = group.join()
    eventually(lambda: group.values("failed"))
    begun = time.monotonic()
    second = group.join()
    assert time.monotonic() - begun < 8
    group.down().unlink()
    group.await_values([f"server {n}" for n in range(20)])
    assert [first.stop(), second.stop()] == [0, 0]


def test_more_than_a_stream_holds_is_given_up_and_delivered_to_the_next_in_order(
    things: Things, group: Group
) -> None:
    group.down().touch()
    wanted = [f"server {n}" for n in range(1_500)]
    things.happen(*(("a", value) for value in wanted))
    first = group.join()
    eventually(lambda: group.values("failed"))
    second = group.join()
    assert first.stop() == 0
    group.down().unlink()
    group.await_values(wanted)
    assert group.values() == wanted
    assert second.stop() == 0


def test_a_broker_that_restarts_is_waited_for(own_kafka: Kafka, tmp_path: Path, settings: Settings) -> None:
    mine = settings.model_copy(update={"kafka_bootstrap_servers": own_kafka.address, "topic_prefix": ""})
    create_topics(mine, [TopicSpec(TOPIC)])
    group = Group(mine, tmp_path)
    provision(mine, group.name, [TOPIC])
    things = Things(mine)
    things.happen(("a", "thing 1"), ("b", "bug 2"))
    worker = group.join()
    group.await_values(["thing 1"])
    own_kafka.kill()
    time.sleep(2)
    own_kafka.start()
    Things(mine).happen(("a", "thing 3"), ("b", "thing 4"), ("c", "thing 5"))
    group.await_values(["thing 3", "thing 5"])
    eventually(lambda: [key for key, _, _ in reasons(group)] == ["b", "b"])
    assert worker.stop() == 0
    assert sum(offset or 0 for offset in committed(mine, group.name, [TOPIC]).values()) >= 5
