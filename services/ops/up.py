"""`casefold up`: the servers and the suite on this machine, in front until Ctrl-C."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer.models import OptionInfo

from services.ops.embedded.parts import DATA, PARTS
from services.ops.processes import Processes
from services.ops.report import Report
from services.ops.services import SERVICES, Service
from services.ops.stack import Stack, Stopped
from services.ops.stop_signals import StopSignals
from services.ops.trouble import Trouble
from services.ops.welcome import welcome
from shared.runtime.settings import Settings

app = typer.Typer(add_completion=False)


def _port(of: str, variable: str) -> OptionInfo:
    option: OptionInfo = typer.Option(min=1, max=65535, metavar="NUMBER", help=f"Port of {of} ({variable}).")
    return option


@app.command()
def up(  # noqa: PLR0913 # one parameter an option
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start empty: remove what earlier runs kept.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Begin an empty directory with the demo's.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder for data and logs (CASEFOLD_HOME).")] = None,
    port: Annotated[int | None, _port("the API", "CASEFOLD_PORT")] = None,
    issuer_port: Annotated[int | None, _port("the local issuer", "CASEFOLD_LOCAL_ISSUER_PORT")] = None,
    kafka_port: Annotated[int | None, _port("Kafka", "CASEFOLD_KAFKA_PORT")] = None,
    postgres_port: Annotated[int | None, _port("PostgreSQL", "CASEFOLD_POSTGRES_PORT")] = None,
    redis_port: Annotated[int | None, _port("Redis", "CASEFOLD_REDIS_PORT")] = None,
) -> None:
    """Start Kafka, PostgreSQL and Redis, then the suite, and stop it all at Ctrl-C.

    KAFKA_BOOTSTRAP_SERVERS, DATABASE_URL and REDIS_URL each replace a server by one that is already there.
    """
    flags: dict[str, Path | int | None] = {
        "home": home,
        "port": port,
        "local_issuer_port": issuer_port,
        "kafka_port": kafka_port,
        "postgres_port": postgres_port,
        "redis_port": redis_port,
    }
    chosen = {name: value for name, value in flags.items() if value is not None}
    settings = Settings.model_validate(chosen)
    code = run(settings, SERVICES, fresh=fresh, flags=chosen, after=_begin_with_demo if demo else None)
    sys.stdout.flush()
    # a thread may still wait for a registry that does not answer, and an ordinary exit would wait for it
    os._exit(code)


def run(
    settings: Settings,
    services: Sequence[Service],
    *,
    fresh: bool,
    flags: Mapping[str, Path | int],
    after: Callable[[Settings], str] | None = None,
) -> int:
    """The exit code: 0 when it was up and was asked to stop, 1 after trouble, else 128 and the signal's number.

    `after` is called once everything is ready, and what it answers is said.
    """
    report = Report(Console())
    processes = Processes(settings.home, stopping=report.stops)
    with StopSignals(processes) as signals, report:
        with processes:
            if processes.recovered:
                report.recovered(processes.recovered)
            stack = Stack(settings, services, processes, report, signals.stop)
            try:
                if fresh:
                    _empty(settings)
                stack.start()
                if after is not None:
                    report.say(after(settings))
                report.up(welcome(settings, services, flags))
                stack.watch()
                code = 0
            except Stopped:
                code = 128 + signals.number
            except Trouble as trouble:
                report.trouble(trouble)
                code = 1
            report.stopping()
        report.say("Everything is stopped.")
    return code


def _empty(settings: Settings) -> None:
    given = [part.variable for part in PARTS if part.is_given(settings)]
    if given:
        raise Trouble(
            f"--fresh empties embedded servers only: unset {', '.join(given)}, or empty that server by hand"
        )
    for name in DATA:
        shutil.rmtree(settings.home / name, ignore_errors=True)


def _begin_with_demo(settings: Settings) -> str:
    """What became of it. With another issuer there is no admin's token at hand."""
    from services.ops.client import connect
    from services.ops.directory.demo import begin_with_demo

    if settings.oidc_issuer is not None:
        return "The demo directory needs an admin's token: casefold directory demo prints it, to be applied."
    saved = begin_with_demo(connect(settings, None, None, "admin:demo", "admin"))
    return f"The demo directory: {saved} records." if saved else "The directory is as it was left."
