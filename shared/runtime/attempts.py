"""What an exception of a handler means: try again for as long as it takes, a few times, or never."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared.events.catalogue import Undecodable
from shared.runtime.poison import Poison

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0
_TRIES = 5
"""Of an exception that nobody knows; with the pauses between them they take some 1.5 s."""


@dataclass(frozen=True, slots=True)
class Again:
    after_s: float


def judged(failure: Exception, tries: int, transient: Sequence[type[Exception]] = ()) -> Again | Poison:
    """`tries` counts this one. What breaks the Kafka client is raised: it ends the process, not the record.

    Whatever the machine or a server is at fault for passes: `OSError`, what Kafka's client calls retriable,
    and what the service names as `transient`.
    """
    if isinstance(failure, Undecodable):
        return Poison(str(failure))
    if isinstance(failure, MemoryError):
        raise failure
    passing = isinstance(failure, (OSError, *transient))
    if isinstance(failure, KafkaError) and not isinstance(failure, MessageSizeTooLargeError):
        if not failure.retriable:
            raise failure
        passing = True
    if passing or tries < _TRIES:
        return Again(min(_FIRST_PAUSE_S * 2.0 ** min(tries - 1, 10), _LONGEST_PAUSE_S))
    frames = traceback.extract_tb(failure.__traceback__)
    stack = "\n".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames)
    return Poison(f"{type(failure).__name__} while the record was handled, {tries} times", stack)
