"""A group's dead-letter topic as its workers use it: letters written, followed, and handled again when asked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.runtime.dead_letters import (
    ACTION,
    REDRIVEN,
    REFUSED,
    SETTLES,
    DeadLetter,
    Place,
    dead_letter,
)
from shared.runtime.parked import Parked, Waiting, subject_of
from shared.runtime.poison import Poison
from shared.runtime.reader import WAIT_MS, open_reader
from shared.runtime.record import Record
from shared.runtime.settings import Settings

_TIMESTAMP = "dl_timestamp"
_PAUSE_S = 0.5

Deliver = Callable[[DeadLetter], Awaitable[int]]
"""Writes it, and answers its offset."""


class Parking:
    """One a worker. `changed` is called when the topic has something new."""

    def __init__(self, settings: Settings, group: str, deliver: Deliver, changed: Callable[[], None]) -> None:
        self._settings = settings
        self._group = group
        self._partition = TopicPartition(settings.topic(f"dead-letters.{group}"), 0)
        self._deliver = deliver
        self._changed = changed
        self._parked = Parked()
        self._moved = asyncio.Condition()

    @property
    def parked(self) -> Parked:
        return self._parked

    async def bury(self, record: Record, poison: Poison) -> None:
        """Returns when the letter is written."""
        letter = dead_letter(
            self._group,
            _place(record),
            key=record.key,
            value=record.value,
            headers=record.headers,
            reason=poison.reason,
            stack=poison.stack,
            at=datetime.now(UTC),
        )
        kept = (_TIMESTAMP, record.timestamp.isoformat().encode())
        await self._write(replace(letter, headers=[*letter.headers, kept]))

    async def waits(self, record: Record) -> bool:
        """Whether it may not be handled since an earlier one of its subject was not; it is kept with that."""
        behind = self._parked.behind(subject_of(_place(record), record.key))
        if not behind:
            return False
        if all(waiting.place != _place(record) for waiting in behind):
            await self.bury(record, Poison(f"it waits behind 0-{behind[0].letter}"))
        return True

    async def settle(self, waiting: Waiting) -> None:
        await self._note(waiting, {SETTLES: f"0-{waiting.letter}", ACTION: REDRIVEN})

    async def refuse(self, waiting: Waiting, poison: Poison) -> None:
        await self._note(waiting, {REFUSED: f"0-{waiting.letter}", "dl_reason": poison.reason})

    async def caught_up(self) -> None:
        """Wait until every letter that is there now is known."""
        async with self._reader() as consumer:
            end = (await consumer.end_offsets([self._partition]))[self._partition]
        async with self._moved:
            await self._moved.wait_for(lambda: self._parked.position >= end)

    async def read(self, waiting: Waiting) -> Record | None:
        """The record that a letter keeps; None: it has expired."""
        async with self._reader() as consumer:
            consumer.seek(self._partition, waiting.letter)
            kept: ConsumerRecord = await consumer.getone(self._partition)
        if kept.offset != waiting.letter:
            return None
        headers = [(name, raw) for name, raw in kept.headers if not name.startswith("dl_")]
        at = datetime.fromisoformat(_said(kept)[_TIMESTAMP])
        place = waiting.place
        return Record(place.topic, place.partition, place.offset, kept.key, kept.value, headers, at)

    async def follow(self) -> None:
        """From the beginning, for ever; a broker that is away for a while is waited for."""
        async with self._reader() as consumer:
            await consumer.seek_to_beginning(self._partition)
            while True:
                await self._turn(consumer)

    async def _turn(self, consumer: AIOKafkaConsumer) -> None:
        try:
            batch: Mapping[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(timeout_ms=WAIT_MS)
            position: int = await consumer.position(self._partition)
        except KafkaError as failure:
            if not failure.retriable:
                raise
            await asyncio.sleep(_PAUSE_S)
            return
        for record in batch.get(self._partition, ()):
            self._parked.apply(record.offset, _said(record), record.key)
        async with self._moved:
            self._parked.position = max(self._parked.position, position)
            self._moved.notify_all()
        if batch:
            self._changed()

    async def _note(self, waiting: Waiting, said: Mapping[str, str]) -> None:
        headers = [(name, text.encode()) for name, text in said.items()]
        await self._write(DeadLetter(f"dead-letters.{self._group}", waiting.subject[1].encode(), None, headers))

    async def _write(self, letter: DeadLetter) -> None:
        """Returns when it is written, and known here."""
        offset = await self._deliver(letter)
        async with self._moved:
            await self._moved.wait_for(lambda: self._parked.position > offset)

    def _reader(self) -> AbstractAsyncContextManager[AIOKafkaConsumer]:
        return open_reader(self._settings, "letters", [self._partition])


def _said(record: ConsumerRecord) -> dict[str, str]:
    """What the suite wrote; other headers may be anything."""
    return {name: raw.decode() for name, raw in record.headers if name.startswith("dl_")}


def _place(record: Record) -> Place:
    return Place(record.topic, record.partition, record.offset)
