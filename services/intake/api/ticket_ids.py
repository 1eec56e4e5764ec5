"""Ids of new tickets: for a moment all of them on a few partitions, so that a transaction holds many openings."""

import math
import time
from collections.abc import Callable
from uuid import UUID

from uuid_utils import uuid7

from shared.runtime.partition import partition_of

FAVOURED_SHARE = 1 / 8
MOMENT_S = 0.05


class TicketIds:
    """Version 7, and random but for the partition, which only an id that is free to choose can have chosen.

    A transaction costs the processor and the broker some milliseconds whatever it holds, and each partition has
    its own. Spread at random, the 32 openings of a busy moment are eight transactions of a few; on one partition
    they are one or two. Kafka's producers do the same with records that have no key (KIP-480). The favoured
    partitions move on by one each moment, so that in the long run all have the same.
    """

    def __init__(self, partitions: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._partitions = partitions
        self._favoured = math.ceil(partitions * FAVOURED_SHARE)
        self._clock = clock

    def new(self) -> UUID:
        first = int(self._clock() / MOMENT_S)
        while True:
            made = str(uuid7())
            if (partition_of(made.encode(), self._partitions) - first) % self._partitions < self._favoured:
                return UUID(made)
