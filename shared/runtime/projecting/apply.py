"""Applying a batch: rows, positions and what had to be parked, in one transaction."""

import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from shared.events.catalogue import Undecodable
from shared.events.personal import PersonalCodec
from shared.runtime.poison import Poison, guarded
from shared.runtime.projecting import parked, positions
from shared.runtime.projecting.stream import LogRecord, ReadModel, Stream
from shared.runtime.telemetry_records import processed

ItemT = TypeVar("ItemT")

Bury = Callable[[LogRecord, Poison], Awaitable[None]]
"""Brings a record to the dead letters; returns when it is there."""

REFUSALS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)
"""What is raised for an event that can never be applied: by PostgreSQL for its row, or by the fold itself."""


class ReadRecord(NamedTuple, Generic[ItemT]):
    """A record and what it says: nothing, an item, or nothing that can be understood. One an event, so a tuple."""

    record: LogRecord
    subject: str
    item: ItemT | None = None
    poison: Poison | None = None


def read(stream: Stream[ItemT], record: LogRecord) -> ReadRecord[ItemT]:
    subject = stream.subject(record)
    item = guarded(partial(stream.read, record))
    if isinstance(item, Poison):
        return ReadRecord(record, subject, poison=item)
    return ReadRecord(record, subject, item)


@dataclass(slots=True)
class _Parking:
    """What a batch leaves aside: `subjects` wait already, `begun` do from now on."""

    subjects: set[tuple[int, str]]
    begun: set[tuple[int, str]] = field(default_factory=set)
    records: list[tuple[LogRecord, str, str | None]] = field(default_factory=list)

    def takes(self, read_record: ReadRecord[ItemT]) -> bool:
        waiting = read_record.record.partition, read_record.subject
        if waiting not in self.subjects and waiting not in self.begun:
            return False
        self.records.append((read_record.record, read_record.subject, None))
        return True

    def begin(self, read_record: ReadRecord[ItemT], reason: str) -> None:
        self.begun.add((read_record.record.partition, read_record.subject))
        self.records.append((read_record.record, read_record.subject, reason))


