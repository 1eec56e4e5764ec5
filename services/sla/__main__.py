"""Starts the service of the clocks: `python -m services.sla`."""

import asyncio
import sys

from aiokafka.errors import KafkaError

from services.sla.domain.books import NotReadYet
from services.sla.fold import VersionGap
from services.sla.migrate import migrate
from services.sla.run import run
from shared.events.catalogue import Undecodable
from shared.runtime.loop import new_event_loop
from shared.runtime.projecting.consumer import LogIncomplete
from shared.runtime.settings import Settings
from shared.runtime.telemetry_process import observed
from shared.runtime.topics import TopicMismatch, check_topics

_ENDING = (KafkaError, LogIncomplete, NotReadYet, TopicMismatch, Undecodable, VersionGap)


def main() -> int:
    """Exit status: 0 when told to stop, 1 where it cannot go on, with one sentence that says why."""
    settings = Settings()
    with observed(settings, "sla"):
        try:
            migrate(settings)
            check_topics(settings)
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(run(settings))
        except _ENDING as failure:
            sys.stderr.write(f"the SLA service stops: {failure}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
