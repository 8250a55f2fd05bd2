"""Counts and timings for an operator, on a port of their own: never a word, an id or an address.

SIGNPOST_METRICS_PORT opens 127.0.0.1:<port> (SIGNPOST_METRICS_HOST for a container's own network) with
`GET /live` (the event loop turns), `GET /ready` (a real message would be answered by the model) and `GET /metrics` (Prometheus).
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from sanic.response import HTTPResponse

from actions.urgency import WORDS

ANSWERS = Counter("signpost_answers", "Answers to POST /chat", ["status", "urgency", "degraded"])
SECONDS = Histogram("signpost_answer_seconds", "Time to answer POST /chat", buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 6, 8))
UNDERWAY = Gauge("signpost_answers_underway", "Messages being answered now")
CONVERSATIONS = Gauge("signpost_conversations", "Conversations held in this process's memory")
REDIS_AWAY = Gauge("signpost_redis_away", "1 while Redis does not answer")

# Every label value is one of ours: what a person sends can never become a name in a metric.
STATUSES = frozenset(["200", "400", "403", "408", "413", "429", "503"])


@contextlib.contextmanager
def turn() -> Iterator[Callable[[HTTPResponse], HTTPResponse]]:
    """Count one answer: `with turn() as counted: return counted(response)`."""
    started = time.perf_counter()

    def counted(response: HTTPResponse) -> HTTPResponse:
        card = response.raw_body[-1]["custom"] if getattr(response, "raw_body", None) else {}
        status, urgency = str(response.status), card.get("urgency")
        ANSWERS.labels(
            status if status in STATUSES else "other", urgency if urgency in WORDS else "none", str(bool(card.get("degraded"))).lower()
        ).inc()
        return response

    with UNDERWAY.track_inprogress():
        try:
            yield counted
        finally:
            SECONDS.observe(time.perf_counter() - started)


async def _respond(reader, writer, ready: Callable, sizes: Callable[[], int]) -> None:
    try:
        request = await asyncio.wait_for(reader.readline(), 2)
        while (await asyncio.wait_for(reader.readline(), 2)).strip():
            pass
        path = request.split()[1:2]
        status, kind, body = "404 Not Found", "text/plain", b"not found\n"
        if path == [b"/live"]:
            status, body = "200 OK", b"live\n"
        elif path == [b"/ready"]:
            status, body = ("200 OK", b"ready\n") if await ready() else ("503 Service Unavailable", b"not ready\n")
        elif path == [b"/metrics"]:
            CONVERSATIONS.set(sizes())
            status, kind, body = "200 OK", CONTENT_TYPE_LATEST, generate_latest()
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await asyncio.wait_for(writer.drain(), 2)
    except (OSError, TimeoutError, ValueError):
        pass  # whoever asked has gone, or asked nonsense
    finally:
        writer.close()


async def serve(port: int, *, ready: Callable, sizes: Callable[[], int]) -> asyncio.Server:
    """Open the port. `ready` is awaited for /ready; `sizes` counts conversations for /metrics."""
    return await asyncio.start_server(
        lambda reader, writer: _respond(reader, writer, ready, sizes), os.environ.get("SIGNPOST_METRICS_HOST") or "127.0.0.1", port
    )
