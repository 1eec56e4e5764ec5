"""Records of the directory as people write and read them, over HTTP and in files: a body for each type."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from services.intake.api.directory_fields import At, Language, RecordId, Wait, WorkingHoursBody
from services.intake.api.directory_promise_bodies import CalendarBody, EscalationRuleBody, SlaPolicyBody
from services.intake.api.values import Address, Body, Name, Tag
from services.intake.domain.directory_values import (
    DOMAIN,
    MAX_DOMAIN,
    MAX_DOMAINS,
    MAX_LANGUAGES,
    MAX_LEADS,
    MAX_LOAD,
    MAX_PROFICIENCY,
    MAX_SKILLS,
    MAX_WEIGHT,
    MAX_WORD,
    MAX_WORDS,
)
from services.intake.domain.policy import MAX_TAGS
from shared.events.directory_records import RankBy, Visibility, Where
from shared.events.ticket_values import Tier


class OutOfOfficeBody(Body):
    begins: At
    ends: At | None = Field(None, description="Null: until it is taken back.")


class AgentBody(Body):
    name: Name
    team_id: RecordId
    tier: Tier = Tier.AGENT
    max_load: Annotated[StrictInt, Field(ge=0, le=MAX_LOAD)] = Field(
        5, description="Tickets that they hold at most; 0 takes nothing."
    )
    email: Address | None = None
    manager_id: RecordId | None = Field(None, description="Null: the lead of their team.")
    skills: Annotated[
        dict[Tag, Annotated[StrictInt, Field(ge=1, le=MAX_PROFICIENCY)]], Field(max_length=MAX_SKILLS)
    ] = Field(default_factory=dict, description="The proficiency of each, 1 to 5.", examples=[{"printers": 4}])
    languages: Annotated[tuple[Language, ...], Field(max_length=MAX_LANGUAGES)] = Field(
        (), description="None: every language."
    )
    working_hours: WorkingHoursBody | None = Field(None, description="Null: always.")
    out_of_office: OutOfOfficeBody | None = None
    visibility: Visibility = Visibility.ALL
    active: StrictBool = True


class TeamBody(Body):
    name: Name
    leads: Annotated[tuple[RecordId, ...], Field(max_length=MAX_LEADS)] = Field(
        (), description="Agents to whom the tickets go that have waited too long."
    )
    fallback_team_id: RecordId | None = Field(None, description="Whose leads take them, where there are none.")
    calendar_id: RecordId | None = Field(None, description="Its business hours.")


class RequiredSkillBody(Body):
    skill: Tag
    optional: StrictBool = Field(
        default=False, description="Dropped when a ticket has waited for long, the last named first."
    )


class CategoryBody(Body):
    team_id: RecordId
    skills: Annotated[tuple[RequiredSkillBody, ...], Field(max_length=MAX_SKILLS)] = ()


class OrganisationBody(Body):
    name: Name
    domains: Annotated[
        tuple[Annotated[str, Field(max_length=MAX_DOMAIN, pattern=DOMAIN)], ...], Field(max_length=MAX_DOMAINS)
    ] = Field(
        (), description="Of its people's mail addresses; a subdomain is another.", examples=[["acme.example"]]
    )
    language: Language | None = None
    calendar_id: RecordId | None = Field(None, description="The business hours that it was promised.")


class KeywordRuleBody(Body):
    type: Literal["keyword_rule"] = "keyword_rule"
    words: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=MAX_WORD)], ...],
        Field(min_length=1, max_length=MAX_WORDS, examples=[["fire", "it burns"]]),
    ] = Field(description="Words or phrases, whatever their case: one of them is enough.")
    tags: Annotated[tuple[Tag, ...], Field(min_length=1, max_length=MAX_TAGS)] = Field(
        description="What a new ticket gets that has one of them.", examples=[["urgent"]]
    )
    where: Where = Where.EITHER
    active: StrictBool = True


class RoutingPolicyBody(Body):
    type: Literal["routing_policy"] = "routing_policy"
    rank: Annotated[tuple[RankBy, ...], Field(min_length=1, max_length=len(RankBy))] = Field(
        (RankBy.LOAD, RankBy.PROFICIENCY, RankBy.IDLE), description="What counts first, second and third."
    )
    weights: dict[RecordId, Annotated[StrictInt, Field(ge=1, le=MAX_WEIGHT)]] = Field(
        default_factory=dict, description="An agent's turns in the round-robin, 1 where not named."
    )
    optional_skill_wait: Wait = Field(
        timedelta(minutes=5),
        description="After which a waiting ticket loses an optional skill, one after another.",
    )
    leads_after: Wait = Field(
        timedelta(minutes=30), description="After which a waiting ticket goes to its team's leads."
    )
    away_after: Wait = Field(
        timedelta(minutes=10), description="After which the unanswered tickets of an agent who is away go on."
    )
    heartbeat_fresh: Wait = Field(timedelta(seconds=60), description="How old an agent's last heartbeat may be.")


AnyBody = (
    AgentBody
    | TeamBody
    | CategoryBody
    | OrganisationBody
    | KeywordRuleBody
    | RoutingPolicyBody
    | CalendarBody
    | SlaPolicyBody
    | EscalationRuleBody
)
