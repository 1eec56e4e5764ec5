"""The seed of the random moments, and at the end a table of what the faults came to."""

import random
from statistics import median

import pytest

from tests.faults.scene import SEED, Tried

_TRIED = pytest.StashKey[list[Tried]]()


@pytest.fixture
def chance() -> random.Random:
    return random.Random(SEED)  # noqa: S311 - moments that can be had again, no secret


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Tried:
    """Named for the test; its figures are shown when all have ended."""
    name = request.node.name.removeprefix("test_").replace("_", " ")
    mine = Tried(name)
    request.config.stash.setdefault(_TRIED, []).append(mine)
    return mine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tried = config.stash.get(_TRIED, [])
    if not tried:
        return
    terminalreporter.write_line(f"faults, CASEFOLD_FAULT_SEED={SEED}:")
    terminalreporter.write_line("| fault | times | answered | lost | doubled | recovery, median and longest |")
    terminalreporter.write_line("|---|---|---|---|---|---|")
    for one in tried:
        terminalreporter.write_line(
            f"| {one.fault} | {one.times} | {one.answered} | {one.lost} | {one.doubled} | {_recovery(one)} |"
        )


def _recovery(one: Tried) -> str:
    if not one.recoveries_s:
        return "-"
    return f"{median(one.recoveries_s):.1f} s, {max(one.recoveries_s):.1f} s"
