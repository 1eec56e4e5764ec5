"""The processor on a real broker: decided once, restored, poison set aside."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from shutil import rmtree
from uuid import UUID, uuid4

from confluent_kafka import Producer

from shared.events.outcomes import Accepted, Refused
from shared.events.personal import Plain
from shared.events.ticket_commands import (
    TICKET_COMMANDS,
    AddNote,
    AssignTicket,
    ClaimTicket,
    CloseTicket,
    ReplyAsRequester,
    ReplyToRequester,
    ResolveTicket,
)
from shared.events.ticket_events import TicketOpened
from shared.events.ticket_values import CloseReason, Message
from shared.events.wire import command_headers
from shared.runtime.partition import partition_of
from shared.runtime.settings import Settings
from tests.processing import (
    BEN,
    OPEN,
    RITA,
    environment,
    events,
    eventually,
    outcomes,
    processor,
    read_all,
    send,
    wish,
)

TICKET = UUID("0189d3f4-0000-7000-8000-000000000001")
SAID = Message(Plain("Have you tried water?"))


def test_a_ticket_is_opened_worked_and_resolved(settings: Settings, tmp_path: Path) -> None:
    wishes = [
        wish(OPEN, TICKET, RITA),
        wish(AssignTicket("ada", reservation=uuid4()), TICKET),
        wish(ReplyToRequester(SAID), TICKET),
        wish(ResolveTicket(), TICKET),
    ]
    with processor(settings, tmp_path) as running:
        send(settings, wishes)
        eventually(lambda: len(events(settings)) == len(wishes))
        assert running.stop() == 0
    assert [(event.version, event.command_id) for event in events(settings)] == [
        (number, command.id) for number, command in enumerate(wishes, 1)
    ]
    opened = events(settings)[0].data
    assert isinstance(opened, TicketOpened)
    assert [outcome.result for outcome in outcomes(settings)] == [
        Accepted(version, conversation, reference=opened.reference)
        for version, conversation in ((1, 1), (2, 1), (3, 2), (4, 3))
    ]


def test_a_repeated_command_has_its_first_outcome_across_restarts(settings: Settings, tmp_path: Path) -> None:
    opening, note = wish(OPEN, TICKET, RITA), wish(AddNote(SAID), TICKET)
    with processor(settings, tmp_path) as running:
        send(settings, [opening, note, *[note] * 49])
        eventually(lambda: len(outcomes(settings)) == 51)
        running.kill()
    rmtree(settings.home / "checkpoints")
    with processor(settings, tmp_path):
        send(settings, [note] * 50)
        eventually(lambda: len(outcomes(settings)) == 101)
    assert [event.version for event in events(settings)] == [1, 2]
    results = [outcome.result for outcome in outcomes(settings) if outcome.command_id == note.id]
    assert Counter((r.version, r.repeated) for r in results if isinstance(r, Accepted)) == {
        (2, False): 1,
        (2, True): 99,
    }


def test_a_second_claim_is_refused(settings: Settings, tmp_path: Path) -> None:
    first, second = wish(ClaimTicket(uuid4()), TICKET), wish(ClaimTicket(uuid4()), TICKET, BEN)
    with processor(settings, tmp_path):
        send(settings, [wish(OPEN, TICKET, RITA), first, second])
        eventually(lambda: len(outcomes(settings)) == 3)
    refused = outcomes(settings)[2].result
    assert isinstance(refused, Refused)
    assert refused.code == "already_claimed"
    assert len(events(settings)) == 2


def test_a_message_to_a_closed_ticket_opens_its_follow_up(settings: Settings, tmp_path: Path) -> None:

    with processor(settings, tmp_path):
        send(
            settings,
            [
                wish(OPEN, TICKET, RITA),
                wish(CloseTicket(CloseReason.SPAM), TICKET),
                wish(ReplyAsRequester(Message(Plain("It burns again."))), TICKET, RITA),
            ],
        )
        eventually(lambda: len(events(settings)) == 4)
    opened = [e for e in events(settings) if isinstance(e.data, TicketOpened) and e.subject != str(TICKET)]
    assert [
        (e.data.follows, e.data.description, e.version) for e in opened if isinstance(e.data, TicketOpened)
    ] == [(TICKET, Plain("It burns again."), 1)]


def test_poison_is_set_aside_and_the_next_command_served(settings: Settings, tmp_path: Path) -> None:
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap_servers, "partitioner": "murmur2_random"})
    foreign_id = uuid4()
    wrong = (partition_of(str(foreign_id).encode(), settings.partitions) + 1) % settings.partitions
    foreign = wish(OPEN, foreign_id, RITA)
    with processor(settings, tmp_path):
        producer.produce(
            settings.topic("ticket.commands"), b"no json", key=str(TICKET).encode(), headers={"ce_id": "x"}
        )
        producer.produce(
            settings.topic("ticket.commands"),
            TICKET_COMMANDS.encode(foreign.data),
            key=foreign.subject.encode(),
            partition=wrong,
            headers=command_headers(foreign, TICKET_COMMANDS.name_of(foreign.data), b"/tests"),  # type: ignore[arg-type] # as in processing.py
        )
        assert producer.flush(10) == 0
        send(settings, [wish(OPEN, TICKET, RITA)])
        eventually(lambda: len(events(settings)) == 1)
        letters = eventually(lambda: read_all(settings, "dead-letters.intake-processor.v1")[1:])
    assert letters
    reasons = {
        dict(m.headers() or [])["dl_reason"] for m in read_all(settings, "dead-letters.intake-processor.v1")
    }
    assert any(b"murmur2" in reason for reason in reasons if isinstance(reason, bytes))
    refused = [o.result for o in outcomes(settings) if o.command_id == foreign.id]
    assert [r.code for r in refused if isinstance(r, Refused)] == ["poison"]


def test_a_broken_file_of_custom_fields_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    fields = tmp_path / "fields.yaml"
    fields.write_text("- {name: building, type: choice}\n")
    ended = subprocess.run(
        [sys.executable, "-m", "services.intake", "processor"],
        env={**environment(settings), "CASEFOLD_FIELDS_FILE": str(fields)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"the processor stops: {fields}: ")
    assert len(ended.stderr.splitlines()) == 1
