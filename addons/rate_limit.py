"""Rate limits that degrade kindly: generous for a school behind one address, firm for a machine."""

import hashlib
import os
import time
from collections import OrderedDict

from addons.settings import number, switch


class Refused(Exception):
    """A request cannot be answered as asked.

    status: HTTP status. why: key of content/words.yml, said with the safety card. text: what could be read of the message.
    """

    def __init__(self, status: int, why: str, text: str = ""):
        super().__init__(why)
        self.status, self.why, self.text = status, why, text


class RateLimits:
    """Token buckets per conversation, per address and for the whole process, in memory.

    Addresses are hashed with a salt that lives as long as the process and are dropped when idle. `check` raises
    Refused(429) when a bucket is empty. `SIGNPOST_RATE_LIMIT=off` switches all off (tests, evaluation).
    per_address: tokens a second and burst of one address. overall: messages a second that the process takes on; more would only make everybody wait (docs/load.md has what it can).
    """

    # name: (tokens a second, burst)
    PER_CONVERSATION = (1.0, 20)
    PER_ADDRESS = (20.0, 300)  # a school is one address
    OVERALL_SECONDS = 5  # the overall burst, in seconds of its rate: nobody waits longer than this behind a flood
    IDLE_SECONDS = 60  # by then every bucket is full again, and a full bucket is no news

    def __init__(self, *, on: bool = True, clock=time.monotonic, held: int = 50_000, overall: float = 60.0, per_address=PER_ADDRESS):
        self.on = on
        self.overall = overall
        self.per_address = per_address
        self._clock = clock
        self._held = held
        self._salt = os.urandom(16)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    @classmethod
    def from_environment(cls, environment) -> "RateLimits":
        """On, unless SIGNPOST_RATE_LIMIT says "off". SIGNPOST_MESSAGES_PER_SECOND is `overall`, SIGNPOST_ADDRESS_PER_SECOND one address's. Raises SettingError."""
        rate = number(environment, "SIGNPOST_ADDRESS_PER_SECOND", 0, least=0.1)
        return cls(
            on=switch(environment, "SIGNPOST_RATE_LIMIT"),
            overall=number(environment, "SIGNPOST_MESSAGES_PER_SECOND", 60, least=0.1),
            per_address=(rate, max(1, int(15 * rate))) if rate else cls.PER_ADDRESS,
        )

    async def admit(self, address: str, sender: str) -> None:
        """`check`, for a caller who can wait: addons/shared.py asks other processes here."""
        self.check(address, sender)

    def check(self, address: str, sender: str) -> None:
        """Take one token from each bucket. Raises Refused(429, "too_many") when one is empty."""
        if not self.on:
            return
        if not self._take(f"c:{sender}", *self.PER_CONVERSATION):
            raise Refused(429, "too_many")
        self.check_address(address)

    def check_address(self, address: str) -> None:
        """As `check`, for what belongs to no conversation's pace."""
        if self.on:
            if not self._take(f"a:{address}", *self.per_address):
                raise Refused(429, "too_many")
            self.check_overall()

    def check_overall(self) -> None:
        """Take one token from the process's own bucket; last, so that who is refused already takes none from others."""
        if not self._take("o", self.overall, max(1, int(self.overall * self.OVERALL_SECONDS))):
            raise Refused(429, "too_many")

    def forget_idle(self) -> None:
        """Drop the buckets of who has been silent for IDLE_SECONDS. Oldest first, so it stops at the first young one."""
        limit = self._clock() - self.IDLE_SECONDS
        while self._buckets and next(iter(self._buckets.values()))[1] <= limit:
            self._buckets.popitem(last=False)

    def _take(self, key: str, rate: float, burst: int) -> bool:
        hashed = hashlib.blake2b(key.encode(), key=self._salt, digest_size=12).digest()
        now = self._clock()
        tokens, then = self._buckets.get(hashed, (float(burst), now))
        tokens = min(float(burst), tokens + (now - then) * rate)
        allowed = tokens >= 1
        self._buckets[hashed] = (tokens - allowed, now)
        self._buckets.move_to_end(hashed)
        while len(self._buckets) > self._held:
            self._buckets.popitem(last=False)
        return allowed
