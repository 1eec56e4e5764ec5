"""What `casefold up` says once everything is ready."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from services.ops.embedded.parts import PARTS
from services.ops.embedded.ports import LOOPBACK
from services.ops.services import Service, metrics_ports
from shared.runtime.settings import Settings


def welcome(settings: Settings, services: Sequence[Service], flags: Mapping[str, Path | int]) -> list[str]:
    """Addresses, and a first command to try. `flags`: settings that other terminals do not know of yet."""
    command = "casefold" if shutil.which("casefold") else ".venv/bin/casefold"
    lines = ["", "Casefold is up.", *_table(_addresses(settings, services)), "", "Try, in another terminal:"]
    lines += [f"  export CASEFOLD_{name.upper()}={value}" for name, value in flags.items()]
    if settings.oidc_issuer is None:
        lines.append(f"  export CASEFOLD_TOKEN=$({command} token --role requester --subject ada)")
    else:
        lines.append(f"  export CASEFOLD_TOKEN=...   # of {settings.oidc_issuer}")
    lines += [f'  {command} ticket open --subject "The printer is on fire"', "", "Ctrl-C stops everything."]
    return lines


def _addresses(settings: Settings, services: Sequence[Service]) -> Iterable[tuple[str, str]]:
    for service in services:
        if service.port is not None and service.wanted(settings):
            yield service.name, service.address(settings)
    for name, port in metrics_ports(services, settings).items():
        yield "metrics", f"http://{LOOPBACK}:{port}/metrics ({name})"
    for part in PARTS:
        yield part.name, _without_password(part.address(settings))
    yield "data and logs", str(settings.home.absolute())


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  {name:<14} {value}" for name, value in rows]


def _without_password(address: str) -> str:
    scheme, separator, rest = address.rpartition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}{separator}{user.split(':', 1)[0]}{at}{place}"
