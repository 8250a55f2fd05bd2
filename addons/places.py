"""How many turns run at once, so that many people at once wait a little instead of all of them long."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from addons.rate_limit import Refused

LONG = 500  # characters


class Places:
    """Places for turns. A turn is 40 ms of the one core that a process has: more at once only slow each other, and the reading
    of new messages with them. Who finds no place waits in line, first come first served; after `patience` seconds they are
    refused and get the safety card, with the tier that the deterministic layer hears. One conversation takes one place,
    however many messages it sends. Four seconds is the line of some 100 people who write in the same moment.
    A text of 2,000 characters is ten of those turns: eight at once held the event loop for three seconds, and every clock with it.
    So of texts above LONG only `long_at_once` are read at a time.
    """

    def __init__(self, at_once: int = 8, patience: float = 4.0, long_at_once: int = 2):
        self._places = asyncio.Semaphore(at_once)
        self._long = asyncio.Semaphore(long_at_once)
        self.patience = patience
        self._conversations: dict[str, list] = {}  # sender -> [lock, how many hold or wait]

    @contextlib.asynccontextmanager
    async def place(self, sender: str, text: str, patience: float | None = None) -> AsyncIterator[None]:
        """Held inside the block. patience: seconds, if not as long as others. Raises Refused(503, "busy") when no place came free in time."""
        entry = self._conversations.setdefault(sender, [asyncio.Lock(), 0])
        entry[1] += 1
        held = []
        try:
            try:
                async with asyncio.timeout(self.patience if patience is None else patience):
                    for place in (entry[0], *([self._long] if len(text) > LONG else []), self._places):
                        await place.acquire()
                        held.append(place)
            except TimeoutError:
                raise Refused(503, "busy", text) from None
            yield
        finally:
            for place in reversed(held):
                place.release()
            entry[1] -= 1
            if not entry[1]:
                del self._conversations[sender]
