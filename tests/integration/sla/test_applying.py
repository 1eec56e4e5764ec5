"""Another directory tried on open tickets, and the present one applied to them."""

import subprocess
import sys
from pathlib import Path

from shared.events.ticket_promises import SlaTargeted
from shared.runtime.settings import Settings
from tests.integration.sla.conftest import CLOCKS, MINUTE, at_work, of, opened, promise, save
from tests.processing import environment, eventually
from tests.suite import SUITE, on_free_ports, ports, running


def casefold(settings: Settings, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "services.ops", *arguments],
        env={**environment(settings), **ports(settings)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_directory_is_applied_to_open_tickets_only_when_somebody_asks(desk: Settings) -> None:
    with at_work(desk):
        save(desk, ("policies/house", promise(first=60)))
        fresh, old = opened(desk), opened(desk, 45 * MINUTE)
        eventually(lambda: of(desk, fresh, SlaTargeted) and of(desk, old, SlaTargeted))
        save(desk, ("policies/house", promise(first=30)))
        explained = casefold(desk, "sla", "explain", str(fresh)).splitlines()
        asked = ("sla", "reapply", "--reason", "the new contract")
        counted = "Of 2 open tickets 2 would be due at other times, of which 1 would breach at once.\n"
        assert casefold(desk, *asked, "--dry-run") == counted
        assert casefold(desk, *asked, "--policy", "other", "--dry-run").startswith("Of 2 open tickets 0 would")
        casefold(desk, *asked)
        eventually(lambda: len(of(desk, fresh, SlaTargeted)) == len(of(desk, old, SlaTargeted)) == 2)
        first, second = (one.data for one in of(desk, fresh, SlaTargeted))
        eventually(lambda: casefold(desk, *asked, "--dry-run").startswith("Of 2 open tickets 0 would"))
    assert explained[0] == "First response: 1 h of calendar time, by policy house version 1."
    assert (first.reason, second.reason) == (None, "the new contract")
    assert [one.clocks[0].goal for one in (first, second)] == [60 * MINUTE, 30 * MINUTE]


def test_a_file_is_tried_and_nothing_is_sent(desk: Settings, tmp_path: Path) -> None:
    mine = on_free_ports(desk)
    file = tmp_path / "directory.yaml"
    file.write_text("policies:\n  house:\n    targets:\n    - {priority: P3, first_response_minutes: 30}\n")
    with running(mine, (*SUITE, *CLOCKS)):
        ticket = opened(mine, 45 * MINUTE)
        eventually(lambda: of(mine, ticket, SlaTargeted))
        said = casefold(mine, "sla", "preview", str(file))
        assert len(of(mine, ticket, SlaTargeted)) == 1
    assert said == "Of 1 open tickets 1 would be due at other times, of which 1 would breach at once.\n"
