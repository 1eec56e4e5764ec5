"""The HTTP command side as a part of a service: its routes, what they need opened, its larger bodies."""

from fastapi import APIRouter

from services.intake.api import actions, agents_me, agents_stream, api_keys, bulk, directory, tickets
from services.intake.api.intake import open_intake
from shared.runtime.http.application import Part


def routes() -> APIRouter:
    """Every route under `/v1`; they need `app.state.intake` and `app.state.authentication`."""
    router = APIRouter(prefix="/v1")
    for module in (tickets, actions, bulk, agents_me, agents_stream, api_keys, directory):
        router.include_router(module.router)
    return router


PART = Part("intake", routes(), open_intake, bulk.LARGER, (f"/v1{agents_stream.PATH}",))
