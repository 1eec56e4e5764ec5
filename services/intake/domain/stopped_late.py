"""Breaches that come to light with what stops a clock: a clock that is stopped too late is breached at once."""

from collections.abc import Collection, Iterator

from services.intake.domain.ticket import Ticket
from services.intake.domain.ticket_facts import facts_of
from shared.events.envelope import Command, Origin
from shared.events.ticket_promises import SlaBreached
from shared.events.ticket_values import Clock

REPLY_CLOCKS = frozenset({Clock.FIRST_RESPONSE, Clock.NEXT_REPLY})
"""What an agent's public reply stops; a resolution or a close stops all."""


def stopped_late(
    command: Command[object], ticket: Ticket, clocks: Collection[Clock] = frozenset(Clock)
) -> Iterator[SlaBreached]:
    """Those of `clocks` that the command stops after their due time, or that were stopped late before it.

    The next start of a clock takes the place of this one on record: what the SLA service has not asked for by then
    it cannot ask for any more. Where targets are not of the present basis, a pause may have moved them, and it is
    left to that service. Nothing that is imported breaks a promise.
    """
    if ticket.terms is None or ticket.terms.basis != ticket.sla_basis or command.origin is Origin.IMPORT:
        return
    at = command.occurred_at or command.now
    for state in ticket.clocks:
        target = state.target
        met_at = at if state.met_at is None else min(at, state.met_at)
        if target.clock not in clocks or state.breached or target.due_at is None or met_at <= target.due_at:
            continue
        yield SlaBreached(target.clock, target.instance, target.due_at, facts_of(ticket))
