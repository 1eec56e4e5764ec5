"""Work in a thread that the end of the process does not wait for."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread


def begin(name: str, work: Callable[[], None]) -> "Future[None]":
    """The future takes whatever the work raises. Python's own pools would be joined at exit."""
    outcome: Future[None] = Future()
    Thread(target=_run, args=(work, outcome), name=name, daemon=True).start()
    return outcome


def _run(work: Callable[[], None], outcome: "Future[None]") -> None:
    try:
        work()
    except BaseException as failure:  # noqa: BLE001 # handed on whole to whoever asks for the outcome
        outcome.set_exception(failure)
    else:
        outcome.set_result(None)
