"""What is wrong with a record by itself, whatever else is in the directory: a sentence for each fault."""

import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from itertools import chain
from typing import assert_never

from services.intake.domain.directory_hours import absence_faults, hours_faults
from services.intake.domain.languages import ISO_639_1
from services.intake.domain.policy import MAX_TAGS
from shared.events.directory_promises import Calendar, EscalationRule, EscalationStep, SlaPolicy
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
from shared.events.ticket_values import Priority

MAX_LOAD = 1000
MAX_SKILLS = 100
MAX_PROFICIENCY = 5
MAX_LANGUAGES = 20
MAX_LEADS = 100
MAX_DOMAINS = 1000
MAX_WORDS = 200
MAX_WORD = 100
MAX_TAG = 50
MAX_NAME = 255
MAX_WEIGHT = 100
MAX_WAIT = timedelta(days=366)
DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""A domain name with at least one dot, lower case, an international one in its ASCII form (`xn--`)."""
MAX_DOMAIN = 253

Faults = Iterator[str]


def faults_of(record: Record, zones: Collection[str]) -> Faults:  # noqa: PLR0911 - one return a type
    """`zones` are the names of the IANA time zones that are known here."""
    match record:
        case Agent():
            return _agent(record, zones)
        case Team():
            return chain(_name(record.name), _several("leads", record.leads, MAX_LEADS))
        case Category():
            skills = [required.skill for required in record.skills]
            return chain(_several("skills", skills, MAX_SKILLS), _tags("skills", skills))
        case Organisation():
            return _organisation(record)
        case KeywordRule():
            return _rule(record)
        case RoutingPolicy():
            return _policy(record)
        case Calendar():
            return hours_faults(record.hours, zones)
        case SlaPolicy():
            return _several("targets", record.targets, len(Priority), least=1)
        case EscalationRule():
            return _several("steps", record.steps, len(EscalationStep), least=1)
        case unknown:
            assert_never(unknown)


def _agent(agent: Agent, zones: Collection[str]) -> Faults:
    if not 0 <= agent.max_load <= MAX_LOAD:
        yield f"max_load: it is 0 to {MAX_LOAD}, and 0 takes nothing, not {agent.max_load}"
    yield from _several("skills", agent.skills, MAX_SKILLS)
    yield from _tags("skills", agent.skills)
    for skill, proficiency in agent.skills.items():
        if not 1 <= proficiency <= MAX_PROFICIENCY:
            yield f"skills.{skill}: a proficiency is 1 to {MAX_PROFICIENCY}, not {proficiency}"
    yield from _several("languages", agent.languages, MAX_LANGUAGES)
    for language in agent.languages:
        yield from _language("languages", language)
    if agent.working_hours is not None:
        yield from hours_faults(agent.working_hours, zones)
    if agent.out_of_office is not None:
        yield from absence_faults(agent.out_of_office)


def _organisation(organisation: Organisation) -> Faults:
    yield from _name(organisation.name)
    yield from _several("domains", organisation.domains, MAX_DOMAINS)
    for domain in organisation.domains:
        if len(domain) > MAX_DOMAIN or not re.fullmatch(DOMAIN, domain):
            yield f"domains: {domain!r} is no domain name in lower case, as example.org or xn--bcher-kva.example"
    if organisation.language is not None:
        yield from _language("language", organisation.language)


def _rule(rule: KeywordRule) -> Faults:
    yield from _several("words", rule.words, MAX_WORDS, least=1)
    for word in rule.words:
        if not 0 < len(word) <= MAX_WORD or word.strip() != word or not word.isprintable():
            yield f"words: {word!r} is no word or phrase of 1 to {MAX_WORD} characters without space around it"
    yield from _several("tags", rule.tags, MAX_TAGS, least=1)
    yield from _tags("tags", rule.tags)


def _policy(policy: RoutingPolicy) -> Faults:
    yield from _several("rank", policy.rank, len(RankBy), least=1)
    for agent_id, weight in policy.weights.items():
        if not 1 <= weight <= MAX_WEIGHT:
            yield f"weights.{agent_id}: a weight is 1 to {MAX_WEIGHT}, not {weight}"
    for name in ("optional_skill_wait", "leads_after", "away_after", "heartbeat_fresh"):
        wait: timedelta = getattr(policy, name)
        if wait % timedelta(seconds=1) or not timedelta(seconds=1) <= wait <= MAX_WAIT:
            yield f"{name}: it is whole seconds, from 1 to {MAX_WAIT // timedelta(seconds=1)}"


def _name(name: str) -> Faults:
    if not 0 < len(name.strip()) <= len(name) <= MAX_NAME or not name.isprintable():
        yield f"name: it is 1 to {MAX_NAME} characters in one line"


def _language(place: str, code: str) -> Faults:
    if code not in ISO_639_1:
        yield f"{place}: {code!r} is no ISO 639-1 code, as en or de"


def _tags(place: str, tags: Collection[str]) -> Faults:
    for tag in tags:
        if not 0 < len(tag) <= MAX_TAG or tag.strip() != tag or not tag.isprintable():
            yield f"{place}: {tag!r} is no tag of 1 to {MAX_TAG} characters without space around it"


def _several(place: str, values: Collection[object], most: int, *, least: int = 0) -> Faults:
    if not least <= len(values) <= most:
        yield f"{place}: there are {least} to {most} of them, not {len(values)}"
    if len(set(values)) < len(values):
        yield f"{place}: one is named twice"
