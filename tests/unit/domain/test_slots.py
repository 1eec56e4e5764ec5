"""Slots of an agent: limits that nobody passes but a lead, and what follows from a slot that is reserved."""

from dataclasses import replace
from uuid import UUID, uuid5

import pytest

from services.intake.domain import agent, agent_react
from services.intake.domain.agent import reservation_of
from services.intake.domain.reaction import Settled
from shared.events.agent import (
    AgentLimitSet,
    AgentStatus,
    AgentStatusSet,
    HoldSlot,
    ReleaseReason,
    ReleaseSlot,
    SetAgentLimit,
    SetAgentStatus,
    SlotPurpose,
    SlotReleased,
    SlotReserved,
)
from shared.events.envelope import Actor, Command
from shared.events.ticket_commands import (
    AssignTicket,
    ClaimTicket,
)
from tests.deciding import (
    ADA,
    AT,
    BEN,
    LEA,
    ROUTER,
    SLOT,
    TICKET,
)
from tests.deciding_slots import HELD, LIMIT, OTHER, WHY, asked, known, recorded, refusal, reserve


def test_a_free_slot_is_reserved_and_the_ticket_assigned() -> None:
    command = asked(replace(reserve(SlotPurpose.ROUTED), explanation=WHY, from_assignee="ben"))
    reservation = reservation_of(command.id)
    (fact,) = agent.decide(command, known(LIMIT))
    assert fact == SlotReserved(
        reservation, TICKET, SlotPurpose.ROUTED, 1, 1, from_assignee="ben", explanation=WHY
    )
    events = recorded(command, (fact,), 1)
    (reaction,) = agent_react.react(Settled(command, known(LIMIT), events, known(LIMIT, fact)))
    assert reaction.answers
    assert (reaction.stream, reaction.command.subject) == ("ticket", str(TICKET))
    assert reaction.command.data == AssignTicket(
        "ada", reservation=reservation, from_assignee="ben", explanation=WHY
    )


def test_a_claim_goes_on_as_its_own_with_the_askers_address_and_versions() -> None:
    command = replace(asked(reserve(SlotPurpose.CLAIMED), ADA), reply_to=3, trace="00-1-2-01")
    events = recorded(command, agent.decide(command, known(LIMIT)), 1)
    (reaction,) = agent_react.react(Settled(command, known(LIMIT), events, known(LIMIT)))
    assert reaction.command == Command(
        id=uuid5(command.id, "assign"),
        subject=str(TICKET),
        actor=ADA,
        now=AT,
        correlation_id=command.correlation_id,
        data=ClaimTicket(reservation_of(command.id)),
        cause_id=events[0].id,
        reply_to=3,
        trace="00-1-2-01",
    )


@pytest.mark.parametrize(
    ("purpose", "actor"),
    [(SlotPurpose.ROUTED, ROUTER), (SlotPurpose.CLAIMED, ADA), (SlotPurpose.ASSIGNED, BEN)],
)
def test_the_limit_holds_for_router_claims_and_agents(purpose: SlotPurpose, actor: Actor) -> None:
    assert refusal(asked(reserve(purpose), actor), known(LIMIT, HELD)) == "no_free_slot"


def test_a_limit_of_nothing_takes_nothing() -> None:
    none = known(AgentLimitSet(0, active=True, directory_version=1))
    assert refusal(asked(reserve(SlotPurpose.ROUTED)), none) == "no_free_slot"


def test_a_lead_may_pass_the_limit_and_the_ticket_says_so() -> None:
    command = asked(reserve(SlotPurpose.ASSIGNED), LEA)
    state = known(LIMIT, HELD)
    (fact,) = agent.decide(command, state)
    assert fact == SlotReserved(reservation_of(command.id), TICKET, SlotPurpose.ASSIGNED, 2, 1, over_limit=True)
    (reaction,) = agent_react.react(Settled(command, state, recorded(command, (fact,), 2), state))
    assert reaction.command.data == AssignTicket("ada", over_limit=True, reservation=reservation_of(command.id))


