"""A worker as a process: until SIGTERM, or until it cannot go on, with one sentence that says why."""

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from aiokafka.errors import KafkaError

from shared.runtime.collector import collect_seldom
from shared.runtime.groups import OffsetsMissing
from shared.runtime.handling import Unburied
from shared.runtime.loop import new_event_loop
from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings
from shared.runtime.topics import TopicMismatch
from shared.runtime.worker import Worker

Opened = Callable[[Settings], AbstractAsyncContextManager[Worker]]


def run_worker(settings: Settings, name: str, opened: Opened, ending: tuple[type[Exception], ...] = ()) -> int:
    """The exit status. `opened` opens what the worker needs, inside the loop; `name` is for the sentence.

    `ending`: a service's own reasons to stop, whose text says what to do.
    """
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_run(settings, opened))
    except (KafkaError, OffsetsMissing, TopicMismatch, Unburied, *ending) as failure:
        sys.stderr.write(f"the {name} stops: {failure}\n")
        return 1
    return 0


async def _run(settings: Settings, opened: Opened) -> None:
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    async with opened(settings) as worker:
        collect_seldom()
        await worker.run(stop, announce_ready)
