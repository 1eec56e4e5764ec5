"""A worker as a process: until SIGTERM, or until it cannot go on, with one sentence that says why."""

import asyncio
import signal
import sys
from collections.abc import Callable

import uvloop
from aiokafka.errors import KafkaError

from shared.runtime.groups import OffsetsMissing
from shared.runtime.handling import Unburied
from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings
from shared.runtime.topics import TopicMismatch
from shared.runtime.worker import Worker


def run_worker(settings: Settings, name: str, build: Callable[[Settings], Worker]) -> int:
    """The exit status. `build` is called inside the loop; `name` is for the sentence."""
    try:
        uvloop.run(_run(settings, build))
    except (KafkaError, OffsetsMissing, TopicMismatch, Unburied) as failure:
        sys.stderr.write(f"the {name} stops: {failure}\n")
        return 1
    return 0


async def _run(settings: Settings, build: Callable[[Settings], Worker]) -> None:
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    await build(settings).run(stop, announce_ready)
