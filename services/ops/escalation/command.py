"""`casefold escalation test`: what rules would have done to recorded tickets, beside what was done."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from services.escalation.domain.replay import Difference, Fired
from services.escalation.domain.rule import Rule
from services.escalation.rulebook import Rulebook, by_trigger, rules_in_force
from services.escalation.scores import Scores
from services.escalation.sentiment import Vader
from services.ops.escalation.filed import filed_rules
from services.ops.escalation.reading import TOPIC, found_since, open_log
from services.ops.escalation.trying import Tried, tried
from services.ops.since import Since, moment_of
from services.ops.terminal import printable
from services.ops.trouble import Trouble
from shared.events.catalogue import Undecodable
from shared.events.directory_promises import Trigger
from shared.events.personal import IdentityCodec
from shared.events.presets import PRESETS
from shared.runtime.background import Background
from shared.runtime.directory.following import open_directory
from shared.runtime.groups import At, OffsetsMissing, ends
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def escalation() -> None:
    """What the escalation rules did, and what others would have done."""


@app.command(name="test")
def try_rules(
    rules: Annotated[
        Path | None,
        typer.Argument(help="A YAML file, as `casefold directory apply` takes it. Without: the rules in force."),
    ] = None,
    *,
    since: Since,
    prune: Annotated[bool, typer.Option("--prune", help="Without the rules that the file does not have.")] = False,
) -> None:
    """Say what the rules would have done to recorded tickets, beside what was done. Nothing is sent."""
    try:
        result, tried_rules = asyncio.run(_tried(Settings(), moment_of(since), rules, prune=prune))
    except Undecodable as fault:
        raise Trouble(f"a recorded event cannot be read: {fault}") from fault
    except (KafkaError, OffsetsMissing) as failure:
        raise Trouble(f"Kafka does not answer: {failure}") from failure
    for line in lines(result, tried_rules):
        typer.echo(printable(line))


async def _tried(
    settings: Settings, since: datetime, path: Path | None, *, prune: bool
) -> tuple[Tried, list[Rule]]:
    places = await asyncio.to_thread(ends, settings, [TOPIC], At.END)
    async with (
        open_directory(settings, Background()) as directory,
        open_log(settings, [partition for _, partition in places]) as consumer,
    ):
        records, preset = directory.records, PRESETS[settings.preset]
        rules = rules_in_force(records, preset) if path is None else filed_rules(path, records, prune=prune)
        by = by_trigger(rules)
        scored = Scores(Vader(), IdentityCodec()).of if by[Trigger.SENTIMENT] else None
        found = await found_since(consumer, since, scored)
    return tried(found, by, Rulebook(records, preset)), rules


def lines(result: Tried, rules: Iterable[Rule]) -> Iterator[str]:
    """Each difference, then what they come to for each rule, then how much was looked at."""
    for one in result.differences:
        known = one.recorded or one.changed
        if known is not None:
            yield f"{known.ticket}, {known.at:%Y-%m-%d %H:%M:%S} UTC, {known.rule_id}: {_difference(one)}"
    more = Counter(one.changed.rule_id for one in result.differences if one.changed is not None)
    more.subtract(one.recorded.rule_id for one in result.differences if one.recorded is not None)
    for rule_id, count in sorted((rule_id, count) for rule_id, count in more.items() if count):
        yield f"{rule_id}: {count:+d}"
    for rule in rules:
        if rule.record.active and rule.record.when.trigger is Trigger.SILENT:
            yield (
                f"{rule.id}: that nobody answered for {rule.record.when.minutes} minutes is on record only "
                "where a rule in force asked for it."
            )
    said = f"{len(result.differences)} differences" if result.differences else "no difference"
    yield f"{result.tickets} tickets, {result.recorded} on record, {result.would} by these rules: {said}."


def _difference(one: Difference) -> str:
    return f"{_done(one.recorded)} on record, {_done(one.changed)} by these rules"


def _done(fired: Fired | None) -> str:
    if fired is None:
        return "nothing"
    steps = [
        *([] if fired.raised is None else [f"raised to {fired.raised}"]),
        *([] if fired.tier is None else [f"to a {fired.tier}"]),
        *fired.actions,
    ]
    return ", ".join(steps) or "escalated"
