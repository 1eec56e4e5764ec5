"""Every read model there is, and which topic feeds it; a new one gets a line here."""

import re
from typing import Any

from services.projections.read_models import (
    agent_loads,
    agent_presence,
    agent_skills,
    agents,
    command_outcomes,
    teams,
    ticket_comments,
    ticket_events,
    ticket_search,
    tickets,
    users,
)
from services.projections.read_models.delivered import Delivered, Placed
from services.projections.stream import LogRecord, ReadModel, Stream
from services.projections.writes import agent_loads as write_loads
from services.projections.writes import agent_presence as write_presence
from services.projections.writes import agent_skills as write_skills
from services.projections.writes import agents as write_agents
from services.projections.writes import command_outcomes as write_outcomes
from services.projections.writes import teams as write_teams
from services.projections.writes import ticket_comments as write_comments
from services.projections.writes import ticket_events as write_events
from services.projections.writes import ticket_search as write_search
from services.projections.writes import users as write_users
from services.projections.writes.tickets import TABLE as TICKETS_TABLE
from services.projections.writes.tickets import write as write_tickets
from shared.events.agent import AGENT_EVENTS, AgentEventData
from shared.events.catalogue import Undecodable
from shared.events.directory import DIRECTORY_EVENTS, DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.outcomes import COPY_HEADER, Outcome, decode_outcome
from shared.events.presence import PRESENCE_EVENTS
from shared.events.routing import PresenceChanged
from shared.events.ticket_events import TICKET_EVENTS
from shared.events.wire import decode_event

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


TICKET_STREAM: Stream[Delivered] = Stream(
    topic="ticket.events",
    kept=True,
    read=read_ticket_event,
    subject=key_of,
    models=(
        ReadModel(tickets.NAME, tickets.VERSION, tickets.VIEW, TICKETS_TABLE, write_tickets),
        ReadModel(
            ticket_events.NAME,
            ticket_events.VERSION,
            ticket_events.VIEW,
            write_events.TABLE,
            write_events.write,
        ),
        ReadModel(
            ticket_comments.NAME,
            ticket_comments.VERSION,
            ticket_comments.VIEW,
            write_comments.TABLE,
            write_comments.write,
        ),
        ReadModel(
            ticket_search.NAME,
            ticket_search.VERSION,
            ticket_search.VIEW,
            write_search.TABLE,
            write_search.write,
        ),
        ReadModel(users.NAME, users.VERSION, users.VIEW, write_users.TABLE, write_users.write),
    ),
)

OUTCOME_STREAM: Stream[Outcome] = Stream(
    topic="ticket.outcomes",
    kept=False,
    read=read_outcome,
    subject=each_alone,
    models=(
        ReadModel(
            command_outcomes.NAME,
            command_outcomes.VERSION,
            command_outcomes.VIEW,
            write_outcomes.TABLE,
            write_outcomes.write,
            write_outcomes.expire,
        ),
    ),
)

AGENT_STREAM: Stream[Placed[AgentEventData]] = Stream(
    topic="agent.events",
    kept=True,
    read=read_agent_event,
    subject=key_of,
    models=(
        ReadModel(agent_loads.NAME, agent_loads.VERSION, agent_loads.VIEW, write_loads.TABLE, write_loads.write),
    ),
)

PRESENCE_STREAM: Stream[Placed[PresenceChanged]] = Stream(
    topic="presence.events",
    kept=False,
    read=read_presence,
    subject=key_of,
    models=(
        ReadModel(
            agent_presence.NAME,
            agent_presence.VERSION,
            agent_presence.VIEW,
            write_presence.TABLE,
            write_presence.write,
        ),
    ),
)

DIRECTORY_STREAM: Stream[Placed[DirectoryEventData]] = Stream(
    topic="directory.events",
    kept=True,
    read=read_directory_event,
    subject=key_of,
    models=(
        ReadModel(teams.NAME, teams.VERSION, teams.VIEW, write_teams.TABLE, write_teams.write),
        ReadModel(
            agent_skills.NAME, agent_skills.VERSION, agent_skills.VIEW, write_skills.TABLE, write_skills.write
        ),
        ReadModel(agents.NAME, agents.VERSION, agents.VIEW, write_agents.TABLE, write_agents.write),
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
