"""The process of the escalation rules: the directory in memory, and the tickets' events as they come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.escalation.escalating import Escalating
from services.escalation.group import GROUP
from services.escalation.rulebook import Rulebook
from services.escalation.scores import Scores
from services.escalation.sentiment import Vader
from shared.events.personal import IdentityCodec
from shared.events.presets import PRESETS
from shared.runtime.background import Background
from shared.runtime.directory.following import open_directory
from shared.runtime.record import Source
from shared.runtime.settings import Settings
from shared.runtime.worker import Worker


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Worker]:
    background = Background()
    worker = Worker(settings, GROUP)
    async with open_directory(settings, background) as directory:
        rulebook = Rulebook(directory.records, PRESETS[settings.preset])
        escalating = Escalating(rulebook, Scores(Vader(), IdentityCodec()), worker.post)
        worker.add(Source("ticket.events", escalating.handle))
        worker.beside(background.wait_for_failure)
        yield worker
