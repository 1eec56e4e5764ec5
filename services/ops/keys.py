"""`casefold key`: issue, list and revoke the API keys of services."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from services.ops.client import ApiClient, As, Token, Url, connect
from shared.events.directory import ApiKeyRole
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True)

_PATH = "/directory/api-keys"


class ServiceRole(StrEnum):
    """Those that an admin may give to a service."""

    SERVICE = ApiKeyRole.SERVICE
    IMPORTER = ApiKeyRole.IMPORTER
    ANALYST = ApiKeyRole.ANALYST


def _connected(url: str | None, token: str | None, as_whom: str | None) -> ApiClient:
    return connect(Settings(), url, token, as_whom, "admin")


@app.command()
def issue(
    name: Annotated[str, typer.Argument(help="The service that holds it, as billing.")],
    role: Annotated[ServiceRole, typer.Option(help="What the service may do.")] = ServiceRole.SERVICE,
    url: Url = None,
    token: Token = None,
    as_whom: As = None,
) -> None:
    """Issue a key and print it, this once: it is kept nowhere."""
    body = {"name": name, "role": role.value}
    issued = _connected(url, token, as_whom).decided("POST", _PATH, body).json()
    typer.echo(issued["key"])
    typer.echo(f"The key {issued['id']} of {name}: it is not shown again.", err=True)


@app.command(name="list")
def list_(url: Url = None, token: Token = None, as_whom: As = None) -> None:
    """List every key that was issued, without the keys themselves."""
    table = Table("id", "name", "role", "issued", "by", "revoked", box=None)
    for key in _connected(url, token, as_whom).read(_PATH)["items"]:
        table.add_row(
            *(key[name] or "" for name in ("id", "name", "role", "issued_at", "issued_by", "revoked_at"))
        )
    Console(width=160, highlight=False).print(table)


@app.command()
def revoke(
    key_id: Annotated[UUID, typer.Argument(help="The key's id, as `casefold key list` shows it.")],
    url: Url = None,
    token: Token = None,
    as_whom: As = None,
) -> None:
    """Revoke a key: within a second nothing takes it any more."""
    _connected(url, token, as_whom).decided("DELETE", f"{_PATH}/{key_id}")
    typer.echo(f"Revoked {key_id}.")
