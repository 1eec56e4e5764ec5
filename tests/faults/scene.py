"""What a fault is played on: settings with short timeouts, a projector process, how often, and what came of it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from shared.runtime.settings import Settings
from tests.faults.checker import Evidence, Fault, Violation, check
from tests.faults.load import Load
from tests.processing import environment, eventually

SHORT = 3
ROUNDS = int(os.environ.get("CASEFOLD_FAULT_ROUNDS", str(SHORT)))
SEED = int(os.environ.get("CASEFOLD_FAULT_SEED", str(random.SystemRandom().randrange(10**6))))

RECOVERED_WITHIN_S = 60.0


def times(in_short_form: int) -> int:
    """How often a fault is played: as often as asked, and in the short form less where one costs much."""
    return min(ROUNDS, in_short_form) if ROUNDS <= SHORT else ROUNDS


def impatient(settings: Settings, name: str = "processor") -> Settings:
    """A dead processor is missed after 6 s; `name` tells two on one machine apart."""
    return settings.model_copy(
        update={
            "session_timeout": timedelta(seconds=6),
            "transaction_timeout": timedelta(seconds=5),
            "checkpoint_name": name,
        }
    )


@dataclass(slots=True)
class Tried:
    """What came of a fault; `recoveries_s`: mostly how long until each partition had answered a later command."""

    fault: str
    answered: int = 0
    lost: int = 0
    doubled: int = 0
    times: int = 0
    recoveries_s: list[float] = field(default_factory=list)

    def recovered(self, load: Load, moment: float) -> None:
        """Wait until the load is served again as it was before that moment."""
        self.again(await_served(load, moment) - moment)

    def again(self, recovery_s: float | None = None) -> None:
        """Once more tried."""
        self.times += 1
        if recovery_s is not None:
            self.recoveries_s.append(recovery_s)

    def judge(self, evidence: Evidence) -> Sequence[Violation]:
        """The checker's findings, counted; nothing was shown where nothing was answered."""
        found = check(evidence)
        self.answered = sum(asked.answered_at is not None for asked in evidence.history)
        self.lost = sum(violation.fault is Fault.LOST for violation in found)
        self.doubled = sum(violation.fault in (Fault.DOUBLED, Fault.REPEAT) for violation in found)
        assert self.answered > 0
        return found


def await_served(load: Load, moment: float) -> float:
    """When each partition had answered a command that was sent after that moment."""
    at = eventually(lambda: load.recovered_at(moment), RECOVERED_WITHIN_S)
    assert at is not None
    return at


@contextmanager
def projector(settings: Settings, folder: Path) -> Iterator[None]:
    """A real projector process, not waited for; at the end it must still run, and stop when told to."""
    log = folder / "projector.log"
    environ = {**environment(settings), "CASEFOLD_INSTANCE": f"projector-{uuid4().hex[:6]}"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.projections", "projector"], env=environ, stdout=output, stderr=output
        )
    try:
        yield
        assert process.poll() is None, log.read_text()[-3000:]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0, log.read_text()[-3000:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def pause(chance: random.Random, shortest_s: float, longest_s: float) -> None:
    """A random moment of the steady load; the seed of it is in the test's output."""
    time.sleep(chance.uniform(shortest_s, longest_s))
