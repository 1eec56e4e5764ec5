"""The clocks' own clock: the broker's time, carried on whatever is done to the machine's."""

from datetime import UTC, datetime, timedelta

from shared.runtime.broker_clock import BrokerClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


class Machine:
    """Its wall clock is wrong by `wrong`; while it sleeps the monotonic one stands still."""

    def __init__(self, wrong: timedelta = timedelta()) -> None:
        self.wrong = wrong
        self.passed = timedelta()
        self.slept = timedelta()
        self.clock = BrokerClock(self._wall, self._monotonic)

    def _wall(self) -> datetime:
        return NOON + self.passed + self.wrong

    def _monotonic(self) -> float:
        return (self.passed - self.slept).total_seconds()


def test_before_the_broker_was_heard_the_wall_clock_holds_and_is_not_sure() -> None:
    machine = Machine(HOUR)
    assert (machine.clock.now(), machine.clock.sure) == (NOON + HOUR, False)


def test_a_wall_clock_that_is_wrong_from_the_start_changes_nothing() -> None:
    for wrong in (HOUR, -HOUR):
        machine = Machine(wrong)
        machine.clock.heard(NOON)
        machine.passed = 5 * SECOND
        assert (machine.clock.now(), machine.clock.sure) == (NOON + 5 * SECOND, True)


def test_set_back_it_delays_nothing_and_set_forward_it_is_not_sure() -> None:
    machine = Machine()
    machine.clock.heard(NOON)
    machine.passed, machine.wrong = SECOND, -HOUR
    assert (machine.clock.now(), machine.clock.sure) == (NOON + SECOND, False)
    machine.wrong = HOUR
    assert (machine.clock.now(), machine.clock.sure) == (NOON + HOUR + SECOND, False)
    machine.clock.heard(NOON + SECOND)
    assert (machine.clock.now(), machine.clock.sure) == (NOON + SECOND, True)


def test_a_machine_that_slept_is_not_late() -> None:
    machine = Machine()
    machine.clock.heard(NOON)
    machine.passed = machine.slept = HOUR
    assert machine.clock.now() == NOON + HOUR
