"""Writes `kafka_jars.json` anew: `python -m services.ops.embedded.lock_jars`, part of `make lock`."""

import json
import sys
from pathlib import Path

from services.ops.embedded.class_path import digest_of, maven

KAFKA = "org.apache.kafka:kafka_2.13:4.2.2"
"""Not 4.3.0, 4.3.1 or 4.4.0, which may never write the marks of a transaction (KAFKA-20734): see docs/adr/0008."""
LOGGING = "org.slf4j:slf4j-simple:1.7.36"
"""Kafka logs through SLF4J 1.7 and brings no place for it to go; this writes to standard error."""


def main() -> int:
    context = maven()
    locked = {}
    for root in (KAFKA, LOGGING):
        direct, further = context.resolver.resolve([context.create_dependency(root)])
        for dependency in (*direct, *(one for one in further if one.scope in {"compile", "runtime"})):
            artifact = dependency.artifact
            name = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
            locked[name] = digest_of(artifact.resolve())
    path = Path(__file__).with_name("kafka_jars.json")
    path.write_text(json.dumps(dict(sorted(locked.items())), indent=2) + "\n")
    sys.stdout.write(f"{len(locked)} jars in {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
