"""A tracker store that may fail without anybody noticing but the operator.

A conversation's tracker may live in another process (addons/shared.py). That process can refuse, hang or be slow; the person
who writes must not wait for it. Rasa's own wrapper waits without limit, and when saving fails it keeps the whole
conversation, words included, in memory for ever. The store itself bounds its waiting, with a copy at hand; this is the
second line. addons/endpoints.py has seen to it that it is one of ours.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker
from redis.exceptions import RedisError

from addons.operator_log import note
from addons.private_store import PrivateTrackerStore
from addons.settings import number

STORE_SECONDS = 1.0  # a store on the same network answers in a few milliseconds
# After a failure it is left alone this long, so that a hung one costs a turn one wait and not six.
REST_SECONDS = number(os.environ, "SIGNPOST_STORE_REST_SECONDS", 5)


class Resting:
    """Whether something that failed lately is left alone."""

    def __init__(self, seconds: float | None = None, clock=time.monotonic):
        self.seconds = REST_SECONDS if seconds is None else seconds
        self.clock, self._until = clock, -1e9

    def __bool__(self) -> bool:
        return self.clock() < self._until

    def failed(self) -> None:
        """It has just failed: leave it alone for `seconds`."""
        self._until = self.clock() + self.seconds


class SoftTrackerStore(FailSafeTrackerStore):
    """A tracker store around the configured one: bounded in time, and nothing kept elsewhere.

    A failure is noted as "store_failed". A conversation that cannot be read starts new, one that cannot be saved is dropped;
    the web channel remembers its highest urgency (Floors). A store that hangs or refuses is then left alone for REST_SECONDS.
    """

    def __init__(self, tracker_store: PrivateTrackerStore, *, seconds: float = STORE_SECONDS):
        super().__init__(tracker_store)
        # One that bounds its own waiting, and goes on without its other half, says how long that may take.
        self.seconds = getattr(tracker_store, "patience", seconds)
        self.resting = Resting()

    @property
    def fallback_tracker_store(self):
        """Raises NotImplementedError: Rasa's would keep every word for ever."""
        raise NotImplementedError("no conversation is kept outside its store")

    async def _call(self, what: str, make: Callable[[], Awaitable], nothing=None):
        if self.resting:
            note("store_failed", call=what, error="resting")
            return nothing
        try:
            return await asyncio.wait_for(make(), self.seconds)
        except Exception as error:
            # One conversation that cannot be read is no fault of the store's: the others go on.
            if isinstance(error, (OSError, RedisError)):  # a TimeoutError is an OSError
                self.resting.failed()
            note("store_failed", call=what, error=type(error).__name__)
            return nothing

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation; None when there is none, or the store could not be asked."""
        return await self._call("retrieve", lambda: self._tracker_store.retrieve(sender_id))

    async def retrieve_full_tracker(self, sender_id: str) -> DialogueStateTracker | None:
        """As `retrieve`, over all sessions."""
        return await self._call("retrieve", lambda: self._tracker_store.retrieve_full_tracker(sender_id))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Save it, if the store can be asked."""
        await self._call("save", lambda: self._tracker_store.save(tracker))

    async def keys(self):
        """Ids of the conversations held; [] when the store could not be asked."""
        return await self._call("keys", lambda: self._tracker_store.keys(), nothing=[])

    async def delete(self, sender_id: str) -> bool:
        """Forget one conversation. False when the store could not be asked."""
        return await self._call("delete", lambda: self._tracker_store.delete(sender_id), nothing=False) is not False


def install() -> None:
    """Let every agent that Rasa makes from here on wrap its store so."""
    from rasa.core.agent import Agent

    def tracker_store(store, domain):
        if store is None:  # an agent without endpoints: a test's, or one that waits for its model
            store = PrivateTrackerStore(domain)
        if not isinstance(store, PrivateTrackerStore):
            raise TypeError("a tracker store that keeps what people type")  # addons/endpoints.py said so before the start
        store.domain = domain
        return SoftTrackerStore(store)

    Agent._create_tracker_store = staticmethod(tracker_store)
