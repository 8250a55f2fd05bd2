"""The highest urgency of each conversation, beside Rasa: it still holds when the tracker store is gone."""

import time
from collections import OrderedDict

from actions.urgency import Urgency

REMEMBERED = 20_000  # conversations


class Floors:
    """In the memory of one process. addons/shared.py has the one that several processes share."""

    def __init__(self, idle_seconds: float = 1800, clock=time.monotonic, remembered: int = REMEMBERED):
        self._tiers: OrderedDict[str, tuple[float, Urgency]] = OrderedDict()
        self.idle_seconds, self.remembered, self._clock = idle_seconds, remembered, clock

    def held(self, sender: str) -> Urgency | None:
        """None when nothing is known, or it was too long ago."""
        when, tier = self._tiers.get(sender, (0.0, None))
        return tier if tier is not None and self._clock() - when < self.idle_seconds else None

    def get(self, sender: str) -> Urgency:
        """The tier held; CHAT when there is none."""
        tier = self.held(sender)
        return Urgency.CHAT if tier is None else tier

    def set(self, sender: str, tier: Urgency) -> None:
        """Hold a tier, whatever was held: only the caller knows whether somebody said that the danger is over."""
        self._tiers[sender] = (self._clock(), tier)
        self._tiers.move_to_end(sender)
        while len(self._tiers) > self.remembered:
            self._tiers.popitem(last=False)

    def forget(self, sender: str) -> None:
        """Forget one conversation now."""
        self._tiers.pop(sender, None)

    def forget_idle(self) -> None:
        """Drop what has been idle too long. Oldest first, so it stops at the first young one."""
        limit = self._clock() - self.idle_seconds
        while self._tiers and next(iter(self._tiers.values()))[0] <= limit:
            self._tiers.popitem(last=False)

    async def refresh(self, sender: str) -> None:
        """Ask the other processes; there are none here."""

    async def share(self, sender: str) -> None:
        """Tell the other processes; there are none here."""
