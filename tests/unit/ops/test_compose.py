"""`deploy/compose.yaml` and the embedded servers say the same."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.ops.embedded.kafka import BROKER
from shared.runtime.settings import Settings

COMPOSE = Path(__file__).parents[3] / "deploy" / "compose.yaml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return document


def test_kafka_has_the_same_settings(compose: dict[str, Any]) -> None:
    environment = compose["services"]["kafka"]["environment"]
    said = {name: environment.get(f"KAFKA_{name.replace('.', '_').upper()}") for name in BROKER}
    assert said == dict(BROKER)


def test_the_ports_are_the_defaults_and_on_the_loopback_address(compose: dict[str, Any]) -> None:
    settings = Settings()
    assert {name: service["ports"] for name, service in compose["services"].items()} == {
        "kafka": [f"127.0.0.1:${{CASEFOLD_KAFKA_PORT:-{settings.kafka_port}}}:9092"],
        "postgres": [f"127.0.0.1:${{CASEFOLD_POSTGRES_PORT:-{settings.postgres_port}}}:5432"],
        "redis": [f"127.0.0.1:${{CASEFOLD_REDIS_PORT:-{settings.redis_port}}}:6379"],
    }
