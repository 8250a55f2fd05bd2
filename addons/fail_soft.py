"""Stores that may fail without anybody noticing but the operator.

A conversation's tracker and its lock may live in another process (Redis, a database). That process can refuse, hang or be
slow; the person who writes must not wait for it. Rasa's own wrapper waits without limit, runs blocking clients in the event
loop, so that one hung store stops everybody, and when saving fails it keeps the whole conversation, words included, in
memory for ever.

This guards whatever store endpoints.yml names. Our own Redis stores (addons/shared.py) bound their waiting themselves, with
a copy at hand; for them this is the second line.
"""

import asyncio
import contextlib
import contextvars
import os
import threading
import time
from collections.abc import AsyncIterator, Callable

from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from addons.operator_log import note

STORE_SECONDS = 1.0  # a store on the same network answers in a few milliseconds
# After a failure it is left alone this long, so that a hung one costs a turn one wait and not six.
REST_SECONDS = float(os.environ.get("SIGNPOST_STORE_REST_SECONDS", "5"))
LOCK_SECONDS = 20.0  # a lock whose holder died opens by itself; a turn takes 8 s at the very most
HELD_SECONDS = 2.0  # a healthy turn is over in a tenth of this; then the lock is taken for a dead one's
HUNG_CALLS = 200  # threads that never came back; above it one call at a time is tried, until one succeeds
# Their clients block: they run in a thread of their own, never in the event loop.
BLOCKING = ("RedisTrackerStore", "SQLTrackerStore", "MongoTrackerStore", "DynamoTrackerStore", "AwaitableTrackerStore")


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
    """A tracker store around the configured one: bounded in time, never in the event loop's way, and nothing kept elsewhere.

    A failure is noted as "store_failed". A conversation that cannot be read starts new, one that cannot be saved is dropped;
    the web channel remembers its highest urgency (Floors). After a failure the store is left alone for REST_SECONDS.
    """

    def __init__(self, tracker_store, *_args, seconds: float = STORE_SECONDS, **_kwargs):
        super().__init__(tracker_store)
        # One that bounds its own waiting, and goes on without its other half, says how long that may take.
        self.seconds = getattr(tracker_store, "patience", seconds)
        self.resting = Resting()
        self._threads = Threads("store")
        # A store of ours says so itself: `blocking = True` on its class.
        self._blocking = getattr(tracker_store, "blocking", any(c.__name__ in BLOCKING for c in type(tracker_store).__mro__))

    @property
    def fallback_tracker_store(self):
        """Raises NotImplementedError: Rasa's would keep every word for ever."""
        raise NotImplementedError("no conversation is kept outside its store")

    async def _call(self, what: str, make: Callable[[], object], nothing=None):
        if self.resting:
            note("store_failed", call=what, error="resting")
            return nothing
        try:
            if self._blocking:
                return await self._threads.run(lambda: asyncio.run(make()), self.seconds)
            return await asyncio.wait_for(make(), self.seconds)
        except Exception as error:
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
        """Forget one conversation. False when the store could not be asked, or cannot delete."""
        if not hasattr(self._tracker_store, "delete"):
            return False
        return await self._call("delete", lambda: self._tracker_store.delete(sender_id), nothing=False) is not False


class SoftLockStore(LockStore):
    """A lock store around the configured one. When it fails the turn goes on under a lock of this process alone.

    Two replicas might then answer one conversation at once, which costs an order of messages; waiting would cost an answer.
    """

    def __init__(self, lock_store: LockStore, *, seconds: float = STORE_SECONDS):
        self.inner = lock_store
        self.seconds = seconds
        self.resting = Resting()
        self._here = InMemoryLockStore()
        self._threads = Threads("lock")

    @contextlib.asynccontextmanager
    async def lock(self, conversation_id: str, lock_lifetime: float = LOCK_SECONDS, wait_time_in_seconds: float = 0.1) -> AsyncIterator:
        """Hold the conversation's lock.

        Another replica's is waited for HELD_SECONDS: its holder may have been killed, or the store may have carried out
        late what we had given up. A lock of this process is waited for as long as it is held.
        """
        if type(self.inner).lock is not LockStore.lock or isinstance(self.inner, InMemoryLockStore):  # soft by itself, or in memory
            async with self.inner.lock(conversation_id) as lock:
                yield lock
            return
        ticket = await self._call("issue_ticket", conversation_id, lock_lifetime)
        try:
            patience = time.monotonic() + HELD_SECONDS
            while ticket is not None and await self._locked(conversation_id, ticket):
                if time.monotonic() > patience:
                    note("lock_failed", call="wait", error="held")
                    break
                await asyncio.sleep(wait_time_in_seconds)
            async with self._here.lock(conversation_id, lock_lifetime, wait_time_in_seconds) as lock:
                yield lock
        finally:
            if ticket is not None:
                # In a task of its own: a cancelled turn must still give its ticket back.
                await asyncio.shield(asyncio.ensure_future(self._call("cleanup", conversation_id, ticket)))

    async def _locked(self, conversation_id: str, ticket: int) -> bool:
        lock = await self._call("get_lock", conversation_id)
        if lock is None:
            return False
        lock.remove_expired_tickets()
        return bool(lock.tickets) and lock.now_serving < ticket

    async def _call(self, what: str, *arguments):
        if self.resting:
            note("lock_failed", call=what, error="resting")
            return None
        try:
            return await self._threads.run(lambda: getattr(self.inner, what)(*arguments), self.seconds)
        except Exception as error:
            self.resting.failed()
            note("lock_failed", call=what, error=type(error).__name__)
            return None


def install() -> None:
    """Let every agent that Rasa makes from here on wrap its stores so."""
    from rasa.core.agent import Agent

    def tracker_store(store, domain):
        if store is not None:
            store.domain = domain
        return SoftTrackerStore(store if store is not None else InMemoryTrackerStore(domain))

    Agent._create_tracker_store = staticmethod(tracker_store)
    Agent._create_lock_store = staticmethod(lambda store: SoftLockStore(store or InMemoryLockStore()))
