"""The directory as the service follows it: what is passed over counts as read, and when silences are others."""

from collections.abc import Mapping
from uuid import UUID

from aiokafka import ConsumerRecord

from services.sla.directory import Directory
from shared.events.directory import DIRECTORY_EVENTS, DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_promises import Conditions, EscalationRule, EscalationStep, Trigger, When
from shared.events.directory_records import Record, Team
from shared.events.envelope import Event
from shared.events.wire import event_headers
from tests.clock_log import ADMIN, AT

STEPS = (EscalationStep.NOTIFY_ASSIGNEE,)
SILENT = EscalationRule(When(Trigger.SILENT, minutes=30), STEPS)
LOUD = EscalationRule(When(Trigger.SILENT, minutes=30), (EscalationStep.RAISE_PRIORITY, *STEPS))
VIP = EscalationRule(When(Trigger.SILENT, minutes=30), STEPS, Conditions(tags=("vip",)))
OFF = EscalationRule(When(Trigger.SILENT, minutes=5), STEPS, active=False)
BREACHED = EscalationRule(When(Trigger.BREACHED), STEPS)


class Followed:
    def __init__(self, preset: Mapping[str, Record] | None = None) -> None:
        self.directory = Directory(preset or {})
        self._offset = -1

    def say(self, key: str, data: DirectoryEventData, name: str | None = None) -> str:
        """The silences then."""
        self._offset += 1
        none = UUID(int=0)
        event = Event(none, key, self._offset + 1, 0, AT, AT, ADMIN, none, none, data)
        headers = event_headers(event, name or DIRECTORY_EVENTS.name_of(data), b"/tests")
        value = DIRECTORY_EVENTS.encode(data)
        said = ConsumerRecord("directory", 0, self._offset, 0, 0, b"", value, None, 0, len(value), tuple(headers))
        self.directory.apply(said)
        return self.directory.silences

    def save(self, key: str, record: Record) -> str:
        return self.say(key, RecordSaved(record))


def test_an_event_of_a_newer_writer_is_passed_over_and_counts_as_read() -> None:
    followed = Followed()
    followed.save("teams/support", Team("Support"))
    followed.say("teams/support", RecordRemoved(), "casefold.directory.record_praised.v1")
    assert followed.directory.books.offset == 1
    assert followed.directory.books.at(1).offset == 1


def test_silences_are_others_only_where_minutes_or_conditions_of_an_active_rule_are() -> None:
    followed = Followed()
    none = followed.directory.silences
    assert followed.save("rules/breach", BREACHED) == none
    assert followed.save("rules/off", OFF) == none
    silent = followed.save("rules/silent", SILENT)
    assert silent != none
    assert followed.save("rules/silent", LOUD) == silent
    assert followed.save("rules/another", SILENT) == silent
    assert followed.save("rules/another", VIP) not in (none, silent)
    assert followed.say("rules/another", RecordRemoved()) == silent
    assert followed.say("rules/silent", RecordRemoved()) == none


def test_silences_of_the_preset_hold_until_there_is_a_rule() -> None:
    followed = Followed({"rules/silent": SILENT})
    built_in, none = followed.directory.silences, Followed().directory.silences
    assert built_in != none
    assert followed.save("rules/breach", BREACHED) == none
    assert followed.say("rules/breach", RecordRemoved()) == built_in
