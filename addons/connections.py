"""Idle connections make room for people who write.

Every connection holds a file handle, and a process has only so many. Somebody who opens a thousand and says nothing would
keep everybody else out until they time out; here the oldest one that has not asked for anything goes when there are too many.
"""

import contextlib
from collections import OrderedDict

from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol

SPARE = 28  # handles for the process itself: log, event loop, model files, stores, and a few connections in flight


class Connections:
    """The open connections, oldest first. `most`: above it one that waits for nothing is closed."""

    def __init__(self, most: int):
        self.most = most
        self._open: OrderedDict[object, None] = OrderedDict()

    def made(self, connection) -> None:
        """A new one; may cost the oldest idle one its place."""
        self._open[connection] = None
        if len(self._open) > self.most and (idle := next((c for c in self._open if c is not connection and _idle(c)), None)):
            del self._open[idle]
            idle.transport.abort()

    def lost(self, connection) -> None:
        """A connection has closed."""
        self._open.pop(connection, None)


def _idle(connection) -> bool:
    """Whether nobody has asked anything on it that is not answered; half a header is nothing yet."""
    http = getattr(connection, "_http", None)
    return http is None or http.stage in (Stage.IDLE, Stage.REQUEST)


def limit() -> int:
    """How many connections there is room for."""
    with contextlib.suppress(ImportError, OSError):
        import resource

        return max(resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE, 8)
    return 1000


def install() -> None:
    """Watch over every connection that Sanic accepts."""
    connections = Connections(limit())
    made, lost = HttpProtocol.connection_made, HttpProtocol.connection_lost

    def connection_made(self, transport):
        made(self, transport)
        connections.made(self)

    def connection_lost(self, error):
        connections.lost(self)
        lost(self, error)

    HttpProtocol.connection_made, HttpProtocol.connection_lost = connection_made, connection_lost
