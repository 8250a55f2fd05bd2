"""What several server processes share through Redis, so that any of them can take any turn.

Conversations (labels only), the lock of a conversation, the highest urgency, rate limits. Chosen by `endpoints.redis.yml`
and SIGNPOST_REDIS, e.g. redis://127.0.0.1:6379/0. Nothing here raises when Redis is refused, hung or empty: each process
keeps its own copy beside Redis, goes on with that, and comes back by itself. Rasa's own Redis stores are not used: an error
of theirs makes Rasa keep whole trackers, words included, in memory for ever, and their lock is read, changed and written in
three steps, so two processes can hold it at once.
"""

import asyncio
import contextlib
import functools
import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import date

import structlog
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoPermissionError, RedisError

from actions.urgency import Urgency
from addons import metrics
from addons.floors import Floors
from addons.private_store import PrivateTrackerStore
from addons.rate_limit import RateLimits, Refused

log = structlog.get_logger("signpost.shared")
WAIT = 1.0  # seconds for one question to Redis; it answers in a tenth of a millisecond, a busy event loop needs longer
LOOK_AGAIN = 1.0  # seconds between two looks whether Redis is back
LEASE = 2.0  # seconds that a dead process's lock outlives it; a turn takes 0.02


OLDEST = 7  # of Redis: one command writes and reads (SET … NX GET), which older ones refuse


class RedisTooOld(Exception):
    """It would refuse what we write; nothing would be shared, and people would be answered all the same, so that nobody notices."""


def check_version(info: dict) -> None:
    """Raises RedisTooOld where Redis says that it is older than we need; one that doesn't say may be recent enough."""
    version = str(info.get("redis_version", ""))
    number = version.partition(".")[0]
    if number.isdecimal() and int(number) < OLDEST:
        raise RedisTooOld(f"Redis {version} answers at SIGNPOST_REDIS; {OLDEST}.0 or newer is needed")


def check_redis(environment) -> None:
    """Raises RedisTooOld at start. A Redis that is away is looked at when it comes (Link)."""
    if not (url := environment.get("SIGNPOST_REDIS")):
        return
    with contextlib.suppress(RedisError, OSError), BlockingRedis.from_url(url, socket_timeout=WAIT, socket_connect_timeout=WAIT) as redis:
        check_version(redis.info("server"))


class Away(Exception):
    """Redis does not answer: go on without it."""


def key_of(kind: str, sender: str) -> str:
    """A Redis key. Ids are hashed: who reads Redis must not be able to speak as somebody."""
    return f"signpost:{kind}:{hashlib.blake2b(sender.encode(), digest_size=16).hexdigest()}"


class Link:
    """One process's connection to Redis, with a switch that opens when Redis does not answer.

    After a failure nobody waits for Redis again until a look in the background, once a second, finds it well.
    `away` is True meanwhile. `on_return` functions are called when it comes back.
    """

    def __init__(self, url: str):
        retry = Retry(NoBackoff(), 1)  # once: a connection kept from before a restart of Redis is dead
        self.client = Redis.from_url(
            url, socket_timeout=WAIT, socket_connect_timeout=WAIT, retry=retry, retry_on_error=[RedisConnectionError], max_connections=512
        )
        self.away = False
        self.on_return: list[Callable[[], Awaitable[None]]] = []
        self._look: asyncio.Task | None = None

    async def ask(self, work: Callable[[Redis], Awaitable]):
        """What Redis answers to `work`. Raises Away, after at most WAIT seconds, when it doesn't."""
        if self.away:
            raise Away
        try:
            return await asyncio.wait_for(work(self.client), WAIT)
        except (RedisError, OSError, TimeoutError) as error:
            if not self.away:
                self.away = True
                metrics.REDIS_AWAY.set(1)
                log.error("redis_away", error=type(error).__name__)
                self._look = asyncio.create_task(self._look_until_back())
            raise Away from None

    async def _look_until_back(self) -> None:
        told = False
        while self.away:
            await asyncio.sleep(LOOK_AGAIN)
            try:
                check_version(await asyncio.wait_for(self._server(), WAIT))
            except (RedisError, OSError, TimeoutError):
                continue
            except RedisTooOld as error:
                if not told:
                    log.error("redis_too_old", reason=str(error))
                told = True
                continue
            self.away = False
            metrics.REDIS_AWAY.set(0)
            log.warning("redis_back")
            for work in self.on_return:
                await work()

    async def _server(self) -> dict:
        """What Redis says of itself; nothing where our user may not ask (INFO is often forbidden), and then it is asked whether it is there."""
        try:
            return await self.client.info("server")
        except NoPermissionError:
            await self.client.ping()
            return {}

    async def keep(self, kind: str, sender: str, value: str, seconds: float) -> str:
        """Write one value with a lifetime; the epoch it was written in. Raises Away.

        The epoch lives as long as Redis's memory: it is set once, and gone when Redis starts empty.
        """
        fresh = os.urandom(8).hex()

        async def work(redis: Redis):
            pipe = redis.pipeline(transaction=False)
            pipe.set("signpost:epoch", fresh, nx=True, get=True)
            pipe.set(key_of(kind, sender), value, ex=int(seconds))
            return await pipe.execute()

        before, _ = await self.ask(work)
        return before.decode() if before else fresh

    async def fetch(self, kind: str, sender: str) -> tuple[str, str | None]:
        """The epoch now, and the value. Raises Away."""
        epoch, value = await self.ask(lambda redis: redis.mget("signpost:epoch", key_of(kind, sender)))
        return (epoch or b"").decode(), value.decode() if value is not None else None


