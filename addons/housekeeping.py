"""What the server does beside answering: forget what is idle on a timer, and show its health on a port of its own."""

import asyncio
import os

import structlog

from addons import metrics
from addons.settings import number

log = structlog.get_logger("signpost.house")
TICK = number(os.environ, "SIGNPOST_TICK_SECONDS", 30, least=0.1)  # forgetting is at most this late
METRICS_PORT = number(os.environ, "SIGNPOST_METRICS_PORT", -1, whole=True)  # -1: none


def store_of(app):
    """The tracker store itself, without our fail-soft one around it (addons/fail_soft.py). None before the model is loaded."""
    store = getattr(getattr(app.ctx, "agent", None), "tracker_store", None)
    return getattr(store, "_tracker_store", store)


async def _tick(app, channel) -> None:
    while True:
        await asyncio.sleep(TICK)
        for kept in (store_of(app), channel.floors, channel.limits):
            try:
                if kept is not None and hasattr(kept, "forget_idle"):
                    kept.forget_idle()
            except Exception as error:  # a fault here must not end the timer: then nothing would be forgotten again
                log.error("forget_idle_failed", error=type(error).__name__)


async def keep_house(app, channel, ready) -> None:
    """Start the timer and, when SIGNPOST_METRICS_PORT is set, the port for health and metrics.

    ready: awaited; whether a real message would be answered by the model now.
    """
    app.ctx.house = asyncio.create_task(_tick(app, channel))  # held: a task nobody holds may be collected
    if METRICS_PORT >= 0:
        app.ctx.metrics_server = await metrics.serve(METRICS_PORT, ready=ready, sizes=lambda: len(getattr(store_of(app), "store", ())))
