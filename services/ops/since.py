"""From when on recorded things are looked at."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from services.ops.trouble import Trouble

Since = Annotated[str, typer.Option(help="From when on, as 2026-11-24T12:00; UTC where it does not say.")]


def moment_of(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Trouble(f"--since {text} is no time, as 2026-11-24T12:00 or 2026-11-24") from fault
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