@functools.cache
def link(url: str | None = None) -> Link:
    """The process's link: SIGNPOST_REDIS, or `url`."""
    return Link(url or os.environ["SIGNPOST_REDIS"])


class Copies:
    """Which of our copies Redis knows of: for each sender the epoch in which Redis got it, "" when it did not."""

    def __init__(self, held: int):
        self._held = held
        self._epochs: OrderedDict[str, str] = OrderedDict()

    def note(self, sender: str, epoch: str) -> None:
        """Redis got our copy in this epoch; "" when it did not."""
        self._epochs[sender] = epoch
        self._epochs.move_to_end(sender)
        while len(self._epochs) > self._held:
            self._epochs.popitem(last=False)

    def forget(self, sender: str) -> None:
        """We have no copy any more."""
        self._epochs.pop(sender, None)

    def forget_unless(self, held) -> None:
        """Drop the oldest that are no longer in `held`."""
        while self._epochs and (oldest := next(iter(self._epochs))) not in held:
            del self._epochs[oldest]

    def ours_counts(self, sender: str, epoch: str, theirs: str | None) -> bool:
        """Whether to go by our copy: it holds what Redis never got, or Redis was emptied since.

        A copy that is missing in a Redis that was not emptied has ended, here or elsewhere: ours counts no more.
        """
        mine = self._epochs.get(sender)
        return mine == "" or (theirs is None and mine is not None and mine != epoch)


class SharedTrackerStore(PrivateTrackerStore):
    """Conversations without words in Redis, with a lifetime, and a copy in this process for when Redis is away (see Copies).

    Arguments as PrivateTrackerStore; idle_minutes is also the lifetime of a key.
    """

    patience = 3 * WAIT  # it waits for Redis at most once, then goes on with its copy

    def __init__(self, domain: Domain, host: str | None = None, event_broker=None, **kwargs):
        super().__init__(domain, event_broker, **kwargs)
        self.link = link(host or None)
        self._copies = Copies(self.max_conversations)
        self._ended: set[str] = set()  # ended while Redis was away
        self.link.on_return.append(self._end_the_ended)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the conversation, without its words, here and in Redis."""
        await super().save(tracker)
        sender = tracker.sender_id
        held = self.store[sender][1].replace(sender, "")  # the key says whose it is, and only to who knows the id
        try:
            self._copies.note(sender, await self.link.keep("t", sender, held, self.idle_seconds))
        except Away:
            self._copies.note(sender, "")

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation from Redis, or from the copy here."""
        try:
            epoch, held = await self.link.fetch("t", sender_id)
        except Away:
            return await super().retrieve(sender_id)
        if self._copies.ours_counts(sender_id, epoch, held):
            return await super().retrieve(sender_id)
        if held is None:
            await super().delete(sender_id)
            self._copies.forget(sender_id)
            return None
        return self.deserialise_tracker(sender_id, held)

    async def delete(self, sender_id: str) -> bool:
        """Forget one conversation now, here and in Redis; False: there only at its return, for it is away."""
        await super().delete(sender_id)
        self._copies.forget(sender_id)
        try:
            await self.link.ask(lambda redis: redis.delete(key_of("t", sender_id), key_of("f", sender_id)))
        except Away:
            self._ended.add(sender_id)
            return False
        return True

    async def _end_the_ended(self) -> None:
        ended, self._ended = self._ended, set()
        for sender_id in ended:
            if sender_id not in self.store:  # not begun again since
                await self.delete(sender_id)

    def forget_idle(self) -> None:
        """Copies that have been idle too long; Redis lets its own expire."""
        super().forget_idle()
        self._copies.forget_unless(self.store)


