"""Which tiers reach which: agent, senior, lead."""

from collections.abc import Mapping

from shared.events.ticket_values import Tier

RANK: Mapping[Tier | None, int] = {None: 0, Tier.AGENT: 0, Tier.SENIOR: 1, Tier.LEAD: 2}
"""None asks for nothing."""


def higher(one: Tier | None, other: Tier) -> Tier | None:
    return other if RANK[other] > RANK[one] else one
