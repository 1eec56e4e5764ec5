"""Tickets find their agents on real servers: given, queued, given again, told of tags, across restarts."""

import subprocess
import sys
from dataclasses import replace
from uuid import UUID, uuid4

from confluent_kafka.admin import AdminClient

from services.router.domain.checkpoint import Gathering
from services.router.group import GROUP
from shared.events.agent import AgentStatus
from shared.events.directory_records import Category, KeywordRule, RequiredSkill
from shared.events.envelope import Event
from shared.events.routing import ROUTING_REQUESTS, CheckpointPart
from shared.events.routing_values import QueueReason
from shared.events.ticket_changes import TicketTagged
from shared.events.ticket_commands import ResolveTicket
from shared.events.ticket_events import TicketAssigned, TicketEventData, TicketQueued
from shared.events.wire import decode_event
from shared.runtime.settings import Settings
from tests.integration.router.conftest import SERVICES, beating, hire, online, person, save
from tests.processing import OPEN, RITA, agent_events, environment, events, eventually, read_all, send, wish
from tests.suite import running

NOBODY = QueueReason.NOBODY_AVAILABLE


def of(settings: Settings, ticket: UUID) -> list[TicketEventData]:
    return [event.data for event in events(settings) if event.subject == str(ticket)]


def given(settings: Settings, ticket: UUID) -> list[TicketAssigned]:
    return [one for one in of(settings, ticket) if isinstance(one, TicketAssigned)]


def queued(settings: Settings, ticket: UUID) -> list[TicketQueued]:
    return [one for one in of(settings, ticket) if isinstance(one, TicketQueued)]


def at_work(settings: Settings, *names: str) -> None:
    """After `hire`: the limits are known, and they say that they are online."""
    eventually(lambda: {event.subject for event in agent_events(settings)} >= set(names))
    online(settings, *names)


def requests(settings: Settings) -> list[Event[object]]:
    return [
        decode_event(ROUTING_REQUESTS, message.headers(), message.value())  # type: ignore[arg-type] # headers are a list here
        for message in read_all(settings, "routing.requests")
    ]


def knows(settings: Settings, *subjects: str) -> None:
    """The router has been told of all of these."""
    eventually(lambda: {request.subject for request in requests(settings)} >= set(subjects), 60)


def test_a_ticket_goes_to_the_best_who_is_there_and_says_why(desk: Settings) -> None:
    ticket = uuid4()
    with running(desk, SERVICES), beating(desk, "ada", "ben"):
        hire(desk, ada=person(skills={"printer": 3}), ben=person(skills={"printer": 5}), cem=person())
        save(desk, ("categories/printer", Category("support", (RequiredSkill("printer"),))))
        at_work(desk, "ada", "ben", "cem")
        knows(desk, "categories/printer", "presence/ada", "presence/ben", "cem")
        send(desk, [wish(replace(OPEN, category="printer"), ticket, RITA)])
        (assigned,) = eventually(lambda: given(desk, ticket))
    assert assigned.assignee_id == "ben"
    assert assigned.explanation is not None
    assert [one.agent_id for one in assigned.explanation.candidates] == ["ben", "ada"]
    assert assigned.explanation.required == ("printer",)


def test_who_waits_is_given_to_whoever_comes(desk: Settings) -> None:
    ticket = uuid4()
    with running(desk, SERVICES), beating(desk, "ada"):
        hire(desk, ada=person(max_load=1))
        send(desk, [wish(OPEN, ticket, RITA)])
        eventually(lambda: queued(desk, ticket)[-1:] and queued(desk, ticket)[-1].reason is NOBODY)
        at_work(desk, "ada")
        eventually(lambda: given(desk, ticket))
        second = uuid4()
        send(desk, [wish(OPEN, second, RITA)])
        eventually(lambda: [one.reason for one in queued(desk, second)] == [QueueReason.EVERYBODY_FULL])
        send(desk, [wish(ResolveTicket(), ticket)])
        assert eventually(lambda: given(desk, second))[0].assignee_id == "ada"


def test_words_bring_tags_and_tags_bring_skills(desk: Settings) -> None:
    ticket = uuid4()
    with running(desk, SERVICES), beating(desk, "ada", "ben"):
        hire(desk, ada=person(), ben=person(skills={"printer": 1}))
        save(desk, ("rules/printer", KeywordRule(("printer ON  fire", "smoke"), ("printer",))))
        at_work(desk, "ada", "ben")
        knows(desk, "presence/ada", "presence/ben")
        send(desk, [wish(OPEN, ticket, RITA)])
        assert eventually(lambda: given(desk, ticket))[0].assignee_id == "ben"
        eventually(lambda: TicketTagged(("printer",)) in of(desk, ticket))


def test_killed_and_started_again_it_goes_on_where_it_was(desk: Settings) -> None:
    tickets = [uuid4() for _ in range(6)]
    with running(desk, SERVICES[:1]), beating(desk, "ada"):
        with running(desk, SERVICES[1:]):
            hire(desk, ada=person(max_load=3))
            at_work(desk, "ada")
            knows(desk, "presence/ada")
            send(desk, [wish(OPEN, ticket, RITA) for ticket in tickets[:4]])
            eventually(lambda: sum(bool(given(desk, ticket)) for ticket in tickets) == 3)
            eventually(lambda: sum(bool(queued(desk, ticket)) for ticket in tickets) == 1)
        send(desk, [wish(OPEN, ticket, RITA) for ticket in tickets[4:]])
        solved = next(ticket for ticket in tickets if given(desk, ticket))
        send(desk, [wish(ResolveTicket(), solved)])
        with running(desk, SERVICES[1:]):
            eventually(lambda: sum(bool(given(desk, ticket)) for ticket in tickets) == 4)
            eventually(lambda: sum(bool(queued(desk, ticket)) for ticket in tickets) >= 2)
    assert sorted(len(given(desk, ticket)) for ticket in tickets) == [0, 0, 1, 1, 1, 1]


def test_without_offsets_it_stops_says_so_and_sends_nothing(desk: Settings) -> None:
    with running(desk, SERVICES[:1]):
        send(desk, [wish(OPEN, uuid4(), RITA)])
        eventually(lambda: len(events(desk)) == 1)
        client = AdminClient({"bootstrap.servers": desk.kafka_bootstrap_servers})
        for future in client.delete_consumer_groups([desk.group(GROUP)]).values():
            future.result()
        done = subprocess.run(
            [sys.executable, "-m", "services.router"],
            env=environment(desk),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "the router stops: the group router.v1 has no committed offset" in done.stderr
    assert "casefold groups start router.v1 --at beginning|end" in done.stderr
    assert read_all(desk, "routing.requests") == []


def test_nothing_personal_is_on_the_log_of_requests(desk: Settings) -> None:
    ticket = uuid4()
    with running(desk, SERVICES), beating(desk, "ada"):
        hire(desk, ada=person())
        at_work(desk, "ada")
        send(desk, [wish(OPEN, ticket, RITA)])
        eventually(lambda: given(desk, ticket))
        online(desk, "ada", status=AgentStatus.OFFLINE)
        eventually(lambda: agent_events(desk)[-1])
    text = b"".join(message.value() or b"" for message in read_all(desk, "routing.requests"))
    assert b"Printer on fire" not in text
    assert b"Somebody" not in text
    gathering = Gathering()
    for one in requests(desk):
        if isinstance(one.data, CheckpointPart):
            gathering.add(one.data)
    assert gathering.whole is None