# Deletes the lock only if it is still ours: after LEASE it may be somebody else's.
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class SharedLockStore(LockStore):
    """One turn of a conversation at a time, over all processes.

    A lock of Redis that dies with its lease, so a killed process holds nobody up for longer than LEASE seconds. Somebody
    who has waited that long goes on without it: an answer matters more than order, and urgency has its own floor.
    """

    def __init__(self, endpoint_config=None, url: str | None = None):
        self.link = link(url or getattr(endpoint_config, "url", None))
        self._here: dict[str, list] = {}  # sender -> [asyncio.Lock, how many hold or wait]
        super().__init__()

    @contextlib.asynccontextmanager
    async def lock(self, conversation_id: str, lock_lifetime: float = LEASE, wait_time_in_seconds: float = 0.02) -> AsyncGenerator:
        """Held inside the block. Never raises for want of the lock."""
        entry = self._here.setdefault(conversation_id, [asyncio.Lock(), 0])
        entry[1] += 1
        try:
            async with entry[0]:
                token = await self._take(conversation_id)
                try:
                    yield TicketLock(conversation_id)
                finally:
                    if token:
                        await self._give_back(conversation_id, token)
        finally:
            entry[1] -= 1
            if not entry[1]:
                del self._here[conversation_id]

    async def _take(self, sender: str) -> str | None:
        token, key, until, pause = os.urandom(8).hex(), key_of("l", sender), time.monotonic() + LEASE + 0.5, 0.005
        try:
            while time.monotonic() < until:
                if await self.link.ask(lambda redis: redis.set(key, token, nx=True, px=int(1000 * LEASE))):
                    return token
                await asyncio.sleep(pause)
                pause = min(2 * pause, 0.1)
            log.warning("lock_passed_over")
        except Away:
            pass
        return None

    async def _give_back(self, sender: str, token: str) -> None:
        with contextlib.suppress(Away):  # it dies with its lease
            await self.link.ask(lambda redis: redis.eval(RELEASE, 1, key_of("l", sender), token))


class SharedFloors(Floors):
    """The highest urgency of each conversation, in Redis too: it holds when the process that heard it is gone."""

    def __init__(self, shared: Link, **kwargs):
        super().__init__(**kwargs)
        self.link = shared
        self._copies = Copies(self.remembered)

    async def refresh(self, sender: str) -> None:
        """Take over what another process has heard, or ended, since."""
        try:
            epoch, theirs = await self.link.fetch("f", sender)
        except Away:
            return
        if self._copies.ours_counts(sender, epoch, theirs):
            return
        if theirs is None:
            self.forget(sender)
        else:
            super().set(sender, Urgency.of(theirs))

    async def share(self, sender: str) -> None:
        """Tell the others."""
        if (tier := self.held(sender)) is None:
            return
        try:
            self._copies.note(sender, await self.link.keep("f", sender, tier.word, self.idle_seconds))
        except Away:
            self._copies.note(sender, "")

    def forget(self, sender: str) -> None:
        """Here; in Redis it goes with the conversation (SharedTrackerStore.delete)."""
        super().forget(sender)
        self._copies.forget(sender)

    def forget_idle(self) -> None:
        """Ours; Redis lets its own expire."""
        super().forget_idle()
        self._copies.forget_unless(self._tiers)


# KEYS: buckets. ARGV: for each, tokens a second and burst. Redis's clock, so that processes agree. 1 when every bucket had one.
TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local allowed = 1
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local held = redis.call('HMGET', key, 'tokens', 'at')
  local tokens = math.min(burst, (tonumber(held[1]) or burst) + (now - (tonumber(held[2]) or now)) * rate)
  if tokens >= 1 then tokens = tokens - 1 else allowed = 0 end
  redis.call('HSET', key, 'tokens', tokens, 'at', tostring(now))
  redis.call('PEXPIRE', key, math.ceil(1000 * burst / rate))
  if allowed == 0 then break end
end
return allowed
"""


class SharedRateLimits(RateLimits):
    """The limits of a conversation and an address, counted over all processes; the overall limit stays per process.

    Keys are hashed with SIGNPOST_SALT and the day, and expire when their bucket is full again. Without SIGNPOST_SALT each
    process counts for itself: a salt kept in Redis would protect nothing from who can read Redis.
    """

    def __init__(self, shared: Link, salt: str, **kwargs):
        super().__init__(**kwargs)
        self.link, self._shared_salt = shared, salt

    def _key(self, kind: str, what: str) -> str:
        salt = hashlib.blake2b(f"{self._shared_salt} {date.today()}".encode(), digest_size=32).digest()
        return f"signpost:r:{hashlib.blake2b(f'{kind}:{what}'.encode(), key=salt, digest_size=12).hexdigest()}"

    async def admit(self, address: str, sender: str) -> None:
        """As `check`, over all processes; alone when Redis is away."""
        if not self.on:
            return
        limits = (("c", sender, self.PER_CONVERSATION), ("a", address, self.per_address))
        keys = [self._key(kind, what) for kind, what, _ in limits]
        numbers = [number for *_, limit in limits for number in limit]
        try:
            allowed = await self.link.ask(lambda redis: redis.eval(TAKE, len(keys), *keys, *numbers))
        except Away:
            self.check(address, sender)
            return
        if not allowed:
            raise Refused(429, "too_many")
        self.check_overall()


def floors_and_limits(environment) -> tuple[Floors, RateLimits]:
    """Those of one process, or with SIGNPOST_REDIS those that all processes share."""
    limits = RateLimits.from_environment(environment)
    if not environment.get("SIGNPOST_REDIS"):
        return Floors(), limits
    shared = link(environment["SIGNPOST_REDIS"])
    if salt := environment.get("SIGNPOST_SALT"):
        limits = SharedRateLimits(shared, salt, on=limits.on, overall=limits.overall, per_address=limits.per_address)
    return SharedFloors(shared), limits
