"""A processor that is killed or stopped under load: what was acknowledged is there, once and in order."""

import random
import signal
import time
from pathlib import Path
from shutil import rmtree
from uuid import UUID, uuid4

from services.intake.processor.log import transactional_producer
from shared.events.outcomes import Accepted
from shared.events.personal import Plain
from shared.events.ticket_commands import AddNote
from shared.events.ticket_values import Message
from shared.runtime.settings import Settings
from tests.faults.evidence import await_decided, await_outcomes, gathered
from tests.faults.history import Asked, Seen
from tests.faults.load import steady_load
from tests.faults.scene import SEED, Tried, await_served, impatient, pause, projector, times
from tests.processing import OPEN, RITA, events, eventually, outcomes, processor, send, wish

FENCED = "fenced by a newer instance"
"""What the Kafka client says of it on a processor's standard error."""


def test_kill_9_of_the_processor(settings: Settings, tmp_path: Path, chance: random.Random, tried: Tried) -> None:
    settings = impatient(settings)
    with projector(settings, tmp_path), steady_load(settings, SEED) as load:
        killed_at: float | None = None
        for _ in range(times(3)):
            with processor(settings, tmp_path) as running:
                if killed_at is not None:
                    tried.recovered(load, killed_at)
                pause(chance, 0.2, 1.5)
                running.kill()
                killed_at = time.monotonic()
        with processor(settings, tmp_path):
            assert killed_at is not None
            tried.recovered(load, killed_at)
            load.stop()
            assert tried.judge(gathered(settings, load.history)) == []


def test_kill_9_in_the_first_transaction_of_a_partition(settings: Settings, tmp_path: Path) -> None:
    """Of which only offsets are left, and no position: the next processor begins at the beginning."""
    settings = impatient(settings)
    for partition in range(settings.partitions):
        killed = transactional_producer(settings, "ticket.commands", partition)
        killed.init_transactions(20)
        killed.begin_transaction()
        for topic in ("ticket.events", "ticket.snapshots"):
            killed.produce(settings.topic(topic), b"{}", b"none", partition)
        assert killed.flush(20) == 0  # as far as it came
    with processor(settings, tmp_path):
        send(settings, [wish(OPEN, uuid4(), RITA) for _ in range(20)])
        eventually(lambda: [event.version for event in events(settings)] == [1] * 20)


def test_stop_of_a_processor_past_its_session_and_its_waking(
    settings: Settings, tmp_path: Path, chance: random.Random, tried: Tried
) -> None:
    """The one that wakes has commands in its hands and still takes itself for their partition's writer.

    It must see that it is that no more, and neither fence the one that has taken over nor abort what it has open.
    """
    one, other = impatient(settings, "one"), impatient(settings, "other")
    with (
        projector(one, tmp_path),
        processor(one, tmp_path) as first,
        processor(other, tmp_path) as second,
        steady_load(one, SEED) as load,
    ):
        for number in range(times(1)):
            stopped, standing = ((first, second), (second, first))[number % 2]
            pause(chance, 0.5, 1.5)
            stopped.signal(signal.SIGSTOP)
            tried.recovered(load, time.monotonic())
            before = standing.log.read_text().count(FENCED)
            stopped.signal(signal.SIGCONT)
            await_served(load, time.monotonic())
            pause(chance, 0.5, 1.5)
            assert standing.log.read_text().count(FENCED) == before
        assert second.stop() == 0
        await_served(load, time.monotonic())
        assert first.process.poll() is None
        load.stop()
        assert tried.judge(gathered(one, load.history)) == []


def test_one_command_id_100_times_across_restarts(
    settings: Settings, tmp_path: Path, chance: random.Random, tried: Tried
) -> None:
    """Every second processor finds no checkpoint, and has the snapshots topic alone to remember by."""
    settings = impatient(settings)
    opening = wish(OPEN, uuid4(), RITA)
    note = wish(AddNote(Message(Plain("Once."))), UUID(opening.subject))
    lives = times(2)
    repeats = [100 // (lives + 1)] * lives
    for life, share in enumerate(repeats):
        with processor(settings, tmp_path) as running:
            before = len(outcomes(settings))
            send(settings, [opening, note] * share)
            await_outcomes(settings, before + chance.randrange(1, 2 * share))
            if life % 2:
                assert running.stop() == 0
            else:
                running.kill()
                rmtree(settings.home / "checkpoints")
        tried.again()
    send(settings, [opening, note] * (100 - sum(repeats)))
    with projector(settings, tmp_path), processor(settings, tmp_path):
        await_decided(settings)
        asked = [
            Asked(
                outcome.command_id,
                outcome.subject,
                float(number),
                Seen.ACCEPTED if isinstance(outcome.result, Accepted) else Seen.REFUSED,
                outcome.result.version,
                float(number),
            )
            for number, outcome in enumerate(outcomes(settings))
        ]
        assert [(one.seen, one.version) for one in asked] == [(Seen.ACCEPTED, 1), (Seen.ACCEPTED, 2)] * 100
        assert tried.judge(gathered(settings, asked)) == []
    assert len(events(settings)) == 2
