"""A ticket's log as the decider makes it, with the clocks of `services.sla` beside it, for tests of these."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.intake.domain.evolve import evolve as decided
from services.intake.domain.policy import Policy
from services.intake.domain.rejected import Rejected
from services.intake.domain.ticket import Ticket
from services.sla.domain.books import Books
from services.sla.domain.commands import fire_command, target_command
from services.sla.domain.evolve import TicketEvent, evolve
from services.sla.domain.fires import Fire, fires
from services.sla.domain.targets import targets
from services.sla.domain.ticket import TicketClocks
from shared.events.directory import DirectoryEventData, RecordRemoved, RecordSaved
from shared.events.directory_records import Record
from shared.events.envelope import Actor, ActorKind, Command, Event, Origin
from shared.events.ticket_commands import OpenTicket, TicketCommandData
from shared.events.ticket_values import Clock, ClockTarget
from tests.deciding import ADA, OPEN, TICKET, when, wish

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""A Monday."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOLD = 72 * HOUR
ADMIN = Actor(ActorKind.ADMIN, "ann")
_NONE = UUID(int=0)


def books(records: Mapping[str, Record], preset: Mapping[str, Record] | None = None) -> Books:
    """Each record of version 1, at the offsets 0, 1, 2, and so on."""
    made = Books(preset or {})
    for key, record in records.items():
        put(made, key, record, 1)
    return made


def put(known: Books, key: str, record: Record | None, version: int, *, offset: int | None = None) -> None:
    """The next event of the directory; None removes the record."""
    data: DirectoryEventData = RecordRemoved() if record is None else RecordSaved(record)
    event = Event(_NONE, key, version, 0, AT, AT, ADMIN, _NONE, _NONE, data)
    known.fold(known.offset + 1 if offset is None else offset, event)


class Log:
    """One ticket. `say` has the clocks' targets recorded at once, unless the service lags.

    `imports`: what is imported starts clocks.
    """

    ticket: Ticket | None = None
    state: TicketClocks | None = None

    def __init__(
        self, known: Books, silences: tuple[int, ...] = (), *, lags: bool = False, imports: bool = False
    ) -> None:
        self.books = known
        self.silences = silences
        self.lags = lags
        self.imports = imports
        self.now = AT
        self.events: list[TicketEvent] = []
        self.fired: list[Fire] = []
        self._number = 0

    def open(self, data: OpenTicket = OPEN) -> "Log":
        self.say(data)
        return self

    def say(
        self,
        data: TicketCommandData,
        *,
        after: timedelta = timedelta(),
        actor: Actor = ADA,
        ago: timedelta | None = None,
        origin: Origin = Origin.LIVE,
    ) -> list[TicketEvent]:
        """`ago`: it occurred so long before. Raise `Rejected`."""
        self.now += after
        self._number += 1
        occurred_at = None if ago is None else self.now - ago
        command = wish(data, actor=actor, at=self.now, number=self._number, occurred_at=occurred_at, origin=origin)
        return self.decide(command)

    def decide(self, command: Command[TicketCommandData]) -> list[TicketEvent]:
        made = list(when(self.ticket, command, Policy(hold=HOLD)))
        self.append(made)
        if not self.lags:
            self.settle()
        return made

    def append(self, made: list[TicketEvent]) -> None:
        for event in made:
            self.ticket = decided(self.ticket, event)
            self.state = evolve(self.state, event, imports=self.imports)
            self.events.append(event)

    def settle(self) -> None:
        """What the clocks come to is recorded, if it is not, and then there is nothing more to record."""
        target = None if self.state is None else targets(self.state, self.books)
        if target is None or self.state is None:
            return
        made = when(self.ticket, target_command(target, TICKET, self.state.version, self.now))
        assert made, "the decider has it on record already"
        self.append(list(made))
        assert self.state is None or targets(self.state, self.books) is None

    def due(self) -> tuple[Fire, ...]:
        """What may still fire, as is recorded."""
        if self.state is None:
            return ()
        pending = targets(self.state, self.books)
        return fires(self.state, HOLD, self.silences, pending)

    def pass_time(self, period: timedelta) -> list[Fire]:
        """What comes due is fired when it is, as by a service that is up."""
        until, fired = self.now + period, list[Fire]()
        while (waiting := self.due()) and waiting[0].at <= until:
            self.now = max(self.now, waiting[0].at)
            self.fire(waiting[0])
            fired.append(waiting[0])
        self.now = until
        return fired

    def fire(self, fire: Fire) -> None:
        """It is recorded, and never comes up again."""
        assert self.state is not None
        made = self.decide(fire_command(fire, TICKET, self.state.version, self.state.basis, self.now))
        assert made, f"{fire} is on record already"
        assert fire not in self.due()
        self.fired.append(fire)

    def refused(self, data: TicketCommandData, *, actor: Actor = ADA) -> bool:
        """Whether the decider refuses it; if not, it is said."""
        try:
            self.say(data, actor=actor)
        except Rejected:
            return True
        return False

    def clock(self, clock: Clock) -> ClockTarget:
        history = None if self.state is None else self.state.clock(clock)
        assert history is not None
        assert history.target is not None, "no target is recorded"
        return history.target

    def clocks(self) -> dict[Clock, ClockTarget]:
        histories = () if self.state is None else self.state.clocks
        return {history.clock: history.target for history in histories if history.target is not None}
