"""Deciding a batch of records against a staged state."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from opentelemetry.trace import Span

from services.intake.processor.handle import Handled, Lot, Received, handle
from services.intake.processor.log import GROUP, Arrived
from services.intake.processor.position import Position
from services.intake.processor.staged import Staged
from shared.events.envelope import Actor, ActorKind
from shared.events.outcomes import Outcome, Refused, encode_outcome
from shared.events.wire import read_headers
from shared.runtime.dead_letters import DeadLetter, Place, dead_letter
from shared.runtime.poison import Poison, guarded
from shared.runtime.telemetry_records import entered


@dataclass(slots=True)
class Batch:
    """What a transaction will write, and the position after it."""

    position: Position
    handled: list[Handled] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


def decide_batch(lot: Lot, records: Sequence[Arrived], staged: Staged, position: Position) -> Batch:
    """Time never goes back within a partition: a record's append time is raised to that of the one before."""
    now, number = position.last_now, position.number
    batch = Batch(position)
    for record in records:
        now = max(now, record.appended_at)
        before = len(staged.changed)
        done = _decide(lot, record, staged, (now, number + 1), batch.spans)
        if isinstance(done, Poison):
            batch.letters.append(_letter(lot, record, done, now))
            refused = _refused(lot, record, done, now)
            if refused is not None:
                batch.handled.append(refused)
            continue
        batch.handled.append(done)
        if len(staged.changed) > before and done.events and done.events[0].version == 1:
            number += 1
    batch.position = replace(position, next_offset=records[-1].offset + 1, number=number, last_now=now)
    return batch


def _decide(
    lot: Lot, record: Arrived, staged: Staged, turn: tuple[datetime, int], spans: list[Span]
) -> Handled | Poison:
    now, number = turn

    def work() -> Handled:
        reference = (number - 1) * lot.partitions + lot.partition + 1
        headers = read_headers(record.headers)
        span = entered(f"{lot.aggregate.stream}.commands", lot.partition, record.offset, headers)
        if span is not None:
            spans.append(span)
        received = Received(headers, record.key, record.value, now, reference)
        return handle(lot, received, staged)

    return guarded(work)


def _letter(lot: Lot, record: Arrived, poison: Poison, now: datetime) -> DeadLetter:
    return dead_letter(
        GROUP,
        Place(f"{lot.aggregate.stream}.commands", lot.partition, record.offset),
        key=record.key,
        value=record.value,
        headers=record.headers,
        reason=poison.reason,
        at=now,
        stack=poison.stack,
    )


def _refused(lot: Lot, record: Arrived, poison: Poison, now: datetime) -> Handled | None:
    """The outcome of a poison command, where its headers say enough for one; it goes to whoever asked."""

    def work() -> Handled:
        found = read_headers(record.headers)
        reply_to = int(found.get("ce_replyto", lot.partition % lot.outcome_partitions))
        outcome = Outcome(
            UUID(found["ce_id"]),
            lot.aggregate.stream,
            found["ce_subject"],
            lot.partition,
            Actor(ActorKind(found["ce_actorkind"]), found["ce_actorid"]),
            now,
            Refused("poison", f"The command cannot be handled: {poison.reason}. It was set aside."),
        )
        return Handled(
            encode_outcome(outcome), found["ce_correlationid"].encode(), reply_to % lot.outcome_partitions
        )

    refused = guarded(work)
    return None if isinstance(refused, Poison) else refused
