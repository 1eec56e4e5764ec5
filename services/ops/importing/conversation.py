"""The messages that a ticket's rows bring along, in the order in which they were said; pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.intake.api.bodies import RequesterBody
from services.intake.api.bulk_bodies import ImportedMessageBody
from services.ops.importing.mapping import TicketMapping
from services.ops.importing.message_mapping import MessagesFrom
from services.ops.importing.messages import listed, message_of
from services.ops.importing.values import BadValue, Reading


@dataclass(frozen=True, slots=True)
class Said:
    """What is new in a row. `left_out`: which messages are not among it and why, in words."""

    messages: Sequence[ImportedMessageBody] = ()
    left_out: tuple[str, ...] = ()


class Conversation:
    """One ticket's. A row may bring all messages so far or only new ones: what was told is not told again."""

    def __init__(self, mapping: TicketMapping, reading: Reading) -> None:
        here = [form for form in mapping.messages if form.ticket is None]
        self._forms = [form if form.at else form.model_copy(update={"at": mapping.occurred_at}) for form in here]
        self._reading = reading
        self._told: Counter[ImportedMessageBody] = Counter()
        self._begun: set[int] = set()

    def of(self, values: Mapping[str, object], requester: RequesterBody) -> Said:
        """Raise `BadValue`; nothing counts as told then."""
        told: Counter[ImportedMessageBody] = Counter()
        begun = set(self._begun)
        messages: list[ImportedMessageBody] = []
        left_out: list[str] = []
        for number, form in enumerate(self._forms):
            found = in_order(self._found(form, values, requester, left_out))
            new = list(self._new(found, told))
            if found and number not in begun:
                begun.add(number)
                new = new[form.first == "description" :]
            messages += new
        self._told |= told
        self._begun = begun
        return Said(in_order(messages), tuple(left_out))

    def _found(
        self, form: MessagesFrom, values: Mapping[str, object], requester: RequesterBody, left_out: list[str]
    ) -> Iterator[ImportedMessageBody]:
        if form.column is None:
            message = message_of(form, self._reading, values, requester)
            if message is not None:
                yield message
            return
        for number, one in enumerate(listed(form.column, values), 1):
            try:
                message = message_of(form, self._reading, one, requester)
            except BadValue as fault:
                place = "" if fault.column is None else f", column {fault.column}"
                raise BadValue(form.column, f"message {number}{place}: {fault.reason}") from fault
            if message is None:
                left_out.append(f"message {number} of {form.column} has no text")
            else:
                yield message

    def _new(
        self, found: Sequence[ImportedMessageBody], told: Counter[ImportedMessageBody]
    ) -> Iterator[ImportedMessageBody]:
        """Two equal ones in a row are two."""
        for message in found:
            told[message] += 1
            if told[message] > self._told[message]:
                yield message


def in_order(messages: Iterator[ImportedMessageBody] | Sequence[ImportedMessageBody]) -> list[ImportedMessageBody]:
    return sorted(messages, key=lambda message: message.at)
