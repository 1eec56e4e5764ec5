"""Which methods a path takes, over all routes of the app: each route knows of its own alone."""

from starlette.requests import Request
from starlette.routing import Match, Router

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ROUTED = frozenset({"route", "router", "endpoint", "path_params", "fastapi"})
"""What routing has left in the scope, and would build on."""


def allowed_methods(request: Request) -> list[str]:
    """For the `Allow` of a 405 (RFC 9110, section 15.5.6)."""
    router: Router = request.app.router
    asked = {name: value for name, value in request.scope.items() if name not in _ROUTED}

    def taken(method: str) -> bool:
        return any(route.matches({**asked, "method": method})[0] is Match.FULL for route in router.routes)

    return [method for method in _METHODS if taken(method)]
