"""What an export says of a ticket and its messages, and what an import makes of it, for tests."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from services.intake.api.bulk_bodies import ImportedMessageBody, ImportItem
from services.ops.importing.filed_messages import read_messages
from services.ops.importing.histories import Tickets
from services.ops.importing.mapping import TicketMapping
from services.ops.importing.names import Names, Renamed
from services.ops.importing.rows import Row
from services.ops.importing.told import BadRow, TicketRow, Told
from services.ops.importing.values import Reading

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

AS_IT_IS: Mapping[str, object] = {
    "rows": "tickets",
    "external": "nr",
    "subject": {"value": "Printer"},
    "description": "about",
    "requester": {"id": "asker.id", "email": "asker.email"},
    "status": "state",
    "opened_at": "at",
}
HISTORY: Mapping[str, object] = {**AS_IT_IS, "rows": "history", "occurred_at": "written"}
FORM: Mapping[str, object] = {
    "column": "said",
    "author": "by",
    "body": "text",
    "at": "at",
    "internal": {"column": "hidden", "otherwise": "false"},
}
TICKET: Mapping[str, object] = {
    "nr": 7,
    "about": "It burns.",
    "asker": {"id": "rita", "email": "Rita@Example.com"},
    "state": "open",
    "at": AT.isoformat(),
    "written": AT.isoformat(),
    "said": [],
}


def spoken(text: str, by: str, hours: int, *, hidden: bool = False, **more: object) -> dict[str, object]:
    return {"text": text, "by": by, "at": (AT + hours * HOUR).isoformat(), "hidden": hidden, **more}


def sent(text: str, kind: str, by: str, hours: int, **more: object) -> ImportedMessageBody:
    return ImportedMessageBody.model_validate(
        {"author": {"kind": kind, "id": by}, "body": text, "at": AT + hours * HOUR, **more}
    )


def mapping_of(*forms: Mapping[str, object], base: Mapping[str, object] = AS_IT_IS) -> TicketMapping:
    return TicketMapping.model_validate({**base, "messages": list(forms)})


def told(known: TicketMapping, *rows: Mapping[str, object], filed: Path | None = None) -> list[Told]:
    return _told(known, Names(known.people), rows, filed)


def names_of(known: TicketMapping, *rows: Mapping[str, object]) -> list[Renamed]:
    names = Names(known.people)
    _told(known, names, rows, None)
    return list(names.renamed())


def _told(
    known: TicketMapping, names: Names, rows: Iterable[Mapping[str, object]], filed: Path | None
) -> list[Told]:
    reading = Reading(frozenset(known.unknown), known.times, ZoneInfo("UTC"), names)
    tickets = Tickets(known, reading, "desk", read_messages(filed, known, reading))
    return list(tickets.of(Row(line, {**TICKET, **row}) for line, row in enumerate(rows, 1)))


def items(known: TicketMapping, *rows: Mapping[str, object], filed: Path | None = None) -> list[ImportItem]:
    return [row.item for ticket in told(known, *rows, filed=filed) for row in ticket if isinstance(row, TicketRow)]


def bad(known: TicketMapping, *rows: Mapping[str, object], filed: Path | None = None) -> list[BadRow]:
    return [row for ticket in told(known, *rows, filed=filed) for row in ticket if isinstance(row, BadRow)]
