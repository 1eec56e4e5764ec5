"""`casefold transactions`: those that hold a partition's readers for ever, and ending them as was decided."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from services.ops.hanging.decisions import Decision
from services.ops.hanging.find import Hanging, end, hanging
from services.ops.trouble import Trouble
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command(name="list")
def list_() -> None:
    """List transactions that are open in a partition and that their coordinator takes for ended."""
    found = asyncio.run(hanging(Settings()))
    if not found:
        typer.echo("No transaction hangs.")
        return
    table = Table("topic", "partition", "from offset", "last written", "transaction", "decided", box=None)
    for one in found:
        written = one.last_written.isoformat(timespec="seconds")
        name = one.transactional_id or f"producer {one.producer_id}"
        table.add_row(one.topic, str(one.partition), str(one.start), written, name, one.decided or "not on record")
    Console(width=160, highlight=False).print(table)


@app.command(name="end")
def end_(
    *,
    otherwise: Annotated[
        Decision | None, typer.Option(help="What to do where the decision is not on record any more.")
    ] = None,
) -> None:
    """Write the marks that are missing, as the coordinator had decided; readers go on at once."""
    settings = Settings()
    found = asyncio.run(hanging(settings))
    if not found:
        typer.echo("No transaction hangs; nothing was changed.")
    for one in found:
        if (decided := one.decided or otherwise) is not None:
            asyncio.run(end(settings, one, decided))
            typer.echo(f"{_place(one)}: {decided}, as {'was decided' if one.decided else 'you said'}.")
    left = [_place(one) for one in found if (one.decided or otherwise) is None]
    if left:
        raise Trouble(
            f"what was decided of {', '.join(left)} is not on record any more, and these were left: to abort one "
            "may lose what was acknowledged; docs/reliability.md says how to decide, then give --otherwise"
        )


def _place(one: Hanging) -> str:
    return f"{one.topic}/{one.partition} from offset {one.start}"
