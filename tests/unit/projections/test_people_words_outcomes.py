"""The small read models: comments, people, words, outcomes."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from services.projections.read_models import command_outcomes, ticket_comments, ticket_search, users
from services.projections.read_models.ticket_comments import CommentRow
from services.projections.read_models.ticket_search import NO_WORDS, Words
from services.projections.read_models.users import NEVER, UserRow
from services.projections.read_models.words import ordered_words, words
from shared.events.envelope import Actor, ActorKind
from shared.events.outcomes import Accepted, Outcome, Refused
from shared.events.personal import IdentityCodec, Plain
from shared.events.ticket_changes import TicketRetitled
from shared.events.ticket_events import MessageRedacted
from shared.events.ticket_values import BodyFormat
from tests.projecting import ADA, ANSWERED, ASSIGNED, AT, MINUTE, NOTED, OPENED, RITA, SLA, TICKET, happened, life

CODEC = IdentityCodec()


def test_a_note_is_an_internal_comment() -> None:
    assert ticket_comments.evolve(happened(NOTED, 2), CODEC) == CommentRow(
        str(TICKET), 2, ActorKind.AGENT, "ada", True, "Do not tell her that it was the wrong printer.",  # noqa: FBT003 - a row
        BodyFormat.TEXT, AT + 2 * MINUTE,
    )  # fmt: skip
    answer = ticket_comments.evolve(happened(ANSWERED, 3), CODEC)
    assert answer is not None
    assert not answer.internal
    assert ticket_comments.evolve(happened(ASSIGNED, 2), CODEC) is None


def test_whom_an_event_tells_of() -> None:
    opened = happened(OPENED, 1, actor=ADA)
    at = opened.occurred_at
    assert list(users.evolve(opened, CODEC)) == [
        UserRow("rita", ActorKind.REQUESTER, NEVER, "Rita Möller", "rita@example.com", "Acme", at, at, at),
        UserRow("ada", ActorKind.AGENT, at, None, None, None, NEVER, at, at),
    ]
    assert list(users.evolve(happened(ASSIGNED, 2, actor=SLA), CODEC)) == []
    assert list(users.evolve(happened(ASSIGNED, 2, actor=Actor(ActorKind.IMPORT, "x")), CODEC)) == []


def test_what_is_known_of_a_person_is_the_same_in_any_order() -> None:
    events = (
        happened(OPENED, 1, actor=RITA),
        happened(ANSWERED, 2, actor=Actor(ActorKind.LEAD, "rita")),
        happened(replace(OPENED, requester=replace(OPENED.requester, name=Plain("Rita Meier"))), 3, actor=SLA),
    )
    told = [row for event in events for row in users.evolve(event, CODEC)]
    results = set()
    for order in permutations(told):
        row = order[0]
        for other in (*order[1:], *order):
            row = users.merged(row, other)
        results.add(row)
    assert results == {
        UserRow(
            "rita",
            ActorKind.LEAD,
            AT + 2 * MINUTE,
            "Rita Meier",
            "rita@example.com",
            "Acme",
            AT + 3 * MINUTE,
            AT + MINUTE,
            AT + 3 * MINUTE,
        )
    }


def test_words_of_notes_are_kept_apart() -> None:
    found = ticket_search.evolve(life(ANSWERED, NOTED), CODEC)
    assert found == Words(
        public=frozenset(words("Printer on fire It burns since Monday. cf 5724 Have you tried water?")),
        internal=frozenset(words("Do not tell her that it was the wrong printer.")),
    )
    assert ticket_search.evolve([happened(ASSIGNED, 2)], CODEC) is NO_WORDS


@pytest.mark.parametrize("step", [TicketRetitled(Plain("Copier")), MessageRedacted(1, "secret")])
def test_some_steps_make_words_fall_away(step: TicketRetitled | MessageRedacted) -> None:
    assert ticket_search.evolve([happened(step, 2)], CODEC).forgets


def test_the_last_subject_counts() -> None:
    found = ticket_search.evolve(life(TicketRetitled(Plain("Copier"))), CODEC)
    assert found.public == words("Copier It burns since Monday. cf 5724")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Größe STRASSE straße", ["grosse", "strasse", "strasse"]),
        ("foo@bar.example/x-1_2", ["foo", "bar", "example", "x", "1", "2"]),
        ("東京で printer壊れた", ["東", "京", "て", "printer", "壊", "れ", "た"]),
        ("résumé naïve", ["resume", "naive"]),
        ("a" * 70, ["a" * 64, "a" * 6]),
        ("'; DROP -- :* & | ! <->", ["drop"]),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert ordered_words(text) == found
    assert words(text) == set(found)


REFUSED = Outcome(
    UUID(int=1), "ticket", str(TICKET), 3, ADA, AT, Refused("transition_not_allowed", "Not now.", ("open",), 2, 2)
)
ACCEPTED = replace(REFUSED, decided_at=AT + MINUTE, result=Accepted(3, 3, "CF-5724"))


def test_an_acceptance_stands_for_ever() -> None:
    accepted = command_outcomes.evolve(None, ACCEPTED)
    later = replace(REFUSED, decided_at=AT + timedelta(days=1))
    repeated = replace(ACCEPTED, decided_at=AT + timedelta(days=1), result=Accepted(9, 9, repeated=True))
    assert command_outcomes.evolve(accepted, later) is accepted
    assert command_outcomes.evolve(accepted, repeated) is accepted


def test_the_latest_refusal_counts_until_one_is_accepted() -> None:
    refused = command_outcomes.evolve(None, REFUSED)
    later = replace(REFUSED, decided_at=AT + MINUTE, result=Refused("not_yours", "It is Bo's."))
    assert command_outcomes.evolve(refused, later).code == "not_yours"
    assert command_outcomes.evolve(command_outcomes.evolve(refused, later), REFUSED).code == "not_yours"
    assert command_outcomes.evolve(refused, ACCEPTED) == command_outcomes.evolve(None, ACCEPTED)
