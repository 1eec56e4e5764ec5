"""The event loop of the services: uvloop's, with aiokafka told not to write where a connection has ended."""

import asyncio
from typing import Any

import uvloop
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

_send = AIOKafkaConnection.send


def new_event_loop() -> asyncio.AbstractEventLoop:
    """To write on a closed transport is nothing to asyncio, and to uvloop a `RuntimeError`.

    aiokafka expects an `OSError` at most. A client that writes between a broker's end and its own notice of it
    loses a task for good, such as the one that looks where the brokers are, and then waits for ever.
    """
    AIOKafkaConnection.send = _send_if_open
    return uvloop.new_event_loop()


def _send_if_open(connection: AIOKafkaConnection, request: object, expect_response: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002 - aiokafka's own signature, and it is untyped
    writer = connection._writer  # noqa: SLF001 - nothing else knows whether it is closing
    if writer is not None and writer.is_closing():
        connection.close(reason=CloseReason.CONNECTION_BROKEN)
        raise KafkaConnectionError(f"the connection to {connection.host}:{connection.port} has ended")
    return _send(connection, request, expect_response)
