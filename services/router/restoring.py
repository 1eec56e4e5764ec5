"""The state of routing at an offset of its log: from the last checkpoint before it, folded on, nothing sent."""

from services.router.domain.checkpoint import Gathering
from services.router.domain.routing import Routing
from services.router.reading import Log
from shared.events.routing import CheckpointPart

_WINDOW = 10_000
"""How far back a checkpoint is looked for first; ten times as far each time that none is found."""


class StateLost(Exception):
    """Neither a checkpoint nor the log's beginning is there any more."""


async def restored(log: Log, offset: int, parked: frozenset[int] = frozenset()) -> Routing:
    """As after every request before `offset`, but those of `parked`. Raise `StateLost`."""
    first, window = await log.first(), _WINDOW
    while True:
        start = max(first, offset - window)
        routing = await _from_checkpoint(log, start, offset, parked)
        if routing is None and start == 0:
            routing = Routing()
        if routing is not None:
            break
        if start == first:
            raise StateLost(
                f"routing.requests begins at {first} and has no checkpoint before {offset}: what waits is not "
                "known; let the tickets be told again by `casefold groups start router.v1 --at beginning`"
            )
        window *= 10
    async for one in log.between(max(first, routing.state.position + 1), offset, parked):
        routing.apply(one.request, one.appended_at, one.position)
    return routing


async def _from_checkpoint(log: Log, start: int, offset: int, parked: frozenset[int]) -> Routing | None:
    found = Gathering()
    async for one in log.between(start, offset, parked):
        if isinstance(one.request.data, CheckpointPart):
            found.add(one.request.data)
    return None if found.whole is None else Routing.restore(found.whole)
