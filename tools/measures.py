"""Figures of recognition: recall, precision, intervals, triage, from what was true and what was said."""

import math
from collections import Counter
from dataclasses import dataclass

from actions.urgency import Urgency
from tools.heldout import Held


@dataclass(frozen=True)
class Said:
    """What one message was answered with. `shown`: contact ids in order."""

    urgency: Urgency
    topic: str
    audience: str
    shown: tuple[str, ...]


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % Wilson interval of a share. (0, 1) when nothing was counted."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def share(hits: int, n: int) -> str:
    """ "97.5 % (94.1-99.0, n=120)", with the Wilson interval."""
    if not n:
        return "–"
    low, high = wilson(hits, n)
    return f"{100 * hits / n:.1f} % ({100 * low:.1f}-{100 * high:.1f}, n={n})"


class Figures:
    """All figures for a list of held-out messages and what was said to each: most as (hits, of how many)."""

    def __init__(self, held: list[Held], said: list[Said]):
        self.pairs = list(zip(held, said, strict=True))

    def _of(self, keep, hit) -> tuple[int, int]:
        kept = [(h, s) for h, s in self.pairs if keep(h)]
        return sum(hit(h, s) for h, s in kept), len(kept)

    def recall(self, tier: Urgency) -> tuple[int, int]:
        """Of messages truly of this tier, those answered so."""
        return self._of(lambda h: h.urgency is tier, lambda h, s: s.urgency is tier)

    def precision(self, tier: Urgency) -> tuple[int, int]:
        """Of messages answered with this tier, those truly of it."""
        kept = [(h, s) for h, s in self.pairs if s.urgency is tier]
        return sum(h.urgency is tier for h, _ in kept), len(kept)

    def headline_999(self, *tiers: Urgency) -> tuple[int, int]:
        """How often 999 headed the card, by true tier."""
        return self._of(lambda h: h.urgency in tiers, lambda h, s: s.shown[0] == "999")

    def urgent_shown(self) -> tuple[int, int]:
        """Urgent messages that were shown 101 or CEOP."""
        return self._of(lambda h: h.urgency is Urgency.URGENT, lambda h, s: bool({"101", "ceop"} & set(s.shown)))

    def under_triage(self) -> tuple[int, int]:
        """Answered below the true tier, and below every tier a careful lead could also defend."""
        return self._of(lambda h: True, lambda h, s: s.urgency < min((h.urgency, *h.accept)))

    def over_triage(self) -> tuple[int, int]:
        """Answered above the true tier, and above every tier a careful lead could also defend."""
        return self._of(lambda h: True, lambda h, s: s.urgency > max((h.urgency, *h.accept)))

    def tier_accuracy(self, keep=lambda h: True) -> tuple[int, int]:
        """Answered with the true tier, or one that a careful lead could also defend."""
        return self._of(keep, lambda h, s: s.urgency is h.urgency or s.urgency in h.accept)

    def topic_accuracy(self) -> tuple[int, int]:
        """Answered with the labelled topic."""
        return self._of(lambda h: True, lambda h, s: s.topic == h.topic)

    def contacts(self) -> tuple[int, int]:
        """Messages with every required contact on screen."""
        return self._of(lambda h: True, lambda h, s: all(need & set(s.shown) for need in h.required()))

    def confusion(self) -> Counter:
        """Counts by (true tier, said tier)."""
        return Counter((h.urgency, s.urgency) for h, s in self.pairs)


def auroc(positive: list[float], negative: list[float]) -> float:
    """Chance that a positive scores above a negative; ties count half."""
    ranked = sorted([(v, 1) for v in positive] + [(v, 0) for v in negative])
    total, rank, i = 0.0, 1, 0
    while i < len(ranked):
        j = i
        while j < len(ranked) and ranked[j][0] == ranked[i][0]:
            j += 1
        total += sum(flag for _, flag in ranked[i:j]) * (rank + rank + j - i - 1) / 2
        rank += j - i
        i = j
    n, m = len(positive), len(negative)
    return (total - n * (n + 1) / 2) / (n * m) if n and m else float("nan")
