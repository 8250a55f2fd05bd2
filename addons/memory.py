"""What was written for training, read by two, and is typed again word for word is taken at its word.

A classifier learns from all messages together and remembers none: "My dad is drunk." stood among them as support, and
was 0.7 of an emergency. Kept are hashes of short messages and numbers of labels; no message can be read from them.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from actions.normalise import words_of
from addons.judge import TIERS

LONGEST = 12  # words: longer messages nobody types twice
# With or without these at its beginning it is the same: "Hi, my dad is drunk", "dad is drunk". Not inside: "on edge" is no "on the edge".
# Of messages that only differ so, 97 in 100 have the same tier (docs/decisions.md).
OPENS = frozenset("hi hello hey um my our the".split())


class Remembered(NamedTuple):
    """Labels of a message that is remembered."""

    urgency: str
    topic: str


def key_of(text: str) -> int | None:
    """A message by its words, in 64 bits; None when it has too many, or none. Case, apostrophes, marks, text-speak and what OPENS make no difference."""
    bare = ("".join(c for c in token if not unicodedata.category(c).startswith("P")) for token in words_of(text))
    words = [word for word in bare if word]
    said: list[str] = []
    for word in words:
        if word == "is" and said:
            said[-1] += "s"  # "dads drunk"
        elif said or word not in OPENS:
            said.append(word)
    if not said or len(words) > LONGEST:
        return None
    return int.from_bytes(hashlib.blake2b(" ".join(said).encode(), digest_size=8).digest(), "big")


class Memory:
    """Labels of short messages by key. keys: uint64 (n), sorted; labels: uint16 (n, 2), rows of `tiers` and `topics`."""

    def __init__(self, keys: np.ndarray, labels: np.ndarray, topics: list[str]):
        self._keys, self._labels, self._topics = keys, labels, topics

    @classmethod
    def learn(cls, messages: Iterable[tuple[str, Remembered]], topics: list[str]) -> "Memory":
        """From messages with their labels; where two with the same words differ, neither is remembered."""
        found: dict[int, set[Remembered]] = {}
        for text, labels in messages:
            if (key := key_of(text)) is not None:
                found.setdefault(key, set()).add(labels)
        agreed = {key: labels.pop() for key, labels in sorted(found.items()) if len(labels) == 1}
        rows = [(TIERS.index(labels.urgency), topics.index(labels.topic)) for labels in agreed.values()]
        return cls(np.array([*agreed], np.uint64), np.array(rows, np.uint16).reshape(-1, 2), topics)

    def of(self, text: str) -> Remembered | None:
        """The labels of a message with the same words; None where there was none, or they differed."""
        key = key_of(text)
        place = np.searchsorted(self._keys, np.uint64(key)) if key is not None else len(self._keys)
        if place == len(self._keys) or self._keys[place] != key:
            return None
        tier, topic = self._labels[place]
        return Remembered(TIERS[tier], self._topics[topic])

    def save(self, folder: Path) -> None:
        """Hashes and numbers only."""
        np.savez(folder / "memory.npz", keys=self._keys, labels=self._labels)

    @classmethod
    def load(cls, folder: Path, topics: list[str]) -> "Memory":
        """What `save` wrote. topics: in the order that it was learned with."""
        with np.load(folder / "memory.npz", allow_pickle=False) as arrays:
            return cls(arrays["keys"], arrays["labels"], topics)
