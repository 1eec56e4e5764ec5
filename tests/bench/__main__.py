"""`python -m tests.bench [GROUP ...]`: each figure as a JSON line, to standard output and build/bench/."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from services.ops.embedded.kafka import Kafka
from services.ops.embedded.ports import free_port
from shared.runtime.settings import Settings
from shared.runtime.topics import create_topics
from tests.servers import embedded_postgres, own_database, process_home, started

GROUPS: Mapping[str, Sequence[str]] = {
    "intake": ("tests.bench.intake_http", "tests.bench.processor"),
    "projections": ("tests.bench.projections",),
    "sla": ("tests.bench.sla_time", "tests.bench.sla_service"),
    "router": ("tests.bench.router_rank", "tests.bench.router_service"),
    "escalation": ("tests.bench.escalation_service",),
}
OUTPUT = Path("build/bench")

Emit = Callable[[str, float, str, Sequence[float], float | None], None]


def main(arguments: list[str]) -> int:
    """Exit status: 0 where all of the groups ran, whatever their figures."""
    unknown = [name for name in arguments if name not in GROUPS]
    if unknown:
        sys.stderr.write(f"there is no group {', '.join(unknown)}; there are {', '.join(GROUPS)}\n")
        return 2
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for group in arguments or GROUPS:
        for module in GROUPS[group]:
            _run(group, module, first=module == GROUPS[group][0])
    return 0


def _run(group: str, module: str, *, first: bool) -> None:
    """On servers of its own, so that no part finds what another left; the broker as `casefold up` starts it."""
    with (
        TemporaryDirectory(prefix="casefold-bench-") as folder,
        process_home(Path(folder) / "log") as processes,
        started(Kafka(processes, processes.home / "kafka", free_port())) as kafka,
        started(embedded_postgres(processes)) as postgres,
        own_database(postgres.address) as database,
        (OUTPUT / f"{group}.jsonl").open("w" if first else "a") as lines,
    ):
        settings = Settings(
            kafka_bootstrap_servers=kafka.address,
            database_url=database,
            home=Path(folder) / "home",
            instance="bench",
            log_level="warning",
        )
        create_topics(settings)
        sys.stderr.write(f"{module}\n")
        import_module(module).run(settings, _emit(lines))


def _emit(lines: TextIO) -> Emit:
    def emit(name: str, value: float, unit: str, samples: Sequence[float], reference: float | None) -> None:
        line = json.dumps(
            {"name": name, "value": value, "unit": unit, "samples": list(samples), "reference": reference}
        )
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        lines.write(line + "\n")

    return emit


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
