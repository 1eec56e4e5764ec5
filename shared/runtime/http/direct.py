"""A route that reads in one go what its function takes, where FastAPI would solve a tree of dependencies."""

from collections.abc import Awaitable, Callable, Coroutine
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.runtime.http.limits import JSON

if TYPE_CHECKING:
    from fastapi._compat import ModelField

_ABSENT = object()


class DirectRoute(APIRoute):
    """For a function of path parameters, a JSON body, and dependencies of the request and its headers alone.

    Document and meaning are FastAPI's: the same fields read the same values. A request at which anything is wrong
    goes FastAPI's way from the beginning, which says what and where. Raise `TypeError`, while the app is made, for
    a function of another shape. Dependencies of a router are not looked at; it must have none.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        thorough = super().get_route_handler()
        takes = _takes(self.dependant, self.path_format)
        function: Callable[..., Awaitable[Response]] = self.endpoint

        async def handle(request: Request) -> Response:
            try:
                given = takes.values(request)
                headers = [asked.values(request) for asked in takes.dependencies]
            except _Wrong:
                return await thorough(request)
            for asked, values in zip(takes.dependencies, headers, strict=True):
                given[asked.name] = await asked.call(**{asked.request: request}, **values)
            return await function(**given)

        return handle


class _Wrong(Exception):
    """Something is missing or does not fit."""


@dataclass(frozen=True, slots=True)
class _Dependency:
    """An async callable; `request` is the name by which it takes the request."""

    name: str
    call: Callable[..., Awaitable[object]]
    request: str
    headers: "tuple[ModelField, ...]"

    def values(self, request: Request) -> dict[str, object]:
        return {field.name: _value(field, request.headers.get(field.alias, _ABSENT)) for field in self.headers}


@dataclass(frozen=True, slots=True)
class _Takes:
    path: "tuple[ModelField, ...]"
    body: "ModelField | None"
    dependencies: tuple[_Dependency, ...]

    def values(self, request: Request) -> dict[str, object]:
        values = {field.name: _value(field, request.path_params[field.alias]) for field in self.path}
        if self.body is not None:
            values[self.body.name] = _value(self.body, request.scope.get(JSON, _ABSENT))
        return values


def _value(field: "ModelField", given: object) -> object:
    if given is _ABSENT:
        if field.field_info.is_required():
            raise _Wrong
        return deepcopy(field.default)
    value, faults = field.validate(given)
    if faults:
        raise _Wrong
    return value


def _takes(function: Dependant, route: str) -> _Takes:
    others = (function.query_params, function.header_params, function.cookie_params, function.body_params[1:])
    if any(others) or function.request_param_name is not None:
        raise TypeError(f"{route}: a direct route takes path parameters, one body and dependencies")
    return _Takes(
        tuple(function.path_params),
        function.body_params[0] if function.body_params else None,
        tuple(_dependency(dependency, route) for dependency in function.dependencies),
    )


def _dependency(asked: Dependant, route: str) -> _Dependency:
    others = (asked.path_params, asked.query_params, asked.cookie_params, asked.body_params, asked.dependencies)
    if any(others) or asked.name is None or asked.call is None or asked.request_param_name is None:
        raise TypeError(f"{route}: a direct route's dependency takes the request and headers alone")
    return _Dependency(asked.name, asked.call, asked.request_param_name, tuple(asked.header_params))
