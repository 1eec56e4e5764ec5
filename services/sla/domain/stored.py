"""A ticket's clocks as a few hundred bytes and back: a JSON list, times as microseconds since its first one."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.sla.domain.ticket import Escalating, Ground, History, Raise, Recorded, TicketClocks
from shared.events.ticket_values import Channel, Clock, ClockTarget, Priority, SlaInputs, Status

FORMAT = 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S, _SECOND_US = 86_400, 1_000_000
_CLOCKS = tuple(Clock)
_STATUSES = tuple(Status)
_CHANNELS = tuple(Channel)
_PRIORITIES = tuple(Priority)
_CLOCK_PLACES = {clock: place for place, clock in enumerate(_CLOCKS)}
_STATUS_PLACES = {status: place for place, status in enumerate(_STATUSES)}
_CHANNEL_PLACES = {channel: place for place, channel in enumerate(_CHANNELS)}
_PRIORITY_PLACES = {priority: place for place, priority in enumerate(_PRIORITIES)}
_AT_RISK, _BREACHED, _KEPT = 1, 2, 4

_write = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
_read = json.JSONDecoder().raw_decode

Row = list[Any]
"""JSON is not typed; each function below writes what the one beside it reads."""


def _whole(period: timedelta) -> int:
    """In microseconds, in half of the time that a division takes."""
    return (period.days * _DAY_S + period.seconds) * _SECOND_US + period.microseconds


class _Since:
    """Times as whole microseconds since one of them."""

    def __init__(self, origin: datetime) -> None:
        self.origin = origin

    def put(self, moment: datetime | None) -> int | None:
        return None if moment is None else _whole(moment - self.origin)

    def get(self, written: int | None) -> datetime | None:
        return None if written is None else self.origin + timedelta(0, 0, written)

    def known(self, written: int) -> datetime:
        return self.origin + timedelta(0, 0, written)


def encode(state: TicketClocks) -> bytes:
    since = _Since(state.statuses[0][0])
    put = since.put
    escalating = state.escalating
    row: Row = [
        FORMAT,
        _whole(since.origin - _EPOCH),
        state.version,
        state.basis,
        state.moved,
        _ground(state.ground, since),
        [part for at, status in state.statuses for part in (put(at), _STATUS_PLACES[status])],
        [_history(history, since) for history in state.clocks],
        None if state.recorded is None else _recorded(state.recorded),
        put(state.awaiting_since),
        put(state.unanswered_since),
        state.silences or None,
        put(state.resolved_at),
        state.resolution or None,
        state.reopened or None,
        put(state.reopened_at),
        None if escalating is None else _escalating(escalating),
    ]
    while row[-1] is None:
        row.pop()
    return _write(row).encode()


_FIELDS = 17


def decode(written: bytes | memoryview) -> TicketClocks:
    """Raise `ValueError` where it is of another format."""
    row: Row = _read(str(written, "utf-8"))[0]
    if row[0] != FORMAT:
        raise ValueError(f"clocks of format {row[0]}, not {FORMAT}")
    row += [None] * (_FIELDS - len(row))
    since = _Since(_EPOCH + timedelta(microseconds=row[1]))
    get, statuses = since.get, row[6]
    return TicketClocks(
        version=row[2],
        basis=row[3],
        moved=row[4],
        ground=_read_ground(row[5], since),
        statuses=tuple(
            (since.known(statuses[place]), _STATUSES[statuses[place + 1]]) for place in range(0, len(statuses), 2)
        ),
        clocks=tuple(_read_history(one, since) for one in row[7]),
        recorded=None if row[8] is None else Recorded(*row[8]),
        awaiting_since=get(row[9]),
        unanswered_since=get(row[10]),
        silences=tuple(row[11] or ()),
        resolved_at=get(row[12]),
        resolution=row[13] or 0,
        reopened=row[14] or 0,
        reopened_at=get(row[15]),
        escalating=None if row[16] is None else _read_escalating(row[16]),
    )


def _ground(ground: Ground, since: _Since) -> Row:
    inputs = ground.inputs
    row: Row = [
        _PRIORITY_PLACES[inputs.priority],
        _CHANNEL_PLACES[inputs.channel],
        inputs.category,
        inputs.team_id,
        inputs.organisation,
        inputs.tags,
    ]
    if ground.raises:
        row.append([_raise(one, since) for one in ground.raises])
    return row


def _read_ground(row: Row, since: _Since) -> Ground:
    inputs = SlaInputs(_PRIORITIES[row[0]], _CHANNELS[row[1]], row[2], row[3], row[4], tuple(row[5]))
    raises = row[6] if len(row) > 6 else ()  # noqa: PLR2004 - what `_ground` appends
    return Ground(inputs, tuple(_read_raise(one, since) for one in raises))


def _raise(one: Raise, since: _Since) -> Row:
    clock = None if one.clock is None else _CLOCK_PLACES[one.clock]
    return [since.put(one.at), _PRIORITY_PLACES[one.previous], _PRIORITY_PLACES[one.priority], clock, one.instance]


def _read_raise(row: Row, since: _Since) -> Raise:
    clock = None if row[3] is None else _CLOCKS[row[3]]
    return Raise(since.known(row[0]), _PRIORITIES[row[1]], _PRIORITIES[row[2]], clock, row[4])


def _history(history: History, since: _Since) -> Row:
    """The target's clock and instance are those of the history."""
    flags = _AT_RISK * history.at_risk | _BREACHED * history.breached | _KEPT * history.kept
    target = history.target
    return [
        _CLOCK_PLACES[history.clock],
        history.instance,
        since.put(history.started_at),
        since.put(history.stopped_at),
        flags,
        None if target is None else _target(target, history, since),
        *(() if history.ground is None else (_ground(history.ground, since),)),
    ]


