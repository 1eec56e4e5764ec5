"""The routes of the HTTP command side, under one router."""

from fastapi import APIRouter

from services.intake.api import actions, api_keys, bulk, tickets


def routes() -> APIRouter:
    """Every route under `/v1`; they need `app.state.intake` and `app.state.authentication`."""
    router = APIRouter(prefix="/v1")
    for part in (tickets.router, actions.router, bulk.router, api_keys.router):
        router.include_router(part)
    return router
