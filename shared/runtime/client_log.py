"""Where the lines of the Kafka client go: into the process's own log, and nowhere where it has none.

Left to itself the client writes them to standard error. A line comes out when its client is polled or flushed.
"""

import logging
from collections.abc import MutableMapping
from typing import Any

CLIENT_LOG = logging.getLogger("librdkafka")
"""For the `logger` of every client that is made."""
CLIENT_LOG.addHandler(logging.NullHandler())


def client_line(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A line of the client's, by its parts; of other loggers' lines only the arguments, said already, are gone."""
    arguments = line.pop("positional_args", ())
    record: logging.LogRecord | None = line.get("_record")
    if record is None or record.name != CLIENT_LOG.name:
        return line
    facility, client, said = arguments
    return {**line, "event": "kafka client", "facility": facility, "client": client, "detail": said}
