"""Whom a ticket falls back to that has waited for too long."""

from collections.abc import Iterator, Mapping

from shared.events.directory_records import Team


def leads_in_turn(team_id: str | None, teams: Mapping[str, Team]) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """The leads of the team, then those of its fallback team, and so on; of a ticket without a team those of all.

    A loop of fallback teams ends where it began.
    """
    if team_id is None:
        yield None, tuple(lead for team in teams.values() for lead in team.leads)
    tried: set[str] = set()
    while team_id is not None and team_id not in tried and team_id in teams:
        tried.add(team_id)
        yield team_id, teams[team_id].leads
        team_id = teams[team_id].fallback_team_id