class Applier(Generic[ItemT]):
    """Holds the positions and parked subjects of the partitions that it was placed on.

    Batches of different partitions may be applied at the same time, over different connections.
    """

    def __init__(self, stream: Stream[ItemT], group: str, codec: PersonalCodec, bury: Bury) -> None:
        self._stream = stream
        self._group = group
        self._codec = codec
        self._bury = bury
        self._topic_id = UUID(int=0)
        self._positions: dict[tuple[str, int, int], int] = {}
        self._parked: set[tuple[int, str]] = set()

    async def place(
        self, connection: AsyncConnection, topic_id: UUID, partitions: Sequence[int]
    ) -> dict[int, int]:
        """The offset from which each partition must be read, by what the database says."""
        topic = self._stream.topic
        self._topic_id = topic_id
        self._positions = await positions.place(connection, self._stream.models, topic, topic_id, partitions)
        self._parked = await parked.parked_subjects(connection, self._group, topic, topic_id, partitions)
        starts: dict[int, int] = {}
        for (_, _, partition), offset in self._positions.items():
            starts[partition] = min(offset, starts.get(partition, offset))
        return starts

    async def apply(self, connection: AsyncConnection, records: Sequence[ReadRecord[ItemT]]) -> None:
        """Bring the records of placed partitions into the tables, once each.

        Raise `PartitionLost` or a `psycopg.OperationalError` with nothing written. A record that cannot be
        applied goes to the dead letters and is parked, and with it what follows of its subject.
        """
        with processed(self._stream.topic, (one.record for one in records)):
            try:
                await self._in_transaction(connection, records, self._write_all)
            except REFUSALS:
                await self._in_transaction(connection, records, self._write_each)

    @property
    def waiting(self) -> bool:
        """Whether anything is parked that somebody may want redriven."""
        return bool(self._parked)

    async def redrive(self, connection: AsyncConnection) -> None:
        """Apply what is parked and was asked for, each subject in one transaction; nothing else may be written."""
        partitions = sorted({partition for _, _, partition in self._positions})
        waiting = await parked.redrivable(connection, self._group, self._stream.topic, partitions)
        runs: dict[tuple[int, str], list[parked.Parked]] = {}
        for record in waiting:
            runs.setdefault((record.partition, record.subject), []).append(record)
        for subject, run in runs.items():
            await self._redrive(connection, subject, run)

    async def _redrive(
        self, connection: AsyncConnection, subject: tuple[int, str], run: Sequence[parked.Parked]
    ) -> None:
        topic = self._stream.topic
        failing = run[0]
        try:
            async with connection.transaction():
                for failing in run:
                    item = self._stream.read(failing)
                    if item is not None:
                        await self._write_models(connection, [item])
                await parked.applied(connection, self._group, topic, run)
        except (Undecodable, *REFUSALS) as fault:
            await parked.refused_again(connection, self._group, topic, failing, poison_of(fault).reason)
            return
        self._parked.discard(subject)

    async def _in_transaction(
        self,
        connection: AsyncConnection,
        records: Sequence[ReadRecord[ItemT]],
        write: Callable[[AsyncConnection, Sequence[ReadRecord[ItemT]], _Parking], Awaitable[None]],
    ) -> None:
        parking = _Parking(self._parked)
        moves = self._moves(records)
        async with connection.transaction():
            await positions.advance(connection, self._stream.topic, self._topic_id, moves)
            await write(connection, records, parking)
            if parking.records:
                await parked.park(connection, self._group, self._stream.topic, self._topic_id, parking.records)
        for move in moves:
            self._positions[move.model, move.version, move.partition] = move.until
        self._parked |= parking.begun

    async def _write_all(
        self, connection: AsyncConnection, records: Sequence[ReadRecord[ItemT]], parking: _Parking
    ) -> None:
        accepted: list[ReadRecord[ItemT]] = []
        for one in records:
            if (parking.subjects or parking.begun) and parking.takes(one):
                continue
            if one.poison is not None:
                await self._bury(one.record, one.poison)
                parking.begin(one, one.poison.reason)
            elif one.item is not None:
                accepted.append(one)
        everything = [one.item for one in accepted if one.item is not None]
        first: dict[int, int] = {}
        for one in reversed(accepted):
            first[one.record.partition] = one.record.offset
        for model in self._stream.models:
            items = everything if self._none_applied(model, first) else self._missing(model, accepted)
            await model.write(connection, items, self._codec)

    async def _write_each(
        self, connection: AsyncConnection, records: Sequence[ReadRecord[ItemT]], parking: _Parking
    ) -> None:
        """Slow, and only for a batch in which PostgreSQL refused a row: finds it, and applies the others."""
        for one in records:
            try:
                async with connection.transaction():
                    await self._write_all(connection, [one], parking)
            except REFUSALS as refusal:
                poison = poison_of(refusal)
                await self._bury(one.record, poison)
                parking.begin(one, poison.reason)

    async def _write_models(self, connection: AsyncConnection, items: Sequence[ItemT]) -> None:
        for model in self._stream.models:
            await model.write(connection, items, self._codec)

    def _none_applied(self, model: ReadModel[ItemT], first: Mapping[int, int]) -> bool:
        return all(
            offset >= self._positions[model.name, model.version, partition] for partition, offset in first.items()
        )

    def _missing(self, model: ReadModel[ItemT], records: Iterable[ReadRecord[ItemT]]) -> list[ItemT]:
        """What this model has not applied yet; models of different age stand at different offsets."""
        return [
            one.item
            for one in records
            if one.item is not None
            and one.record.offset >= self._positions[model.name, model.version, one.record.partition]
        ]

    def _moves(self, records: Sequence[ReadRecord[ItemT]]) -> list[positions.Move]:
        until = {one.record.partition: one.record.offset + 1 for one in records}
        return [
            positions.Move(model.name, model.version, partition, since, offset)
            for model in self._stream.models
            for partition, offset in until.items()
            if offset > (since := self._positions[model.name, model.version, partition])
        ]


def poison_of(fault: Exception) -> Poison:
    """Without the record's values; PostgreSQL's own message may quote them, so its code stands in."""
    stack = "".join(traceback.format_tb(fault.__traceback__))
    match fault:
        case Undecodable():
            return Poison(str(fault), stack)
        case psycopg.Error():
            return Poison(f"PostgreSQL refuses the row: {type(fault).__name__} ({fault.sqlstate})", stack)
        case _:
            return Poison(f"{type(fault).__name__} while the event was applied", stack)
