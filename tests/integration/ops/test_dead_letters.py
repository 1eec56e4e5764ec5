"""Dead letters of both kinds, on real servers: listed, shown, redriven, and then no longer listed."""

from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from confluent_kafka import Producer

from services.ops.letters import letters
from shared.events.ticket_commands import TICKET_COMMANDS, TicketCommandData
from shared.events.ticket_events import TICKET_EVENTS
from shared.events.wire import command_headers, event_headers
from shared.runtime.dead_letters import DeadLetter
from shared.runtime.partition import PARTITIONER, partition_of
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics, dead_letters
from tests.casefold import casefold
from tests.faults.scene import projector
from tests.processing import OPEN, RITA, events, eventually, processor, read_all, wish
from tests.projecting import NOTED, life

COMMANDS, EVENTS = "intake-processor.v1", "projector.v1"


def produce(settings: Settings, record: DeadLetter, partition: int = -1) -> None:
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap_servers, "partitioner": PARTITIONER})
    producer.produce(
        settings.topic(record.topic), record.value, record.key, partition, headers=dict(record.headers)
    )
    assert producer.flush(10) == 0


def misplaced(settings: Settings, data: TicketCommandData) -> UUID:
    """A command on another partition than its key's, as a producer with another partitioner sends it; its id."""
    command = wish(data, uuid4(), RITA)
    wrong = (partition_of(command.subject.encode(), settings.partitions) + 1) % settings.partitions
    headers = command_headers(command, TICKET_COMMANDS.name_of(data), b"/tests")
    value = TICKET_COMMANDS.encode(data)
    produce(settings, DeadLetter("ticket.commands", command.subject.encode(), value, headers), wrong)
    return command.id


def listed(settings: Settings, *options: str) -> list[str]:
    """The names of the letters."""
    done = casefold(settings, "dead-letters", "list", *options)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return [] if lines == ["There are no dead letters."] else [line.split()[0] for line in lines[1:]]


def test_a_command_is_redriven_to_where_its_key_belongs(settings: Settings, tmp_path: Path) -> None:
    with processor(settings, tmp_path):
        first, second = misplaced(settings, OPEN), misplaced(settings, OPEN)
        eventually(lambda: len(letters(settings, COMMANDS)) == 2)
        assert events(settings) == []
        one, other = (letter.name for letter in letters(settings, COMMANDS))

        shown = casefold(settings, "dead-letters", "show", one)
        assert shown.returncode == 0
        assert "dl_reason: the key belongs to partition" in shown.stdout
        assert f"dl_group: {COMMANDS}" in shown.stdout
        assert "It burns since Monday." in shown.stdout

        done = casefold(settings, "dead-letters", "redrive", one)
        assert (done.returncode, done.stdout) == (0, f"{one}: sent to ticket.commands again.\n")
        eventually(lambda: len(events(settings)) == 1)
    (opened,) = events(settings)
    assert opened.command_id in (first, second)
    again = [record for record in read_all(settings, "ticket.commands") if record.key() == opened.subject.encode()]
    assert partition_of(opened.subject.encode(), settings.partitions) in {record.partition() for record in again}
    assert not any(name.startswith("dl_") for record in again for name in dict(record.headers() or []))
    assert listed(settings) == [other]
    assert listed(settings, "--all") == [one, other]

    twice = casefold(settings, "dead-letters", "redrive", one)
    assert (twice.returncode, twice.stderr) == (
        1,
        f"error: {one} was redriven already; where it failed again it is a new letter\n",
    )


def test_parked_events_are_redriven_once_the_reason_is_gone(settings: Settings, tmp_path: Path) -> None:
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("ALTER TABLE ticket_comments_v1 ADD CONSTRAINT none_today CHECK (NOT internal)")
    for event in life(NOTED):
        headers = event_headers(event, TICKET_EVENTS.name_of(event.data), b"/tests")
        value = TICKET_EVENTS.encode(event.data)
        produce(settings, DeadLetter("ticket.events", event.subject.encode(), value, headers))
    with projector(settings, tmp_path):
        eventually(lambda: len(letters(settings, EVENTS)) == 1)

        still = casefold(settings, "dead-letters", "redrive", f"{EVENTS}/0-0")
        assert (still.returncode, still.stderr) == (
            1,
            f"error: {EVENTS}/0-0 was refused again: PostgreSQL refuses the row: CheckViolation (23514)\n",
        )
        assert listed(settings, "--group", EVENTS) == [f"{EVENTS}/0-0"]

        with psycopg.connect(settings.database_url) as connection:
            connection.execute("ALTER TABLE ticket_comments_v1 DROP CONSTRAINT none_today")
        done = casefold(settings, "dead-letters", "redrive", f"{EVENTS}/0-0")
        assert (done.returncode, done.stdout) == (0, f"{EVENTS}/0-0: 1 record applied.\n")
        assert listed(settings) == []
    with psycopg.connect(settings.database_url) as connection:
        assert connection.execute("SELECT version, body FROM ticket_comments").fetchall() == [
            (2, "Do not tell her that it was the wrong printer.")
        ]


def test_what_is_not_known_is_one_sentence(settings: Settings) -> None:
    create_topics(settings, [dead_letters(COMMANDS)])
    for words, said in (
        (
            ("show", f"{COMMANDS}/0-7"),
            f"there is no dead letter {COMMANDS}/0-7: `casefold dead-letters list --all`",
        ),
        (
            ("list", "--group", "router.v1"),
            "there is no consumer group 'router.v1' with dead letters: it is one of",
        ),
    ):
        done = casefold(settings, "dead-letters", *words)
        assert done.returncode == 1
        assert done.stderr.startswith(f"error: {said}")
