"""Rate limits that degrade kindly: generous for a school behind one address, firm for a machine."""

import hashlib
import os
import time
from collections import OrderedDict


class Refused(Exception):
    """A request cannot be answered as asked.

    status: HTTP status. why: key of content/words.yml, said with the safety card. text: what could be read of the message.
    """

    def __init__(self, status: int, why: str, text: str = ""):
        super().__init__(why)
        self.status, self.why, self.text = status, why, text


class RateLimits:
    """Token buckets per conversation and per address, in memory.

    Addresses are hashed with a salt that lives as long as the process and are dropped when idle. `check` raises
    Refused(429) when a bucket is empty. `SIGNPOST_RATE_LIMIT=off` switches both off (tests, evaluation).
    """

    # name: (tokens a second, burst)
    PER_CONVERSATION = (1.0, 20)
    PER_ADDRESS = (20.0, 300)  # a school is one address

    def __init__(self, *, on: bool = True, clock=time.monotonic, held: int = 50_000):
        self.on = on
        self._clock = clock
        self._held = held
        self._salt = os.urandom(16)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    @classmethod
    def from_environment(cls, environment) -> "RateLimits":
        """On, unless SIGNPOST_RATE_LIMIT says "off"."""
        return cls(on=environment.get("SIGNPOST_RATE_LIMIT", "on").lower() != "off")

    def check(self, address: str, sender: str) -> None:
        """Take one token from each bucket. Raises Refused(429, "too_many") when one is empty."""
        if not self.on:
            return
        for name, key, (rate, burst) in (
            ("c", sender, self.PER_CONVERSATION),
            ("a", address, self.PER_ADDRESS),
        ):
            if not self._take(f"{name}:{key}", rate, burst):
                raise Refused(429, "too_many")

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
