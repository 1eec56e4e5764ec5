"""The one place where any exception is caught: what a record of a topic made of the code that reads it."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from shared.events.catalogue import Undecodable

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Poison:
    """Why a record cannot be handled. `stack` names code, never values."""

    reason: str
    stack: str = ""


def guarded(work: Callable[[], ResultT]) -> ResultT | Poison:
    """The work's result; or what is wrong with the record, where it breaks the contract or the code breaks on it.

    An error of the machine (memory, operating system) is not the record's fault and is raised.
    """
    try:
        return work()
    except Undecodable as fault:
        return Poison(str(fault))
    except (OSError, MemoryError):
        raise
    except Exception as fault:  # noqa: BLE001 - a record must not stop the records behind it
        frames = traceback.extract_tb(fault.__traceback__)
        stack = "\n".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames)
        return Poison(f"{type(fault).__name__} while the record was handled", stack)