def test_a_ticket_that_is_held_already_takes_no_second_slot() -> None:
    command = asked(reserve(SlotPurpose.CLAIMED, OTHER), ADA)
    (fact,) = agent.decide(command, known(LIMIT, HELD))
    assert fact == SlotReserved(reservation_of(command.id), OTHER, SlotPurpose.CLAIMED, 1, 1)


def test_what_comes_back_is_held_past_the_limit() -> None:
    back = UUID(int=5)
    assert agent.decide(asked(HoldSlot(TICKET, back)), known(LIMIT, HELD)) == (
        SlotReserved(back, TICKET, SlotPurpose.RETURNED, 2, 1, over_limit=True),
    )
    assert agent.decide(asked(HoldSlot(OTHER, SLOT)), known(LIMIT, HELD)) == ()


def test_a_release_ends_its_own_reservation_only() -> None:
    state = known(LIMIT, HELD)
    release = ReleaseSlot(OTHER, SLOT, ReleaseReason.DECLINED)
    assert agent.decide(asked(release), state) == (SlotReleased(SLOT, OTHER, ReleaseReason.DECLINED, 0),)
    assert agent.decide(asked(replace(release, reservation=UUID(int=9))), state) == ()
    assert known(LIMIT, HELD, SlotReleased(SLOT, OTHER, ReleaseReason.LEFT, 0)).load == 0


def test_who_is_not_in_the_directory_or_has_left_takes_nothing() -> None:
    gone = known(LIMIT, AgentLimitSet(1, active=False, directory_version=2))
    assert refusal(asked(reserve(SlotPurpose.ROUTED)), None) == "unknown_agent"
    assert refusal(asked(reserve(SlotPurpose.ASSIGNED), LEA), gone) == "inactive_agent"
    assert refusal(asked(reserve(SlotPurpose.CLAIMED), BEN), known(LIMIT)) == "forbidden"


def test_the_directorys_newest_word_on_the_limit_counts() -> None:
    newer = SetAgentLimit(3, active=True, directory_version=2)
    assert agent.decide(asked(newer), None) == (AgentLimitSet(3, active=True, directory_version=2),)
    assert agent.decide(asked(newer), known(LIMIT)) == (AgentLimitSet(3, active=True, directory_version=2),)
    older = replace(newer, directory_version=1)
    assert agent.decide(asked(older), known(LIMIT)) == ()
    assert agent.decide(asked(SetAgentLimit(1, active=True, directory_version=2)), known(LIMIT)) == ()


def test_a_status_is_ones_own_or_a_leads_to_set() -> None:
    busy = SetAgentStatus(AgentStatus.BUSY)
    assert agent.decide(asked(busy, ADA), known(LIMIT)) == (AgentStatusSet(AgentStatus.BUSY),)
    assert agent.decide(asked(busy, LEA), known(LIMIT)) == (AgentStatusSet(AgentStatus.BUSY),)
    assert agent.decide(asked(busy, ADA), known(LIMIT, AgentStatusSet(AgentStatus.BUSY))) == ()
    assert refusal(asked(busy, BEN), known(LIMIT)) == "forbidden"


def test_a_repeated_claim_asks_the_ticket_again_and_brings_its_slot_only_while_it_is_held() -> None:
    command = asked(reserve(SlotPurpose.CLAIMED), ADA)
    (fact,) = agent.decide(command, known(LIMIT))
    (held,) = agent_react.react_again(command, known(LIMIT, fact))
    (released,) = agent_react.react_again(command, known(LIMIT))
    assert (held.command.data, released.command.data) == (
        ClaimTicket(reservation_of(command.id)),
        ClaimTicket(),
    )
    assert held.command.id == released.command.id == uuid5(command.id, "assign")
