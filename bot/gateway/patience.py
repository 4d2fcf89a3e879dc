"""How long a connection may take to say what it asks: some hundred that never do would shut everyone else out."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0  # for address and headers; a phone on a bad line needs one
LARGEST_HEAD = 64 * 1024  # bytes


class Patience(HttpToolsProtocol):
    """Uvicorn's protocol, which waits for the head of a request as long as it takes, and takes it however large."""

    _head: asyncio.TimerHandle | None = None
    _size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first request."""
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no more."""
        self._end()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request is there."""
        self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """All of the head is there."""
        self._end()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Reads on, unless the head goes on for too long."""
        super().data_received(data)
        if self._head is not None:
            self._size += len(data)
            if self._size > LARGEST_HEAD:
                self.transport.close()

    def _begin(self) -> None:
        if self._head is None:
            self._head, self._size = self.loop.call_later(HEAD_SECONDS, self.transport.close), 0

    def _end(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None
