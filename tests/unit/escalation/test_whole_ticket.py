"""From a broken promise to what is on the ticket's record, through the real deciders."""

from uuid import UUID

from shared.events.ticket_changes import PriorityChanged
from shared.events.ticket_promises import EscalationActionRequested, SlaBreached, TicketEscalated
from shared.events.ticket_values import ActionRequest, Clock, OutwardAction, Priority, Tier
from tests.escalated import Case

T1 = UUID(int=(0x7 << 76) | 1)


def asked(case: Case) -> list[tuple[OutwardAction, tuple[str, ...]]]:
    found = [event.data for event in case.events]
    return [
        (one.request.action, one.request.recipients) for one in found if isinstance(one, EscalationActionRequested)
    ]


def raises(case: Case) -> list[tuple[int, Priority]]:
    found = [event.data for event in case.events]
    levels = [one.level for one in found if isinstance(one, TicketEscalated)]
    return list(zip(levels, [one.priority for one in found if isinstance(one, PriorityChanged)], strict=False))


def test_one_unanswered_p3_yields_one_raise_and_no_page() -> None:
    case = Case(T1)
    case.open()
    case.target(Clock.FIRST_RESPONSE)
    case.risk(Clock.FIRST_RESPONSE)
    case.breach(Clock.FIRST_RESPONSE)
    case.follow()
    assert raises(case) == [(1, Priority.P2)]
    assert asked(case) == [(OutwardAction.NOTIFY, ("lea",)), (OutwardAction.NOTIFY, ("lea",))]
    key = "breach/breached/first_response/1/0"
    breached, _, escalated, raised, told = (event.data for event in case.events[-5:])
    assert isinstance(breached, SlaBreached)
    assert escalated == TicketEscalated(
        key, "breach", 0, 1, 0, Tier.SENIOR, Clock.FIRST_RESPONSE, 1, facts=breached.facts
    )
    assert raised == PriorityChanged(Priority.P2, Priority.P3, "escalated by breach")
    assert told == EscalationActionRequested(
        key,
        ActionRequest(OutwardAction.NOTIFY, f"{key}/notify", ("lea",)),
        "breach",
        0,
        level=1,
        clock=Clock.FIRST_RESPONSE,
        instance=1,
    )


def test_its_next_clocks_raise_it_further_until_a_p1_pages() -> None:
    case = Case(T1)
    case.open()
    case.target(*Clock)
    for clock in Clock:
        case.breach(clock)
        case.follow()
    assert raises(case) == [(1, Priority.P2), (2, Priority.P1)]
    assert case.known.escalation_level == 3
    assert [action for action, _ in asked(case)].count(OutwardAction.PAGE) == 1


def test_a_p1_breach_pages_at_once() -> None:
    case = Case(T1)
    case.open(Priority.P1)
    case.target(Clock.FIRST_RESPONSE)
    case.breach(Clock.FIRST_RESPONSE)
    case.follow()
    assert (OutwardAction.PAGE, ()) in asked(case)
    assert case.known.priority is Priority.P1


def test_the_same_event_read_again_changes_nothing() -> None:
    case = Case(T1)
    case.open(Priority.P1)
    case.target(Clock.FIRST_RESPONSE)
    case.breach(Clock.FIRST_RESPONSE)
    again = list(case.sent)
    case.follow()
    before = list(case.events)
    case.sent.extend(again)
    case.follow()
    assert case.events == before
    assert case.refused == []


def test_past_the_third_level_a_breach_still_reaches_someone() -> None:
    case = Case(T1)
    case.open(Priority.P2)
    for instance in range(1, 6):
        case.target(Clock.NEXT_REPLY, instance=instance)
        case.breach(Clock.NEXT_REPLY)
        case.follow()
    assert case.known.escalation_level == 3
    assert [action for action, _ in asked(case)].count(OutwardAction.NOTIFY) == 5
    assert case.refused == []
