"""What a ticket asks of whoever takes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.router.domain.ticket import Ticket
from shared.events.directory_records import Category, RoutingPolicy
from shared.events.ticket_values import Tier


@dataclass(frozen=True, slots=True)
class Need:
    """Tickets of equal need go to the same people. `to_leads`: nobody else took it for long."""

    team_id: str | None = None
    language: str | None = None
    required: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    to_leads: bool = False
    tier: Tier | None = None


def need_of(
    ticket: Ticket,
    now: datetime,
    policy: RoutingPolicy,
    categories: Mapping[str, Category],
    is_skill: Callable[[str], bool],
) -> tuple[Need, datetime | None]:
    """The need at `now`, and when waiting alone changes it.

    The skills of the category and the tags that are skills; of the optional ones, as many are dropped as the wait
    has whole periods, the last named first.
    """
    category = categories.get(ticket.category or "")
    asked = () if category is None else category.skills
    optional = [one.skill for one in asked if one.optional]
    waited = now - ticket.waiting_since
    periods = min(waited // policy.optional_skill_wait, len(optional))
    dropped = tuple(reversed(optional))[:periods]
    names = dict.fromkeys([*(one.skill for one in asked), *filter(is_skill, ticket.tags)])
    to_leads = waited >= policy.leads_after
    changes = [ticket.waiting_since + policy.leads_after] if not to_leads else []
    if periods < len(optional):
        changes.append(ticket.waiting_since + policy.optional_skill_wait * (periods + 1))
    team_id = ticket.team_id or (None if category is None else category.team_id)
    required = tuple(name for name in names if name not in dropped)
    need = Need(team_id, ticket.language, required, dropped, to_leads, ticket.tier)
    return need, min(changes, default=None)
