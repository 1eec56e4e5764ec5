"""Messages from a file of their own, and messages that are too many for one command."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.intake.api.sender import MAX_COMMAND_BYTES
from services.ops.importing.folding import command_of, fold
from services.ops.importing.parts import MESSAGE
from services.ops.importing.rows import BadFile
from services.ops.importing.told import BadRow, TicketRow
from services.ops.trouble import Trouble
from shared.events.ticket_commands import TICKET_COMMANDS
from shared.events.ticket_events import AgentReplied, TicketClosed, TicketOpened
from tests.importing import AT, FORM, HISTORY, HOUR, bad, items, mapping_of, sent, spoken, told

NOW = datetime(2026, 2, 1, tzinfo=UTC)
FILED: Mapping[str, object] = {
    **{name: FORM[name] for name in ("author", "body", "at", "internal")},
    "ticket": "of",
}


def in_file(folder: Path, messages: Sequence[Mapping[str, object]]) -> Path:
    path = folder / "said.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in messages))
    return path


def test_a_ticket_as_it_is_takes_its_messages_from_their_own_file(tmp_path: Path) -> None:
    path = in_file(
        tmp_path, [spoken("B", "ada", 2, of=7), spoken("A", "rita", 1, of=7), spoken("C", "ada", 1, of=8)]
    )
    first, second = items(mapping_of(FILED), {}, {"nr": 8}, filed=path)
    assert [message.body for message in first.messages] == ["A", "B"]
    assert [message.body for message in second.messages] == ["C"]


def test_in_a_history_messages_from_a_file_are_rows_between_the_others(tmp_path: Path) -> None:
    said = [
        spoken(text, "ada", hours, of=7) for text, hours in (("0", 0), ("-1", -1), ("2", 2), ("1", 1), ("9", 9))
    ]
    path = in_file(tmp_path, said)
    rows: list[dict[str, object]] = [
        {"state": "new"},
        {"state": "pending_customer", "written": (AT + 2 * HOUR).isoformat()},
        {"state": "closed", "written": (AT + 3 * HOUR).isoformat()},
    ]
    (ticket,) = told(mapping_of(FILED, base=HISTORY), *rows, filed=path)
    assert [
        (
            row.file,
            row.line,
            row.item.row,
            row.item.status,
            row.item.occurred_at - AT,
            [m.body for m in row.item.messages],
        )
        for row in ticket
        if isinstance(row, TicketRow)
    ] == [
        (None, 1, 0, "new", 0 * HOUR, []),
        (str(path), 2, MESSAGE, "new", -HOUR, ["-1"]),
        (str(path), 1, MESSAGE + 1, "new", 0 * HOUR, ["0"]),
        (str(path), 4, MESSAGE + 2, "new", HOUR, ["1"]),
        (None, 2, 1, "pending_customer", 2 * HOUR, []),
        (str(path), 3, MESSAGE + 3, "pending_customer", 2 * HOUR, ["2"]),
        (None, 3, 2, "closed", 3 * HOUR, []),
        (str(path), 5, MESSAGE + 4, "closed", 9 * HOUR, ["9"]),
    ]
    longer = told(mapping_of(FILED, base=HISTORY), *rows, {"written": (AT + 8 * HOUR).isoformat()}, filed=path)[0]
    numbers = {row.item.row for row in ticket if isinstance(row, TicketRow)}
    assert {row.item.row for row in longer if isinstance(row, TicketRow)} == numbers | {3}


def test_a_filed_message_that_does_not_hold_refuses_its_ticket_alone(tmp_path: Path) -> None:
    path = in_file(tmp_path, [spoken("A", "ada", 1, of=7), spoken("B", "", 2, of=7), spoken("C", "ada", 1, of=9)])
    known = mapping_of(FILED, base=HISTORY)
    assert bad(known, {}, {"nr": 8}, {}, filed=path) == [
        BadRow(1, "7", 0, None, f"its message at {path}:2, column by: a message needs its author"),
        BadRow(3, "7", 1, None, f"its message at {path}:2, column by: a message needs its author"),
        BadRow(3, "9", None, "of", "the message is of a ticket that the other file does not have", str(path)),
    ]
    assert [item.external for item in items(known, {}, {"nr": 8}, {}, filed=path)] == ["8"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1]", "said.jsonl:2: not a JSON object; nothing was sent"),
        ('{"text": "A"}', "said.jsonl:2, column of: the row has no such column; nothing was sent"),
        ('{"of": ""}', "said.jsonl:2: the message does not say which ticket it is of; nothing was sent"),
    ],
)
def test_a_row_of_no_ticket_stops_the_import(tmp_path: Path, line: str, reason: str) -> None:
    path = in_file(tmp_path, [spoken("A", "ada", 1, of=7)])
    path.write_text(f"{path.read_text()}{line}\n")
    with pytest.raises(BadFile) as refused:
        told(mapping_of(FILED), {}, filed=path)
    assert str(refused.value).endswith(reason)


def test_the_mapping_and_the_file_go_together(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="name it with --messages"):
        told(mapping_of(FILED), {})
    with pytest.raises(Trouble, match="reads no messages from a file"):
        told(mapping_of(FORM), {}, filed=in_file(tmp_path, []))


def test_many_messages_are_several_commands_and_the_state_comes_with_the_last() -> None:
    said = [spoken("Wörter\n" * 6000, "ada", number) for number in range(1, 13)]
    row = {"state": "closed", "about": "It burns. " * 15_000, "said": said}
    (ticket,) = told(mapping_of(FORM), row)
    parts = [part for part in ticket if isinstance(part, TicketRow)]
    assert [part.item.row for part in parts] == [number * 2**32 for number in range(len(parts))]
    assert len(parts) > 3
    assert [message for part in parts for message in part.item.messages] == [
        sent("Wörter\n" * 6000, "agent", "ada", number) for number in range(1, 13)
    ]
    commands = [command_of(part, NOW).data for part in parts]
    assert max(len(TICKET_COMMANDS.encode(command)) for command in commands) < MAX_COMMAND_BYTES

    events = [event for folded in fold(parts, NOW) for event in folded.events]
    kinds = [type(event.data) for event in events if not event.implied]
    assert kinds == [TicketOpened, *[AgentReplied] * 12, TicketClosed]
    assert [folded.refusal for folded in fold(parts, NOW)] == [None] * len(parts)


def test_more_messages_than_one_command_may_list() -> None:
    said = [spoken("Hi", "ada", number % 100) for number in range(1200)]
    (ticket,) = told(mapping_of(FORM), {"said": said})
    assert [len(part.item.messages) for part in ticket if isinstance(part, TicketRow)] == [500, 500, 200]
