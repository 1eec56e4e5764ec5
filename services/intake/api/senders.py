"""Which roles a route lets in: those whose kind of actor the decider lets send its commands."""

from services.intake.domain.guards import MAY_SEND
from shared.events.ticket_commands import TicketCommandData
from shared.runtime.http.auth import allow
from shared.runtime.http.principal import Principal, Role


def senders(*commands: type[TicketCommandData]) -> allow:
    """The dependency that answers the principal where it may send one of the commands."""
    kinds = frozenset().union(*(MAY_SEND[command] for command in commands))
    return allow(*(role for role in Role if role is not Role.ANALYST and Principal(role, "").actor.kind in kinds))
