"""The five tiers of urgency, and the two rules that never bend: the highest signal wins, and doubt resolves upward.

Pure: imports nothing heavy, so the web channel, the actions and the trainer share it.
Source of the tiers: the safeguarding fact sheet, summed up in docs/labelling.md.
"""

from collections.abc import Mapping
from enum import IntEnum


class Urgency(IntEnum):
    """How soon somebody must act. Ordered, so that `max()` is "the highest signal wins"."""

    CHAT = 0  # greeting, thanks, small talk, another subject
    INFO = 1  # a question about how things work
    SUPPORT = 2  # worrying: Childline, NSPCC
    URGENT = 3  # a crime against a child: 101 or CEOP today
    EMERGENCY = 4  # danger now: 999

    @property
    def word(self) -> str:
        """The tier as written in data files and cards, e.g. "emergency"."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Urgency":
        """The tier for a word. Raises ValueError naming the word when there is no such tier."""
        try:
            return cls[str(word).upper()]
        except KeyError:
            raise ValueError(f"no such urgency: {word!r} (one of {', '.join(WORDS)})") from None


WORDS = tuple(u.word for u in reversed(Urgency))
AUDIENCES = ("young_person", "parent", "friend", "professional", "unknown")


def highest(*tiers: "Urgency | None") -> Urgency:
    """The highest of the tiers given; None means "no opinion". CHAT when nobody has one."""
    return max((t for t in tiers if t is not None), default=Urgency.CHAT)


def after_turn(floor: Urgency, now: Urgency, *, danger_over: bool = False) -> Urgency:
    """The urgency of a conversation after one more message.

    floor: highest so far. now: this message alone. danger_over: the user clearly said that the danger has passed.
    Never falls, with one exception: after "he's gone, I'm home" an emergency becomes urgent, not less,
    because a crime may still need reporting. 999 stays on every card whatever the tier.
    """
    if danger_over and now < Urgency.EMERGENCY and floor is Urgency.EMERGENCY:
        return Urgency.URGENT
    return highest(floor, now)


def above(tier: Urgency, scores: Mapping[str, float]) -> float:
    """The probability of a tier and all above it."""
    return sum(scores[t.word] for t in Urgency if t >= tier)


def limit_of(tier: Urgency, scores: Mapping[str, float], limits: Mapping[str, float | Mapping[str, float]]) -> float:
    """What `above(tier, scores)` must reach for the tier to be given.

    limits: by tier, a share of probability; or the weight of a false alarm by true tier: {"urgent": 0.15, "chat": 0.6}
    asks of the tier 0.15 of the probability of urgent and 0.6 of that of chat, and "least": 0.1 that share whatever they are. CHAT needs nothing.
    """
    limit = limits.get(tier.word, 0.0)
    if isinstance(limit, Mapping):
        return max(limit.get("least", 0.0), sum(weight * scores[word] for word, weight in limit.items() if word != "least"))
    return limit


def tier_of(scores: Mapping[str, float], limits: Mapping[str, float | Mapping[str, float]]) -> Urgency:
    """The highest tier that reaches its limit. Lower limits, more caution."""
    return next(t for t in sorted(Urgency, reverse=True) if t is Urgency.CHAT or above(t, scores) >= limit_of(t, scores, limits))
