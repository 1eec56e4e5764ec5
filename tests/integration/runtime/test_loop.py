"""A client on the services' event loop knows a connection that has ended for one."""

import asyncio

import pytest
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from shared.runtime.loop import new_event_loop


def test_to_send_on_a_connection_that_has_ended_is_an_error_of_the_connection(kafka: str) -> None:
    host, port = kafka.split(":")

    async def sending() -> None:
        # given a connection whose transport has ended just now
        connection = await create_conn(host, int(port))
        await connection.send(MetadataRequest([]))
        assert connection.connected()
        connection._writer.transport.abort()  # noqa: SLF001 - as the network does it
        await asyncio.sleep(0)
        # when it is used, then it is what a client tries again after
        with pytest.raises(KafkaConnectionError, match=f"the connection to {kafka} has ended"):
            await connection.send(MetadataRequest([]))
        assert not connection.connected()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(sending())
