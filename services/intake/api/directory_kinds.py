"""The kinds of records: which types of records each holds, and which of them a document is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, RootModel

from services.intake.api.directory_bodies import (
    AgentBody,
    AnyBody,
    CategoryBody,
    KeywordRuleBody,
    OrganisationBody,
    RoutingPolicyBody,
    TeamBody,
)
from services.intake.api.directory_promise_bodies import CalendarBody, EscalationRuleBody, SlaPolicyBody
from shared.events.directory_promises import Calendar, EscalationRule, SlaPolicy
from shared.events.directory_records import (
    KINDS,
    Agent,
    Category,
    KeywordRule,
    Organisation,
    Record,
    RoutingPolicy,
    Team,
)


def _rule(given: object) -> AnyBody:
    bodies: dict[object, type[AnyBody]] = {"keyword_rule": KeywordRuleBody, "escalation_rule": EscalationRuleBody}
    return _read(given, bodies, "keyword_rule")


def _policy(given: object) -> AnyBody:
    """Only an SLA policy has targets, and it must have some."""
    bodies: dict[object, type[AnyBody]] = {"sla_policy": SlaPolicyBody, "routing_policy": RoutingPolicyBody}
    targeted = isinstance(given, Mapping) and "targets" in given
    return _read(given, bodies, "sla_policy" if targeted else "routing_policy")


def _read(given: object, bodies: Mapping[object, type[AnyBody]], usual: str) -> AnyBody:
    """By its type, so that each fault has its place in the document."""
    for body in bodies.values():
        if isinstance(given, body):
            return given
    said = given.get("type", usual) if isinstance(given, Mapping) else usual
    wanted = bodies.get(said) if isinstance(said, str) else None
    if wanted is None:
        raise ValueError(f"the type is {' or '.join(map(str, bodies))}, and {usual} where none is given")
    return wanted.model_validate(given)


class RuleBody(RootModel[Annotated[KeywordRuleBody | EscalationRuleBody, BeforeValidator(_rule)]]):
    """By its `type`; a keyword rule where it has none."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class PolicyBody(RootModel[Annotated[RoutingPolicyBody | SlaPolicyBody, BeforeValidator(_policy)]]):
    """By its `type`, else by whether it has targets."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


Document = AnyBody | RuleBody | PolicyBody


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` as addresses have it, `one` as a route's name does; `document` is what is written and read of it."""

    name: str
    one: str
    document: type[Document]
    bodies: Mapping[type[Record], type[AnyBody]]

    def read(self, given: object) -> AnyBody:
        """Raise `pydantic.ValidationError`."""
        return opened(self.document.model_validate(given))


def opened(document: Document) -> AnyBody:
    return document.root if isinstance(document, RootModel) else document


KINDS_OF_RECORDS: Sequence[Kind] = (
    Kind(KINDS[Calendar], "calendar", CalendarBody, {Calendar: CalendarBody}),
    Kind(KINDS[Team], "team", TeamBody, {Team: TeamBody}),
    Kind(KINDS[Agent], "agent", AgentBody, {Agent: AgentBody}),
    Kind(KINDS[Category], "category", CategoryBody, {Category: CategoryBody}),
    Kind(KINDS[Organisation], "organisation", OrganisationBody, {Organisation: OrganisationBody}),
    Kind(
        KINDS[KeywordRule],
        "rule",
        RuleBody,
        {KeywordRule: KeywordRuleBody, EscalationRule: EscalationRuleBody},
    ),
    Kind(
        KINDS[RoutingPolicy],
        "policy",
        PolicyBody,
        {RoutingPolicy: RoutingPolicyBody, SlaPolicy: SlaPolicyBody},
    ),
)
"""In the order in which a file has them: what is named stands before what names it, where one may choose."""
