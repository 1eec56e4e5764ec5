"""How a dead letter of each consumer group is tried again."""

import time
from collections.abc import Callable, Mapping

import psycopg

from services.ops.letters import Letter, ask_for, letters, send_again
from services.ops.trouble import Trouble
from services.sla.group import own_database
from shared.runtime.projecting import parked
from shared.runtime.settings import Settings

_PATIENCE_S = 20.0
_EVERY_S = 0.2


class NotRedriven(Trouble):
    """The letter stays on the list."""


def _command_again(settings: Settings, letter: Letter) -> str:
    """A command that had been taken all the same is known by its id."""
    send_again(settings, letter)
    return f"{letter.name}: sent to {letter.says('dl_topic')} again."


def _event_again(settings: Settings, letter: Letter) -> str:
    """All that waits of the ticket, agent or record is applied, in order and together, or nothing is."""
    return _parked_again(settings.database_url, letter, (letter.key or b"").decode(errors="replace"))


def _clocks_again(settings: Settings, letter: Letter) -> str:
    """As `_event_again`, in the schema of the clocks."""
    return _parked_again(own_database(settings), letter, (letter.key or b"").decode(errors="replace"))


def _outcome_again(settings: Settings, letter: Letter) -> str:
    """Nothing waits behind an outcome: each is parked alone, by its place."""
    place = f"{letter.says('dl_partition')}/{letter.says('dl_offset')}"
    return _parked_again(settings.database_url, letter, place)


def worker_again(settings: Settings, letter: Letter, patience_s: float = _PATIENCE_S) -> str:
    """The group's worker handles all that waits of the subject, in order, up to the first that fails again.

    Raise `NotRedriven` where that is so, or where no worker takes it up in time: the request stays on record then.
    """
    ask_for(settings, letter)
    deadline = time.monotonic() + patience_s
    while True:
        now = {one.place: one for one in letters(settings, letter.group)}
        found = now.get(letter.place, letter)
        if found.action is not None:
            behind = sum(_with(letter, one) and one.action is not None for one in now.values()) - 1
            return f"{letter.name}: handled, with {behind} records that waited behind it."
        if len(found.refused) > len(letter.refused):
            raise NotRedriven(f"{letter.name} was refused again: {found.refused[-1]}")
        if time.monotonic() > deadline:
            raise NotRedriven(f"{letter.name} was not taken up in {patience_s:.0f} s: is its worker running?")
        time.sleep(_EVERY_S)


def _with(letter: Letter, other: Letter) -> bool:
    return (letter.key, letter.says("dl_topic")) == (other.key, other.says("dl_topic"))


def _parked_again(database_url: str, letter: Letter, subject: str) -> str:
    try:
        count = parked.redrive(database_url, letter.group, subject)
        if count == 0:
            return f"{letter.name}: nothing of it waits any more."
        _await_applied(database_url, letter, subject)
    except psycopg.OperationalError as failure:
        raise NotRedriven(f"PostgreSQL does not answer: {' '.join(str(failure).split())}") from failure
    return f"{letter.name}: {count} {'record' if count == 1 else 'records'} applied."


def _await_applied(database_url: str, letter: Letter, subject: str) -> None:
    """Raise `NotRedriven` where it is refused again, or nobody takes it up."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        waiting = [
            event
            for event in parked.listed(database_url)
            if (event.consumer_group, event.subject) == (letter.group, subject)
        ]
        if not waiting:
            return
        if all(event.redrive_at is None for event in waiting):
            reasons = "; ".join(event.reason for event in waiting if event.reason)
            raise NotRedriven(f"{letter.name} was refused again: {reasons}")
        if time.monotonic() > deadline:
            raise NotRedriven(f"{letter.name} was not taken up in {_PATIENCE_S:.0f} s: is its service running?")
        time.sleep(_EVERY_S)


GROUPS: Mapping[str, Callable[[Settings, Letter], str]] = {
    "intake-processor.v1": _command_again,
    "projector.v1": _event_again,
    "projector.agents.v1": _event_again,
    "projector.presence.v1": _event_again,
    "projector.directory.v1": _event_again,
    "projector.outcomes.v1": _outcome_again,
    "sla.v1": _clocks_again,
}
"""Each group that writes dead letters; the answer is a sentence for the person who asked."""
