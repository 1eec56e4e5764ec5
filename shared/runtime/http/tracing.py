"""A span for each request, named for its route; put in front of an app where a collector is configured."""

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SERVER_ERROR = 500


class Traced:
    """The span follows the request's own `traceparent`; it holds no path, query, name or address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._tracer = trace.get_tracer("casefold.http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method = scope["method"]
        with self._tracer.start_as_current_span(
            method, propagate.extract(carrier), SpanKind.SERVER, {"http.request.method": method}
        ) as span:

            async def observed(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= _SERVER_ERROR:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            try:
                await self._app(scope, receive, observed)
            finally:
                route = _template(scope)
                if route is not None:
                    span.update_name(f"{method} {route}")
                    span.set_attribute("http.route", route)


def _template(scope: Scope) -> str | None:
    """The path of the route that took the request, whole: the route itself does not know what it is below."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    path: str | None = getattr(scope.get("route") if included is None else included, "path", None)
    return path
