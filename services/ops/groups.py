"""`casefold groups`: where the groups that send commands stand, and where one begins that stands nowhere."""

from collections.abc import Iterable, Mapping
from typing import Annotated

import typer
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from services.escalation import group as escalation
from services.ops.trouble import Trouble
from services.router import group as router
from shared.runtime.groups import At, OffsetsMissing, committed, ends, provision, write
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True)

COMMANDING: Mapping[str, tuple[str, ...]] = {
    router.GROUP: router.TOPICS,
    escalation.GROUP: escalation.TOPICS,
}
"""Each group that sends commands, and the topics that it reads."""


@app.command(name="list")
def list_() -> None:
    """List the groups that send commands, with their place in every partition."""
    settings = Settings()
    table = Table("group", "topic", "partition", "from", "stands at", "to", box=None)
    for group, topics in COMMANDING.items():
        for (topic, partition), first, offset, after in _places(settings, group, topics):
            stands = "nowhere" if offset is None else str(offset)
            table.add_row(group, topic, str(partition), str(first), stands, str(after))
    Console(width=160, highlight=False).print(table)


@app.command()
def start(
    group: Annotated[str, typer.Argument(help="As the sentence that it stopped with names it.")],
    at: Annotated[At, typer.Option(help="Where it begins in each partition in which it does not stand.")],
) -> None:
    """Let a stopped group begin where it has no offset: from the beginning it sends again what it sent before.

    The one who takes a command in knows it by its id, for seven days. From the end, what came meanwhile is left.
    """
    if group not in COMMANDING:
        known = ", ".join(COMMANDING) or "none yet"
        raise Trouble(f"there is no group {group} that sends commands: there are {known}")
    for line in started(Settings(), group, COMMANDING[group], at):
        typer.echo(line)


def started(settings: Settings, group: str, topics: Iterable[str], at: At) -> list[str]:
    """What was done, a sentence each. Where the group stands it is left alone. Raise `Trouble`."""
    try:
        places = _places(settings, group, topics)
        lost = {place for place, first, offset, after in places if offset is None or not first <= offset <= after}
        if not lost:
            return [f"The group {group} stands in every partition; nothing was changed."]
        wanted = {place: offset for place, offset in ends(settings, topics, at).items() if place in lost}
        write(settings, group, wanted)
    except (KafkaException, OffsetsMissing) as failure:
        said = failure.args[0].str() if isinstance(failure, KafkaException) else str(failure)
        raise Trouble(f"the group was not started: {said}; does its worker still run?") from failure
    return [f"{topic}/{partition}: begins at {offset}." for (topic, partition), offset in sorted(wanted.items())]


def provision_all(settings: Settings) -> None:
    """When topics have just been made, before any service runs."""
    for group, topics in COMMANDING.items():
        provision(settings, group, topics)


def _places(
    settings: Settings, group: str, topics: Iterable[str]
) -> list[tuple[tuple[str, int], int, int | None, int]]:
    """Topic and partition, the first offset, where the group stands, and the offset after the last."""
    wanted = tuple(topics)
    first, after = ends(settings, wanted, At.BEGINNING), ends(settings, wanted, At.END)
    found = committed(settings, group, wanted)
    return [(place, first[place], found[place], after[place]) for place in sorted(found)]
