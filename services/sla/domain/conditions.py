"""Whether a ticket meets what a policy or a rule asks of it."""

from shared.events.directory_promises import Conditions
from shared.events.ticket_values import SlaInputs


def meets(conditions: Conditions, inputs: SlaInputs) -> bool:
    """Each that is not empty: one of those named, and all of the tags."""
    return (
        (not conditions.priorities or inputs.priority in conditions.priorities)
        and (not conditions.categories or inputs.category in conditions.categories)
        and (not conditions.channels or inputs.channel in conditions.channels)
        and (not conditions.organisations or inputs.organisation in conditions.organisations)
        and (not conditions.teams or inputs.team_id in conditions.teams)
        and (not conditions.tags or set(conditions.tags).issubset(inputs.tags))
    )
