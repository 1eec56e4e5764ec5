"""Writing to `routing.requests`: each request in the envelope of the event that it tells of."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from uuid import NAMESPACE_URL

from services.router.domain.own import own_event
from services.router.group import REQUESTS
from shared.events.envelope import Command, Event
from shared.events.identity import derived_id
from shared.events.routing import ROUTING_REQUESTS, RoutingData
from shared.events.streams import COMMANDS
from shared.events.wire import RawHeaders, command_headers, event_headers

SOURCE = b"/casefold/router"
_OWN = derived_id(NAMESPACE_URL, "urn:casefold:routing")


class Post(Protocol):
    """Returns when it is on its way: what it follows from counts as handled only when it is there."""

    def __call__(
        self, topic: str, *, key: bytes | None, value: bytes | None, headers: RawHeaders = ()
    ) -> Awaitable[None]: ...


Told = Callable[[Event[Any], RoutingData], Awaitable[None]]


class Requests:
    """An event becomes one request, with an id that follows from the event's."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def tell(self, event: Event[Any], data: RoutingData, *, subject: str, version: int) -> None:
        """`subject` and `version` as `routing.py` has them."""
        request = replace(
            event,
            id=derived_id(_OWN, str(event.id)),
            subject=subject,
            version=version,
            data=data,
            cause_id=event.id,
        )
        await self.write(request)

    async def write(self, request: Event[RoutingData]) -> None:
        headers = event_headers(request, ROUTING_REQUESTS.name_of(request.data), SOURCE)
        value = ROUTING_REQUESTS.encode(request.data)
        await self._post(REQUESTS, key=request.subject.encode(), value=value, headers=headers)


class Commands:
    """Commands of the router to other aggregates."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def send(self, stream: str, command: Command[Any]) -> None:
        catalogue = COMMANDS[stream]
        headers = command_headers(command, catalogue.name_of(command.data), SOURCE)
        value = catalogue.encode(command.data)
        await self._post(f"{stream}.commands", key=command.subject.encode(), value=value, headers=headers)


def own_request(data: RoutingData, subject: str, number: int, at: datetime) -> Event[RoutingData]:
    """What the router tells itself, a tick or a part of a checkpoint; `number` tells two of one subject apart."""
    return own_event(derived_id(_OWN, f"{subject}/{number}"), subject, number, data, at=at)
