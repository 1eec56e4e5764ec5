"""A group that sends commands says where it stands, or stops: it never guesses."""

import pytest
from confluent_kafka.admin import AdminClient

from services.ops.groups import started
from services.ops.trouble import Trouble
from shared.runtime.groups import At, committed, ends, provision, write
from shared.runtime.settings import Settings
from shared.runtime.topics import TopicSpec, create_topics
from tests.integration.runtime.conftest import TOPIC, Group, Things


def forget(settings: Settings, group: Group) -> None:
    """As an operator's slip does, or a group that was away for longer than its offsets are kept."""
    client = AdminClient({"bootstrap.servers": settings.kafka_bootstrap_servers})
    (deleted,) = client.delete_consumer_groups([group.settings.group(group.name)]).values()
    deleted.result()


def stopped_with(group: Group) -> str:
    worker = group.begin()
    assert worker.process.wait(30) == 1
    return worker.log.read_text().splitlines()[-1]


def missing(settings: Settings, group: Group, partition: int) -> str:
    return (
        f"the worker stops: the group {group.name} has no committed offset in "
        f"{settings.topic(TOPIC)}/{partition}, and would have to guess what it has sent: say where it begins by "
        "`casefold groups start "
        f"{group.name} --at beginning|end` after you have looked at what it may have missed"
    )


def test_offsets_that_were_deleted_stop_it_and_nothing_is_handled(
    quick: Settings, things: Things, group: Group
) -> None:
    # given a group that has been at work
    things.happen(*((f"k{n}", f"thing {n}") for n in range(20)))
    worker = group.join()
    group.await_values([f"thing {n}" for n in range(20)])
    assert worker.stop() == 0
    handled = group.values()
    # when its offsets are gone
    forget(quick, group)
    things.happen(*((f"k{n}", f"more {n}") for n in range(20)))
    # then it stops, with one sentence, and has done nothing
    assert stopped_with(group) == missing(quick, group, 0)
    assert group.values() == handled
    # also when the stack is started once more, which provides new groups only
    assert provision(quick, group.name, [TOPIC]) == 0
    assert stopped_with(group) == missing(quick, group, 0)
    assert group.values() == handled
    # when a person says that it goes on at the end
    assert len(started(quick, group.name, [TOPIC], At.END)) == quick.partitions
    group.join()
    things.happen(("a", "last"))
    group.await_values(["last"])
    assert group.values() == [*handled, "last"]


def test_a_person_may_let_it_begin_at_the_beginning(quick: Settings, things: Things, group: Group) -> None:
    things.happen(("a", "thing 1"), ("a", "thing 2"))
    forget(quick, group)
    assert sorted(started(quick, group.name, [TOPIC], At.BEGINNING)) == [
        f"{quick.topic(TOPIC)}/{partition}: begins at 0." for partition in range(quick.partitions)
    ]
    group.join()
    group.await_values(["thing 1", "thing 2"])
    things.happen(("a", "thing 3"))
    group.await_values(["thing 3"])


def test_where_it_stands_it_is_left_alone(quick: Settings, things: Things, group: Group) -> None:
    things.happen(("a", "thing 1"))
    worker = group.join()
    group.await_values(["thing 1"])
    create_topics(quick, [TopicSpec("others")])
    with pytest.raises(Trouble, match=r"the group was not started: .*; does its worker still run"):
        started(quick, group.name, [TOPIC, "others"], At.END)
    assert worker.stop() == 0
    stands = committed(quick, group.name, [TOPIC])
    assert started(quick, group.name, [TOPIC], At.END) == [
        f"The group {group.name} stands in every partition; nothing was changed."
    ]
    assert committed(quick, group.name, [TOPIC]) == stands


def test_an_offset_that_is_not_in_the_log_stops_it(quick: Settings, things: Things, group: Group) -> None:
    things.happen(*((f"k{n}", f"thing {n}") for n in range(20)))
    beyond = {place: end + 100 for place, end in ends(quick, [TOPIC], At.END).items()}
    write(quick, group.name, beyond)
    place, offset = min(beyond.items())
    assert stopped_with(group).startswith(
        f"the worker stops: the group {group.name} stands at {offset} in {place[0]}/{place[1]}, which holds 0 to "
        f"{offset - 100}: say where it goes on by `casefold groups start"
    )
    assert group.values() == []


def test_a_topic_that_already_has_records_is_not_provided_for(quick: Settings, things: Things) -> None:
    things.happen(("a", "thing 1"))
    assert provision(quick, "newcomer.v1", [TOPIC]) == quick.partitions - 1
    found = committed(quick, "newcomer.v1", [TOPIC])
    written = {place for place, end in ends(quick, [TOPIC], At.END).items() if end > 0}
    assert {place for place, offset in found.items() if offset is None} == written
