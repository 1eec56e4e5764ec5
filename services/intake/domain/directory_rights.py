"""Who may write which record: admins all; leads keyword rules, and agents and categories of their teams."""

from services.intake.domain.directory_others import Records
from services.intake.domain.rejected import Rejected
from shared.events.directory_records import KINDS, Agent, Category, KeywordRule, Record, Team, record_key
from shared.events.envelope import Actor, ActorKind


def check_may_write(actor: Actor, before: Record | None, after: Record | None, others: Records) -> None:
    """A lead neither takes what is another team's nor gives away what is theirs. Raise `Rejected`."""
    if actor.kind is ActorKind.ADMIN:
        return
    if actor.kind is not ActorKind.LEAD:
        raise Rejected("forbidden", "The directory is written by admins and leads.")
    for record in (before, after):
        if record is not None and not _is_theirs(actor.id, record, others):
            raise Rejected(
                "forbidden",
                "Leads write keyword rules, and the agents and categories of the teams they lead; the rest is for "
                "admins.",
            )


def _is_theirs(lead_id: str, record: Record, others: Records) -> bool:
    if isinstance(record, KeywordRule):
        return True
    if not isinstance(record, Agent | Category):
        return False
    team = others.get(record_key(KINDS[Team], record.team_id))
    return isinstance(team, Team) and lead_id in team.leads
