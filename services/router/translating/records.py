"""Events of the directory as routing requests."""

from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_records import Agent, Category, Record, RoutingPolicy, Team
from shared.events.routing import AgentRecorded, RecordForgotten, RoutingData


def request_of(data: DirectoryEventData) -> RoutingData | None:
    """None: routing does not rest on it."""
    match data:
        case RecordSaved(record=record):
            return _of(record)
        case RecordRemoved():
            return RecordForgotten()
        case _:
            return None


def _of(record: Record) -> RoutingData | None:
    match record:
        case Agent():
            return AgentRecorded(
                team_id=record.team_id,
                tier=record.tier,
                skills=record.skills,
                languages=record.languages,
                working_hours=record.working_hours,
                out_of_office=record.out_of_office,
                active=record.active,
            )
        case Team() | Category() | RoutingPolicy():
            return record
        case _:
            return None