def _read_history(row: Row, since: _Since) -> History:
    clock, instance, started_at, flags = _CLOCKS[row[0]], row[1], since.known(row[2]), row[4]
    return History(
        clock,
        instance,
        started_at,
        since.get(row[3]),
        _read_ground(row[6], since) if len(row) > 6 else None,  # noqa: PLR2004 - what `_history` appends
        None if row[5] is None else _read_target(row[5], clock, instance, started_at, since),
        bool(flags & _AT_RISK),
        bool(flags & _BREACHED),
        bool(flags & _KEPT),
    )


def _target(target: ClockTarget, history: History, since: _Since) -> Row:
    origin = since.origin
    due, at_risk, goal, stopped = target.due_at, target.at_risk_at, target.goal, target.stopped_at
    row: Row = [
        None if due is None else _whole(due - origin),
        None if at_risk is None else _whole(at_risk - origin),
        None if goal is None else _whole(goal),
        None if stopped is None else _whole(stopped - origin),
        since.put(target.paused_at),
        None if target.remaining is None else _whole(target.remaining),
        1 if target.fixed else None,
        None if target.started_at == history.started_at else since.put(target.started_at),
    ]
    while row and row[-1] is None:
        row.pop()
    return row


_TARGET_FIELDS = 8


def _read_target(row: Row, clock: Clock, instance: int, started_at: datetime, since: _Since) -> ClockTarget:
    row += [None] * (_TARGET_FIELDS - len(row))
    due, at_risk, goal, stopped, paused, remaining, fixed, started = row
    get = since.get
    return ClockTarget(
        clock,
        instance,
        started_at if started is None else since.known(started),
        None if due is None else get(due),
        None if at_risk is None else get(at_risk),
        None if paused is None else get(paused),
        None if remaining is None else timedelta(0, 0, remaining),
        None if goal is None else timedelta(0, 0, goal),
        None if stopped is None else get(stopped),
        fixed is not None,
    )


def _recorded(recorded: Recorded) -> Row:
    return [
        recorded.policy_id,
        recorded.policy_version,
        recorded.calendar_id,
        recorded.calendar_version,
        recorded.basis,
        recorded.directory_offset,
    ]


def _escalating(escalating: Escalating) -> Row:
    clock = None if escalating.clock is None else _CLOCK_PLACES[escalating.clock]
    return [escalating.command_id.hex, clock, escalating.instance]


def _read_escalating(row: Row) -> Escalating:
    return Escalating(UUID(row[0]), None if row[1] is None else _CLOCKS[row[1]], row[2])
