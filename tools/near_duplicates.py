"""Find messages that share most of their words: template explosions in training, leaks between training and held-out."""

import math
import re
from collections import Counter, defaultdict

ALIKE = 0.8  # share of words two messages have in common (Jaccard) to count as near-duplicates
SHORTEST = 4  # words: shorter messages are alike by nature ("hi", "he's here")


def words(text: str) -> frozenset[str]:
    """The message's words, without case, punctuation and apostrophes."""
    return frozenset(re.findall(r"\w+", re.sub("[’'`]", "", text.lower())))


def near_duplicates(texts: list[str], among: list[str] | None = None, *, alike: float = ALIKE) -> list[tuple[int, int]]:
    """Pairs (i, j) of messages at least `alike` alike: j < i within `texts`, or j in `among` when it is given.

    Prefix filtering: two sets that alike must share one of their rarest words, so only those are compared.
    """
    sets, other = [words(t) for t in texts], [words(t) for t in among] if among is not None else None
    count = Counter(w for s in (*sets, *(other or [])) for w in s)

    def prefix(s):
        rare = sorted(s, key=lambda w: (count[w], w))
        return rare[: len(rare) - math.ceil(alike * len(rare)) + 1]

    index, pairs = defaultdict(list), []
    if other is not None:
        for j, s in enumerate(other):
            if len(s) >= SHORTEST:
                for w in prefix(s):
                    index[w].append(j)
    pool = other if other is not None else sets
    for i, s in enumerate(sets):
        if len(s) < SHORTEST:
            continue
        for j in {j for w in prefix(s) for j in index.get(w, ())}:
            if len(s & pool[j]) >= alike * len(s | pool[j]):
                pairs.append((i, j))
        if other is None:
            for w in prefix(s):
                index[w].append(i)
    return pairs
