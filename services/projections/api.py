"""The query side as a part of an HTTP service: its routes, and what they need opened."""

from fastapi import APIRouter

from services.projections.queries import (
    command,
    ticket,
    ticket_comments,
    ticket_events,
    ticket_list,
    ticket_routing,
)
from services.projections.queries.context import open_queries
from shared.runtime.http.application import Part


def routes() -> APIRouter:
    """Every route under `/v1`; they need `app.state.queries` and `app.state.authentication`."""
    router = APIRouter(prefix="/v1")
    for module in (ticket_list, ticket, ticket_events, ticket_comments, ticket_routing, command):
        router.include_router(module.router)
    return router


PART = Part("queries", routes(), open_queries)
