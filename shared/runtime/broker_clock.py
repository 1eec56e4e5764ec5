"""The time by which things are due: the broker's, carried on by this machine between two records of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_STEP = timedelta(seconds=1)


def _wall() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Heard:
    broker: datetime
    wall: datetime
    monotonic: float


class BrokerClock:
    """What is due is decided by the broker's time of the command, so this machine's own may be wrong.

    Between two answers both of the machine's clocks carry on from the last one: the monotonic one, which nobody
    sets, and the wall clock, which goes on while the machine sleeps. The later of the two holds: whoever asks too
    early is refused, and hears the broker's time with the next answer.
    """

    def __init__(
        self, wall: Callable[[], datetime] = _wall, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._heard: _Heard | None = None

    def heard(self, broker: datetime) -> None:
        """An answer has come: the broker took a record at that time."""
        self._heard = _Heard(broker, self._wall(), self._monotonic())

    def now(self) -> datetime:
        return max(self._both())

    @property
    def sure(self) -> bool:
        """Whether the broker was heard, and the machine's clocks have gone on alike since."""
        first, second = self._both()
        return self._heard is not None and abs(first - second) < _STEP

    def _both(self) -> tuple[datetime, datetime]:
        if self._heard is None:
            return self._wall(), self._wall()
        by_wall = self._heard.broker + (self._wall() - self._heard.wall)
        by_monotonic = self._heard.broker + timedelta(seconds=self._monotonic() - self._heard.monotonic)
        return by_wall, by_monotonic
