"""How often one requester may ask: a token bucket each."""

import time
from collections import OrderedDict
from collections.abc import Callable

_REMEMBERED = 100_000


class RateLimit:
    """`per_s` requests in the long run, `burst` at once. The least recently seen are forgotten."""

    def __init__(self, per_s: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, who: str) -> float:
        """0.0: the request may go on, and was counted. Else the seconds until one may."""
        now = self._clock()
        left, seen = self._buckets.get(who, (self._burst, now))
        left = min(self._burst, left + (now - seen) * self._per_s)
        granted = left >= 1.0
        self._buckets[who] = (left - 1.0 if granted else left, now)
        self._buckets.move_to_end(who)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if granted else (1.0 - left) / self._per_s
