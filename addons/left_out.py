"""The fifth of the training data that `make tune` never sees: thresholds are measured on it, and heads read it in training."""

import hashlib
import zlib

import numpy as np


def left_out(text: str) -> bool:
    """One message in five, by a hash of its text: the same ones for ever, however the data grows."""
    return zlib.crc32(text.encode()) % 5 == 0


def to_read(texts: list[str], again: float, part: int = 0, parts: int = 1) -> np.ndarray:
    """The row numbers a tuned head goes on with, by the same hash: of what the tuner has not seen one in `parts`, and `again` (0 to 1) of what it has."""
    marks = [zlib.crc32(t.encode()) // 5 for t in texts]
    return np.array(
        [
            i
            for i, (t, mark) in enumerate(zip(texts, marks, strict=True))
            if (mark % parts == part if left_out(t) else mark % 100 < again * 100)
        ]
    )


def part_of(numbers: np.ndarray, part: int) -> np.ndarray:
    """One in `part` of these row numbers, the same ones every time; a smaller part lies within a larger."""
    return np.random.RandomState(1).permutation(numbers)[: len(numbers) // part]


def digest(rows) -> str:
    """Eight hex digits for these training rows."""
    return hashlib.blake2b(repr(rows).encode(), digest_size=4).hexdigest()
