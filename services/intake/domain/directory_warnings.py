"""What a record may say, and is told about: it is allowed, and seldom what was meant."""

from shared.events.directory_records import Record, Team


def warnings_of(record: Record) -> list[str]:
    if not isinstance(record, Team) or record.leads:
        return []
    asked = "nobody is" if record.fallback_team_id is None else f"the leads of {record.fallback_team_id} are"
    return [f"it has no leads, so {asked} asked when its tickets wait too long"]
