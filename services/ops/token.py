"""`casefold token`: a bearer token of the local issuer, for this machine alone."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4

import jwt
import typer

from services.ops.issuer_key import ALGORITHM, issuer_url, public_jwk, read_key
from services.ops.trouble import Trouble
from shared.runtime.http.principal import Role
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False)


class UnknownRole(Trouble):
    """There is no such role."""


@app.command()
def token(
    role: Annotated[str, typer.Option(help=f"One of {', '.join(Role)}.")],
    subject: Annotated[str, typer.Option(help="Who it is: the id that the log will name.")],
    name: Annotated[str | None, typer.Option(help="For people to read.")] = None,
    email: Annotated[str | None, typer.Option()] = None,
    hours: Annotated[float, typer.Option(min=0.001, max=8760, help="How long it holds.")] = 12.0,
) -> None:
    """Print a bearer token; send it as `Authorization: Bearer ...`."""
    typer.echo(signed(Settings(), role, subject, timedelta(hours=hours), name=name, email=email))


def signed(
    settings: Settings,
    role: str,
    subject: str,
    valid_for: timedelta = timedelta(hours=12),
    **about: str | None,
) -> str:
    """`about`: the claims `name` and `email`.

    Raise `UnknownRole`, `OidcConfigured`, or `NoKey` where the issuer has never run.
    """
    if role not in set(Role):
        raise UnknownRole(f"there is no role {role!r}: it is one of {', '.join(Role)}")
    issuer = issuer_url(settings)
    key = read_key(settings)
    now = datetime.now(UTC)
    claims = {
        "iss": issuer,
        "sub": subject,
        "aud": settings.oidc_audience,
        settings.oidc_role_claim: role,
        "iat": now,
        "exp": now + valid_for,
        "jti": str(uuid4()),
    }
    claims |= {claim: value for claim, value in about.items() if value is not None}
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": public_jwk(key)["kid"]})
