"""The OpenAPI document: a client generated from it drives a ticket's life, and no input breaks its promises."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import httpx
import pytest

from services.intake.api.app import PART as INTAKE
from services.projections.api import PART as QUERIES
from shared.runtime.http.application import application
from shared.runtime.settings import Settings
from tests.processing import listed, send
from tests.suite import on_free_ports, running, token

PACKAGE = "generated_casefold"

CHECKS = """
checks.positive_data_acceptance.enabled = false
checks.allow_header_conformance.enabled = false

[[operations]]
include-path = "/v1/tickets:bulk"
checks.negative_data_rejection.enabled = false
"""
"""What the document cannot promise.

That a well-formed wish is granted is for the state machine to say; a bulk request is taken whatever its items
are; and `Allow` names the methods of one of a path's routers.
"""


@pytest.fixture
def suite(settings: Settings) -> Iterator[Settings]:
    mine = on_free_ports(settings)
    with running(mine):
        yield mine


def generated(folder: Path) -> None:
    """Raise where the generator warns."""
    document = folder / "openapi.json"
    document.write_text(json.dumps(application(Settings(), [INTAKE, QUERIES]).openapi()))
    config = folder / "config.yaml"
    config.write_text("post_hooks: []\n")
    tool = Path(sys.executable).with_name("openapi-python-client")
    done = subprocess.run(
        [
            *(tool, "generate", "--path", document, "--config", config, "--meta", "none"),
            *("--output-path", folder / PACKAGE, "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


class Generated:
    """The generated package, and a client of it for one person."""

    def __init__(self, settings: Settings, role: str, subject: str) -> None:
        self._client = self._module("client").AuthenticatedClient(
            base_url=f"http://127.0.0.1:{settings.port}", token=token(settings, role, subject)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.get_httpx_client().close()

    def call(self, tag: str, operation: str, *path: object, **named: object) -> Any:  # noqa: ANN401 - generated types
        """What the operation is answered with, in its generated type."""
        return self._module(f"api.{tag}.{operation}").sync(*path, client=self._client, **named)

    def body(self, name: str, /, **values: object) -> object:
        return getattr(self._module("models"), name).from_dict(values)

    @staticmethod
    def _module(name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.{name}")


def test_a_generated_client_drives_a_whole_life(
    suite: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generated(tmp_path)
    send(suite, listed("ada"))
    monkeypatch.syspath_prepend(tmp_path)
    with Generated(suite, "requester", "rita") as rita, Generated(suite, "agent", "ada") as ada:
        live(rita, ada)


def live(rita: Generated, ada: Generated) -> None:
    opened = rita.call(
        "tickets",
        "open_ticket",
        body=rita.body("OpenTicketBody", subject="Drucker", description="Er brennt.", fields={"floor": 2}),
        idempotency_key="first",
    )
    ticket = opened.ticket_id
    steps = [
        ada.call("tickets", "claim_ticket", ticket, body=ada.body("ClaimBody"), if_match='"1"'),
        ada.call("tickets", "reply", ticket, body=ada.body("MessageBody", body="Water?")),
        ada.call("tickets", "add_note", ticket, body=ada.body("MessageBody", body="Again.")),
        ada.call("tickets", "change_ticket", ticket, body=ada.body("ChangeTicketBody", priority="P1")),
        ada.call("tickets", "await_customer", ticket, body=ada.body("ReasonBody")),
        rita.call("tickets", "reply", ticket, body=rita.body("MessageBody", body="It helped.")),
        ada.call("tickets", "resolve_ticket", ticket, body=ada.body("ResolveBody")),
        rita.call("tickets", "reopen_ticket", ticket, body=rita.body("ReasonBody", reason="no")),
        ada.call("tickets", "resolve_ticket", ticket, body=ada.body("ResolveBody")),
        rita.call("tickets", "close_ticket", ticket, body=rita.body("CloseBody", reason="confirmed")),
    ]
    assert [step.version for step in steps] == list(range(2, 12))

    refused = ada.call("tickets", "claim_ticket", ticket, body=ada.body("ClaimBody"))
    assert (refused.status, refused.code) == (422, "ticket_closed")
    row = rita.call("tickets", "get_ticket", str(ticket), read_token_query=steps[-1].read_token)
    assert (row.subject, row.status, row.priority, row.version) == ("Drucker", "closed", "P1", 11)


def test_no_input_breaks_what_the_document_promises(suite: Settings, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{suite.port}"
    assert httpx.get(f"{address}/v1/openapi.json").status_code == 200
    report = tmp_path / "report.txt"
    (tmp_path / "schemathesis.toml").write_text(CHECKS)
    with report.open("w") as output:
        done = subprocess.run(
            [
                *(Path(sys.executable).with_name("schemathesis"), "run", f"{address}/v1/openapi.json"),
                *("--url", address, "--header", f"Authorization: Bearer {token(suite, 'admin', 'ada')}"),
                *("--phases", "coverage,fuzzing", "--max-examples", "10", "--max-time", "30", "--seed", "1"),
                *("--generation-database", "none", "--no-color", "--continue-on-failure"),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
            check=False,
        )
    assert done.returncode == 0, report.read_text()
