"""Configuration, read from the environment once, when a process starts."""

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.events.presets import HOLDS, Preset


def _seconds(given: object) -> object:
    """A text that is a number is seconds; all else is left to the validator of durations."""
    try:
        return float(given) if isinstance(given, str) else given
    except ValueError:
        return given


Duration = Annotated[timedelta, BeforeValidator(_seconds)]


class Settings(BaseSettings):
    """Every setting has a default that fits the embedded stack.

    The three addresses have the names that platforms give them; all else is `CASEFOLD_` and the name in
    capitals. Durations are read as seconds or ISO 8601 (`PT72H`).
    """

    model_config = SettingsConfigDict(env_prefix="CASEFOLD_", frozen=True, extra="ignore")

    kafka_port: Annotated[int, Field(ge=1, le=65535)] = 9092
    """Port of the embedded Kafka, as the two below for theirs; without meaning where an address is given."""
    postgres_port: Annotated[int, Field(ge=1, le=65535)] = 5432
    redis_port: Annotated[int, Field(ge=1, le=65535)] = 6379

    kafka_bootstrap_servers: Annotated[
        str, Field(validation_alias=AliasChoices("KAFKA_BOOTSTRAP_SERVERS", "kafka_bootstrap_servers"))
    ] = Field(default_factory=lambda given: f"127.0.0.1:{given['kafka_port']}")
    database_url: Annotated[str, Field(validation_alias=AliasChoices("DATABASE_URL", "database_url"))] = Field(
        default_factory=lambda given: f"postgresql://postgres@127.0.0.1:{given['postgres_port']}/casefold"
    )
    redis_url: Annotated[str, Field(validation_alias=AliasChoices("REDIS_URL", "redis_url"))] = Field(
        default_factory=lambda given: f"redis://127.0.0.1:{given['redis_port']}/0"
    )

    topic_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,100}$")] = ""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 8
    replication_factor: Annotated[int, Field(ge=1, le=9)] = 1
    min_insync_replicas: Annotated[int, Field(ge=1, le=9)] = 1

    home: Path = Path(".casefold")
    """Folder for everything that is kept on this machine: checkpoints, the local issuer's key, server data."""
    instance: Annotated[str, Field(min_length=1)] = f"{socket.gethostname()}-{os.getpid()}"
    """Names one process among those of its service; chooses its reply partition and its checkpoint folder."""

    checkpoint_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = "processor"
    """Folder of a processor's checkpoints below `home`; two processors on one machine need two."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080

    oidc_issuer: str | None = None
    """Issuer whose tokens are accepted. None: the local issuer under `home`, for this machine alone."""
    oidc_audience: str = "casefold"
    oidc_role_claim: str = "role"
    local_issuer_port: Annotated[int, Field(ge=0, le=65535)] = 8081

    command_memory: Annotated[Duration, Field(gt=timedelta())] = timedelta(days=7)
    """How long the id of an accepted command is remembered, with what it was answered."""

    preset: Preset = Preset.STANDARD
    """The promises and escalations where the directory has none of its own, and how long the hold is."""
    hold: Duration = Field(default_factory=lambda given: HOLDS[given["preset"]])
    """How long after its resolution a ticket can be reopened, and after which it is closed."""
    sla_for_imports: bool = False
    """Whether what an import tells starts clocks; to be said before the import."""
    fields_file: Path | None = None
    """YAML list of custom-field definitions (see docs/custom-fields.md)."""

    requester_requests_per_s: Annotated[float, Field(gt=0)] = 20.0
    """What one requester may ask in the long run; staff and services are not limited."""
    requester_burst: Annotated[int, Field(ge=1)] = 100
    """What one requester may ask at once."""
    requests_in_flight: Annotated[int, Field(ge=1)] = 1000
    """What one API process works on at once; beyond it the answer is 503."""

    agent_streams: Annotated[int, Field(ge=1)] = 5000
    """Agents' live streams that one API process serves at once; they do not count as requests in flight."""

    outcome_wait: Duration = timedelta(seconds=3)
    """How long the API waits for a command's outcome before it answers 202."""
    read_wait: Duration = timedelta(seconds=2)
    """How long a query waits for the read model to reach a read token before it answers 503."""

    session_timeout: Duration = timedelta(seconds=10)
    """Consumer-group session: a process silent for longer loses its partitions."""
    transaction_timeout: Duration = timedelta(seconds=15)

    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    otlp_endpoint: str | None = None
    """OTLP/HTTP collector. None: no traces are exported."""
    trace_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port of the process's Prometheus endpoint; 0: none. Under `casefold up` that of the first, and so on."""

    def topic(self, name: str) -> str:
        """Full name of a topic of the contract, prefix included."""
        return f"{self.topic_prefix}{name}"

    def group(self, name: str) -> str:
        """Id of a consumer group on the broker: two suites with two prefixes share neither topics nor groups."""
        return f"{self.topic_prefix}{name}"
