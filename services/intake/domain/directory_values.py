"""What is wrong with a record by itself, whatever else is in the directory: a sentence for each fault."""

import re
from collections.abc import Collection
from datetime import timedelta
from itertools import chain
from typing import assert_never

from services.intake.domain.directory_calendars import calendar_faults
from services.intake.domain.directory_escalation import escalation_rule_faults
from services.intake.domain.directory_faults import Faults, name_faults, several_faults, tag_faults
from services.intake.domain.directory_hours import absence_faults, hours_faults
from services.intake.domain.directory_promises import sla_policy_faults
from services.intake.domain.languages import ISO_639_1
from services.intake.domain.places import Places
from services.intake.domain.policy import MAX_TAGS
from shared.events.directory_promises import Calendar, EscalationRule, SlaPolicy
from shared.events.directory_records import (
    Agent,
    Category,
    KeywordRule,
    Organisation,
    RankBy,
    Record,
    RoutingPolicy,
    Team,
)

MAX_LOAD = 1000
MAX_SKILLS = 100
MAX_PROFICIENCY = 5
MAX_LANGUAGES = 20
MAX_LEADS = 100
MAX_DOMAINS = 1000
MAX_WORDS = 200
MAX_WORD = 100
MAX_WEIGHT = 100
MAX_WAIT = timedelta(days=366)
DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""A domain name with at least one dot, lower case, an international one in its ASCII form (`xn--`)."""
MAX_DOMAIN = 253


def faults_of(record: Record, places: Places) -> Faults:  # noqa: PLR0911 - one return a type
    match record:
        case Agent():
            return _agent(record, places.zones)
        case Team():
            return chain(name_faults(record.name), several_faults("leads", record.leads, MAX_LEADS))
        case Category():
            skills = [required.skill for required in record.skills]
            return chain(several_faults("skills", skills, MAX_SKILLS), tag_faults("skills", skills))
        case Organisation():
            return _organisation(record)
        case KeywordRule():
            return _rule(record)
        case RoutingPolicy():
            return _policy(record)
        case Calendar():
            return calendar_faults(record, places)
        case SlaPolicy():
            return sla_policy_faults(record)
        case EscalationRule():
            return escalation_rule_faults(record)
        case unknown:
            assert_never(unknown)


def _agent(agent: Agent, zones: Collection[str]) -> Faults:
    if not 0 <= agent.max_load <= MAX_LOAD:
        yield f"max_load: it is 0 to {MAX_LOAD}, and 0 takes nothing, not {agent.max_load}"
    yield from several_faults("skills", agent.skills, MAX_SKILLS)
    yield from tag_faults("skills", agent.skills)
    for skill, proficiency in agent.skills.items():
        if not 1 <= proficiency <= MAX_PROFICIENCY:
            yield f"skills.{skill}: a proficiency is 1 to {MAX_PROFICIENCY}, not {proficiency}"
    yield from several_faults("languages", agent.languages, MAX_LANGUAGES)
    for language in agent.languages:
        yield from _language("languages", language)
    if agent.working_hours is not None:
        yield from hours_faults(agent.working_hours, zones, "working_hours")
    if agent.out_of_office is not None:
        yield from absence_faults(agent.out_of_office)


def _organisation(organisation: Organisation) -> Faults:
    yield from name_faults(organisation.name)
    yield from several_faults("domains", organisation.domains, MAX_DOMAINS)
    for domain in organisation.domains:
        if len(domain) > MAX_DOMAIN or not re.fullmatch(DOMAIN, domain):
            yield f"domains: {domain!r} is no domain name in lower case, as example.org or xn--bcher-kva.example"
    if organisation.language is not None:
        yield from _language("language", organisation.language)


def _rule(rule: KeywordRule) -> Faults:
    yield from several_faults("words", rule.words, MAX_WORDS, least=1)
    for word in rule.words:
        if not 0 < len(word) <= MAX_WORD or word.strip() != word or not word.isprintable():
            yield f"words: {word!r} is no word or phrase of 1 to {MAX_WORD} characters without space around it"
    yield from several_faults("tags", rule.tags, MAX_TAGS, least=1)
    yield from tag_faults("tags", rule.tags)


def _policy(policy: RoutingPolicy) -> Faults:
    yield from several_faults("rank", policy.rank, len(RankBy), least=1)
    for agent_id, weight in policy.weights.items():
        if not 1 <= weight <= MAX_WEIGHT:
            yield f"weights.{agent_id}: a weight is 1 to {MAX_WEIGHT}, not {weight}"
    for name in ("optional_skill_wait", "leads_after", "away_after", "heartbeat_fresh"):
        wait: timedelta = getattr(policy, name)
        if wait % timedelta(seconds=1) or not timedelta(seconds=1) <= wait <= MAX_WAIT:
            yield f"{name}: it is whole seconds, from 1 to {MAX_WAIT // timedelta(seconds=1)}"


def _language(place: str, code: str) -> Faults:
    if code not in ISO_639_1:
        yield f"{place}: {code!r} is no ISO 639-1 code, as en or de"
