"""Every read model there is, and which topic feeds it; a new one gets a line here."""

import re
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from psycopg import AsyncConnection

from services.projections.read_models import (
    agent_loads,
    agent_presence,
    agent_skills,
    agents,
    command_outcomes,
    sla_policies,
    sla_timers,
    teams,
    ticket_comments,
    ticket_events,
    ticket_search,
    tickets,
    users,
)
from services.projections.read_models.delivered import Delivered, Placed
from services.projections.writes import agent_loads as write_loads
from services.projections.writes import agent_presence as write_presence
from services.projections.writes import agent_skills as write_skills
from services.projections.writes import agents as write_agents
from services.projections.writes import command_outcomes as write_outcomes
from services.projections.writes import sla_policies as write_policies
from services.projections.writes import sla_timers as write_timers
from services.projections.writes import teams as write_teams
from services.projections.writes import ticket_comments as write_comments
from services.projections.writes import ticket_events as write_events
from services.projections.writes import ticket_search as write_search
from services.projections.writes import tickets as write_tickets
from services.projections.writes import users as write_users
from shared.events.agent import AGENT_EVENTS, AgentEventData
from shared.events.catalogue import Undecodable
from shared.events.directory import DIRECTORY_EVENTS, DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.outcomes import COPY_HEADER, Outcome, decode_outcome
from shared.events.personal import PersonalCodec
from shared.events.presence import PRESENCE_EVENTS
from shared.events.routing import PresenceChanged
from shared.events.ticket_events import TICKET_EVENTS
from shared.events.wire import decode_event
from shared.runtime.projecting.stream import Expire, LogRecord, ReadModel, Stream

ItemT_contra = TypeVar("ItemT_contra", contravariant=True)

_TICKET_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read_ticket_event(record: LogRecord) -> Delivered:
    headers = list(record.headers or ())
    value = record.value or b""
    event = decode_event(TICKET_EVENTS, headers, value)
    if _TICKET_ID.fullmatch(event.subject) is None:
        raise Undecodable("the subject is not a ticket's id in its canonical form")
    type_name = next(raw for name, raw in headers if name == "ce_type")
    return Delivered(
        record.partition,
        record.offset,
        type_name.decode() if isinstance(type_name, bytes) else str(type_name),
        value,
        event,
    )


def key_of(record: LogRecord) -> str:
    return (record.key or b"").decode(errors="replace")


def read_directory_event(record: LogRecord) -> Placed[DirectoryEventData] | None:
    """Of API keys, which the services follow themselves, the tables tell nothing."""
    event = decode_event(DIRECTORY_EVENTS, record.headers, record.value)
    if not isinstance(event.data, RecordSaved | RecordRemoved):
        return None
    return Placed(record.partition, record.offset, event)


def read_agent_event(record: LogRecord) -> Placed[AgentEventData]:
    return Placed(record.partition, record.offset, decode_event(AGENT_EVENTS, record.headers, record.value))


def read_presence(record: LogRecord) -> Placed[PresenceChanged]:
    return Placed(record.partition, record.offset, decode_event(PRESENCE_EVENTS, record.headers, record.value))


def read_outcome(record: LogRecord) -> Outcome | None:
    """Copies are for those who wait; the record itself was written in the transaction."""
    if any(name == COPY_HEADER for name, _ in record.headers or ()):
        return None
    return decode_outcome(record.value)


def each_alone(record: LogRecord) -> str:
    """Outcomes have no order among them: nothing waits behind one that cannot be read."""
    return f"{record.partition}/{record.offset}"


class Described(Protocol):
    """A module of `read_models/`."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - a module's constants
    @property
    def VERSION(self) -> int: ...  # noqa: N802 - as above
    @property
    def VIEW(self) -> str: ...  # noqa: N802 - as above


class Written(Protocol[ItemT_contra]):
    """The module of `writes/` that goes with it."""

    @property
    def TABLE(self) -> str: ...  # noqa: N802 - as above

    async def write(
        self, connection: AsyncConnection, items: Sequence[ItemT_contra], codec: PersonalCodec
    ) -> None: ...


def _model(
    described: Described, written: Written[ItemT_contra], expire: Expire | None = None
) -> ReadModel[ItemT_contra]:
    return ReadModel(described.NAME, described.VERSION, described.VIEW, written.TABLE, written.write, expire)


TICKET_STREAM: Stream[Delivered] = Stream(
    topic="ticket.events",
    kept=True,
    read=read_ticket_event,
    subject=key_of,
    models=(
        _model(tickets, write_tickets),
        _model(ticket_events, write_events),
        _model(ticket_comments, write_comments),
        _model(ticket_search, write_search),
        _model(users, write_users),
        _model(sla_timers, write_timers),
    ),
)

OUTCOME_STREAM: Stream[Outcome] = Stream(
    topic="ticket.outcomes",
    kept=False,
    read=read_outcome,
    subject=each_alone,
    models=(_model(command_outcomes, write_outcomes, write_outcomes.expire),),
)

AGENT_STREAM: Stream[Placed[AgentEventData]] = Stream(
    topic="agent.events",
    kept=True,
    read=read_agent_event,
    subject=key_of,
    models=(_model(agent_loads, write_loads),),
)

PRESENCE_STREAM: Stream[Placed[PresenceChanged]] = Stream(
    topic="presence.events",
    kept=False,
    read=read_presence,
    subject=key_of,
    models=(_model(agent_presence, write_presence),),
)

DIRECTORY_STREAM: Stream[Placed[DirectoryEventData]] = Stream(
    topic="directory.events",
    kept=True,
    read=read_directory_event,
    subject=key_of,
    models=(
        _model(teams, write_teams),
        _model(agent_skills, write_skills),
        _model(agents, write_agents),
        _model(sla_policies, write_policies),
    ),
)

STREAMS: tuple[Stream[Any], ...] = (
    TICKET_STREAM,
    OUTCOME_STREAM,
    AGENT_STREAM,
    PRESENCE_STREAM,
    DIRECTORY_STREAM,
)

MODELS: tuple[ReadModel[Any], ...] = tuple(model for stream in STREAMS for model in stream.models)
"""In this order their views are made: that of `agents` reads other views."""
