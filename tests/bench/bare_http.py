"""The reference: a bare FastAPI handler that produces one record (acks=all) and answers 202."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Request, Response

from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings

TOPIC = "bench.bare"


def bare(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AIOKafkaProducer(
            bootstrap_servers=settings.kafka_bootstrap_servers, acks="all", enable_idempotence=True, linger_ms=0
        ) as producer:
            app.state.producer = producer
            announce_ready()
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/tickets", status_code=202)
    async def produce(request: Request) -> Response:
        producer: AIOKafkaProducer = request.app.state.producer
        body = await request.body()
        await producer.send_and_wait(settings.topic(TOPIC), body, key=str(uuid4()).encode())
        return Response(status_code=202)

    return app


if __name__ == "__main__":
    settings = Settings()
    uvicorn.run(
        bare(settings),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        http="httptools",
        loop="uvloop",
        ws="none",
        access_log=False,
        log_level="warning",
    )
