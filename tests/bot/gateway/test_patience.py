"""Connections that do not say what they ask are given up; those that do may take their time over the answer."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.gateway import patience
from bot.gateway.patience import LARGEST_HEAD, Patience

REQUEST = b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n"
SHORT_SECONDS = 0.3
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server that is soon out of patience, and whose answers take longer than that."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", SHORT_SECONDS)

    async def answer(_request: Request) -> PlainTextResponse:
        await asyncio.sleep(2 * SHORT_SECONDS)
        return PlainTextResponse("here")

    listener = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/", answer)])
    server = uvicorn.Server(uvicorn.Config(app, http=Patience, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve([listener]))
    yield listener.getsockname()[1]
    server.should_exit = True
    await task


async def closed(reader: asyncio.StreamReader) -> bool:
    """Whether the server ends the connection, having said nothing."""
    with contextlib.suppress(ConnectionResetError):
        return await asyncio.wait_for(reader.read(), 20) == b""
    return True


async def test_who_says_nothing_is_given_up(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await closed(reader)
    writer.close()


async def test_who_never_comes_to_the_end_of_a_request_is_given_up(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def drip() -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(REQUEST[:-2])
            while True:
                writer.write(b"X-More: 1\r\n")
                await writer.drain()
                await asyncio.sleep(SHORT_SECONDS / 10)

    dripping = asyncio.create_task(drip())
    assert await closed(reader)
    dripping.cancel()


async def test_a_head_without_end_is_not_kept(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 1000.0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST[:-2] + b"X-More: " + b"x" * LARGEST_HEAD)
    assert await closed(reader)


async def test_who_asks_is_answered_again_and_again(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(REQUEST)
        assert (await reader.readuntil(b"here")).startswith(b"HTTP/1.1 200 OK")
        await asyncio.sleep(2 * SHORT_SECONDS)
    writer.close()
