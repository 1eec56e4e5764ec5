"""Tickets for which an escalation asks an agent of a tier, while another has them or nobody."""

from services.router.domain.decisions import Decision, Reserve, Unassign
from services.router.domain.routing import Routing
from shared.events.agent import ReleaseReason
from shared.events.directory_hours import OutOfOffice
from shared.events.directory_records import Team
from shared.events.routing import (
    AgentRecorded,
    Side,
    TicketAnswered,
    TicketLeft,
    TicketMoved,
    TicketRaised,
    TicketTaken,
)
from shared.events.routing_values import LeftOut, QueueReason
from shared.events.ticket_values import Status, Tier
from tests.routing import MINUTE, SECOND, T1, T2, Log, given_to, left_out, queued

SENIOR = TicketRaised(Tier.SENIOR)


def held_by_ada(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.granted(T1, "ada")


def from_to(decided: list[Decision]) -> tuple[str | None, str]:
    (one,) = decided
    assert isinstance(one, Reserve)
    return one.from_assignee, one.agent_id


def test_a_slot_of_a_senior_is_asked_for_while_the_agent_has_it(log: Log) -> None:
    held_by_ada(log)
    log.agent("sam", tier=Tier.SENIOR)
    decided = log.say(T1, SENIOR)
    assert from_to(decided) == ("ada", "sam")
    assert left_out(decided) == {LeftOut.TIER: 1}
    (reserve,) = decided
    assert isinstance(reserve, Reserve)
    assert reserve.explanation.tier is Tier.SENIOR
    assert log.granted(T1, "sam") == []
    assert log.released(T1, "ada") == []
    assert log.wait(60 * MINUTE) == []


def test_a_lead_is_higher_than_a_senior_and_whoever_leads_a_team_is_a_lead(log: Log) -> None:
    for number, (tier, name) in enumerate([(Tier.LEAD, "lou"), (Tier.SENIOR, "sam"), (Tier.AGENT, "lea")]):
        desk = Log()
        held_by_ada(desk)
        desk.say("teams/support", Team("Support", ("lea",)))
        desk.agent(name, tier=tier)
        asked = Tier.LEAD if number != 1 else Tier.SENIOR
        assert from_to(desk.say(T1, TicketRaised(asked))) == ("ada", name)
    held_by_ada(log)
    log.agent("sam", tier=Tier.SENIOR)
    assert log.say(T1, TicketRaised(Tier.LEAD)) == []


def test_an_agent_who_is_of_the_tier_keeps_it(log: Log) -> None:
    log.agent("sam", tier=Tier.SENIOR)
    log.ticket(T1)
    log.granted(T1, "sam")
    log.agent("sue", tier=Tier.SENIOR)
    assert log.say(T1, SENIOR) == []
    assert log.wait(60 * MINUTE) == []


def test_with_nobody_of_the_tier_it_stays_and_goes_to_whoever_comes(log: Log) -> None:
    held_by_ada(log)
    assert log.say(T1, SENIOR) == []
    assert log.wait(MINUTE) == []
    assert from_to(log.agent("sam", tier=Tier.SENIOR)) == ("ada", "sam")


def test_it_goes_to_whoever_becomes_senior_unless_that_is_its_agent(log: Log) -> None:
    held_by_ada(log)
    log.agent("ben")
    log.say(T1, SENIOR)
    promoted = AgentRecorded("support", Tier.SENIOR, {})
    assert from_to(log.say("agents/ben", promoted)) == ("ada", "ben")
    other = Log()
    held_by_ada(other)
    other.say(T1, SENIOR)
    assert other.say("agents/ada", promoted) == []
    other.agent("sam", tier=Tier.SENIOR)
    assert other.wait(60 * MINUTE) == []


def test_after_the_wait_it_goes_to_the_leads_of_the_fallback_team(log: Log) -> None:
    log.agent("lou", team="office", tier=Tier.LEAD)
    log.say("teams/support", Team("Support", fallback_team_id="office"))
    log.say("teams/office", Team("Office", ("lou",)))
    log.agent("ada")
    log.ticket(T1, team="support")
    log.granted(T1, "ada")
    log.wait(60 * MINUTE)
    assert log.say(T1, SENIOR) == []
    assert log.wait(29 * MINUTE) == []
    assert from_to(log.wait(MINUTE)) == ("ada", "lou")


def test_a_slot_in_vain_is_asked_for_again_and_its_agent_keeps_it_meanwhile(log: Log) -> None:
    held_by_ada(log)
    log.agent("sam", tier=Tier.SENIOR)
    log.say(T1, SENIOR)
    assert from_to(log.wait(2 * SECOND)) == ("ada", "sam")
    log.held(T1, "sam")
    log.released(T1, "sam", ReleaseReason.DECLINED)
    assert log.routing.state.tickets[T1].assignee_id == "ada"
    assert from_to(log.wait(4 * SECOND)) == ("ada", "sam")


def test_one_that_nobody_has_waits_for_the_tier_and_says_so(log: Log) -> None:
    log.agent("ada", there=False)
    log.ticket(T1)
    assert queued(log.say(T1, SENIOR)) == (QueueReason.NO_TIER, ())
    assert log.online("ada") == []
    assert from_to(log.agent("sam", tier=Tier.SENIOR)) == (None, "sam")


def test_a_slot_that_was_on_its_way_when_it_was_raised_is_not_the_last_word(log: Log) -> None:
    log.agent("ada")
    log.ticket(T1)
    log.agent("sam", tier=Tier.SENIOR)
    assert log.say(T1, SENIOR) == []
    assert log.held(T1, "ada") == []
    assert from_to(log.say(T1, TicketTaken("ada", routed=True))) == ("ada", "sam")


def test_who_takes_it_by_hand_keeps_it(log: Log) -> None:
    held_by_ada(log)
    log.say(T1, SENIOR)
    log.say(T1, TicketTaken("ben"))
    assert log.agent("sam", tier=Tier.SENIOR) == []
    assert log.wait(10 * SECOND) == []


def test_the_tier_holds_for_whoever_comes_next(log: Log) -> None:
    held_by_ada(log)
    log.agent("sam", tier=Tier.SENIOR)
    log.say(T1, SENIOR)
    log.granted(T1, "sam")
    log.agent("sue", tier=Tier.SENIOR)
    out = AgentRecorded("support", Tier.SENIOR, {}, out_of_office=OutOfOffice(log.now))
    assert log.say("agents/sam", out) == [Unassign(T1, "sam", 1)]
    assert given_to(log.say(T1, TicketLeft())) == ["sue"]


def test_what_waits_for_its_requester_or_is_solved_needs_no_senior_yet(log: Log) -> None:
    held_by_ada(log)
    log.say(T1, TicketMoved(Status.PENDING_CUSTOMER))
    log.say(T1, SENIOR)
    assert log.agent("sam", tier=Tier.SENIOR) == []
    assert from_to(log.say(T1, TicketAnswered(Side.REQUESTER))) == ("ada", "sam")


def test_a_lower_tier_asked_for_later_takes_nothing_back(log: Log) -> None:
    held_by_ada(log)
    log.say(T1, TicketRaised(Tier.LEAD))
    log.say(T1, SENIOR)
    assert log.agent("sam", tier=Tier.SENIOR) == []


def test_its_own_agents_absence_frees_it_as_ever(log: Log) -> None:
    held_by_ada(log)
    log.say(T1, SENIOR)
    out = AgentRecorded("support", Tier.AGENT, {}, out_of_office=OutOfOffice(log.now))
    assert log.say("agents/ada", out) == [Unassign(T1, "ada", 1)]
    assert queued(log.say(T1, TicketLeft())) == (QueueReason.NO_TIER, ())


def test_a_checkpoint_carries_the_tier_and_the_wait(log: Log) -> None:
    held_by_ada(log)
    log.say(T1, SENIOR)
    log.wait(10 * MINUTE)
    parts = log.routing.checkpoint()
    log.routing = Routing.restore(parts)
    assert log.routing.checkpoint() == parts
    assert from_to(log.agent("sam", tier=Tier.SENIOR)) == ("ada", "sam")


def test_a_full_senior_takes_it_when_a_slot_is_free(log: Log) -> None:
    log.agent("sam", tier=Tier.SENIOR, max_load=1)
    log.ticket(T2)
    log.granted(T2, "sam")
    held_by_ada(log)
    assert log.say(T1, SENIOR) == []
    assert from_to(log.released(T2, "sam")) == ("ada", "sam")
