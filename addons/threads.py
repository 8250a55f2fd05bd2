"""Calls that may hang, in threads that nobody waits for."""

import asyncio
import contextlib
import contextvars
import threading
import time
from collections.abc import Callable

HUNG_CALLS = 200  # threads that never came back; above it one call at a time is tried, until one succeeds


class HungError(TimeoutError):
    """Too many calls never came back; this one was not tried."""


class Threads:
    """Runs calls that may hang, each in a thread of its own that nobody waits for at exit.

    A pool would be full after its size in hung calls and stay so when the fault has gone; here the next call starts fresh.
    """

    def __init__(self, name: str, most: int = HUNG_CALLS):
        self.name, self.most = name, most
        self.hung: set[threading.Thread] = set()
        self._tried = -1e9

    async def run(self, work: Callable[[], object], seconds: float):
        """The result of work(), or TimeoutError after so many seconds. Errors come through as they are."""
        self.hung = {thread for thread in self.hung if thread.is_alive()}
        if len(self.hung) >= self.most:
            if time.monotonic() - self._tried < seconds:
                raise HungError(self.name)
            self._tried = time.monotonic()
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        context = contextvars.copy_context()

        def deliver(setter, value):
            if not done.done():
                setter(value)

        def call():
            try:
                outcome = (done.set_result, context.run(work))
            except BaseException as error:
                outcome = (done.set_exception, error)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(deliver, *outcome)

        thread = threading.Thread(target=call, name=self.name, daemon=True)
        thread.start()
        try:
            result = await asyncio.wait_for(done, seconds)
        except TimeoutError:
            if thread.is_alive():
                self.hung.add(thread)
            raise
        if len(self.hung) >= self.most:
            self.hung = set()  # it works again: those that hang are lost, and no sign of anything any more
        return result
