"""Other ways to learn urgency, each beside the one we serve. `make approaches`. A quarter of an hour on two cores.

One encoder reads the fifth of the training messages that it was not tuned on (addons/left_out.py). Above the same vectors each approach
learns from one half of them, from nothing, and is measured on the other: so what is compared is the way of learning, not what ships, which has
two encoders, letters and words, and heads that were tuned with them. Two seeds each; nothing held out for `make evaluate` is read.

    as served       one softmax over the tiers, topics beside it, rare tiers count more (by one over the square root of their number)
    every message   the same, every message counts alike
    cost-sensitive  an emergency counts four times, an urgent message twice
    ordinal         four yes-or-no questions, "this tier or higher?" (Frank and Hall 2001)
    contrast pairs  a message counts three times when its nearest neighbour has another tier: both sides of a line
    kNN vote        the tiers of the 25 nearest messages (hidden layer of the head as served, cosine), weighed by nearness
    with the vote   head as served and vote, multiplied as 0.7 and 0.3
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from actions.urgency import Urgency
from addons.attention_head import AttentionHead, Task, pad
from addons.examples import Example, first_messages
from addons.left_out import left_out
from tools.calibrate import TIERS, adapters_of, describe, settings

SEEDS = (7, 11)
ROUNDS = 3
NEAREST = 25
VOTE = 0.3  # power of the vote beside the head
LEAST = 1e-6


def cumulative(truth: np.ndarray) -> list[np.ndarray]:
    """Whether each message is of a tier or higher, int (n,), for every tier but the lowest."""
    return [(truth >= tier).astype(int) for tier in range(1, len(TIERS))]


def from_cumulative(at_least: list[np.ndarray]) -> np.ndarray:
    """Shares of the tiers, float (n, 5), from the probabilities (n,) of "this tier or higher"; where those cross, the smaller holds."""
    steps = np.minimum.accumulate(np.stack([np.ones_like(at_least[0]), *at_least], 1), 1)
    shares = np.clip(steps - np.concatenate([steps[:, 1:], np.zeros((len(steps), 1))], 1), LEAST, None)
    return shares / shares.sum(1, keepdims=True)


def vote(known: np.ndarray, tiers: np.ndarray, asked: np.ndarray, *, others: bool = False, nearest: int = NEAREST) -> np.ndarray:
    """Shares of the tiers, float (asked, 5), of the nearest known vectors by cosine, weighed by nearness. others: an asked one is itself among the known, and does not vote."""
    unit = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True).clip(1e-9)  # noqa: E731
    known, asked = unit(known), unit(asked)
    found, nearest = np.full((len(asked), len(TIERS)), LEAST), min(nearest, len(known) - 1)
    for start in range(0, len(asked), 1024):
        near = asked[start : start + 1024] @ known.T
        if others:
            near[np.arange(len(near)), np.arange(start, start + len(near))] = -1
        rows = np.argpartition(-near, nearest, axis=1)[:, :nearest]
        weight = np.exp(20 * (np.take_along_axis(near, rows, 1) - 1))
        for tier in range(len(TIERS)):
            found[start : start + 1024, tier] += (weight * (tiers[rows] == tier)).sum(1)
    return found / found.sum(1, keepdims=True)


def hidden(head: AttentionHead, tokens: list[np.ndarray]) -> np.ndarray:
    """The head's hidden layer, float32 (n, HIDDEN)."""
    found = []
    for start in range(0, len(tokens), 64):
        _, inside = head._forward(*pad([t.astype(np.float32) for t in tokens[start : start + 64]]))
        found.append(inside[3])
    return np.concatenate(found)


@dataclass
class Counted(Task):
    """A task whose messages count as told. counts: float (n,)."""

    counts: np.ndarray | None = None

    def message_weights(self) -> np.ndarray:
        """The counts, their mean one."""
        return (self.counts / self.counts.mean()).astype(np.float32)


def counted(truth: np.ndarray, counts: np.ndarray) -> Task:
    """Urgency, with messages that count as told."""
    return Counted(TIERS, truth, 1.0, counts=counts)


def learned(tokens: list[np.ndarray], tasks: list[Task], seed: int) -> AttentionHead:
    """A fresh head after its rounds."""
    head = AttentionHead.fresh(tokens[0].shape[1], [len(t.labels) for t in tasks], np.random.default_rng(seed))
    return head.fit(tokens, tasks, rounds=ROUNDS, seed=seed)


def compare(tokens: list[np.ndarray], examples: list[Example], seed: int, told: Callable[[str], None]) -> dict[str, np.ndarray]:
    """Shares of the tiers, float (measured, 5), by approach. tokens, examples: the even ones are learned from, the odd ones measured on."""
    truth = np.array([TIERS.index(e.urgency) for e in examples])
    lesson, asked, known = tokens[::2], tokens[1::2], truth[::2]
    topics = sorted({e.topic for e in examples})
    # The topic beside it, as served: what a head must tell apart for the one helps the other.
    topic = Task(topics, np.array([topics.index(e.topic) for e in examples])[::2], 0.5)
    told("as served")
    served = learned(lesson, [Task(TIERS, known, 1.0, 0.5), topic], seed)
    found = {"as served": served.predict(asked)[0]}
    inside, outside = hidden(served, lesson), hidden(served, asked)
    mean = np.stack([t.astype(np.float32).mean(0) for t in lesson])
    across = vote(mean, known, mean, others=True, nearest=1).argmax(1) != known
    counts = {
        "every message": np.ones(len(known)),
        "cost-sensitive": np.array([1, 1, 1, 2, 4])[known],
        "contrast pairs": np.where(across, 3, 1),
    }
    for name, count in counts.items():
        told(name)
        found[name] = learned(lesson, [counted(known, count), topic], seed).predict(asked)[0]
    told("ordinal")
    steps = [Task(["lower", "at least"], step, 0.5, 0.5) for step in cumulative(known)]
    found["ordinal"] = from_cumulative([p[:, 1] for p in learned(lesson, [*steps, topic], seed).predict(asked)[: len(steps)]])
    told("kNN vote")
    found["kNN vote"] = vote(inside, known, outside)
    both = found["as served"] ** (1 - VOTE) * found["kNN vote"] ** VOTE
    found["with the vote"] = both / both.sum(1, keepdims=True)
    return found


def main() -> None:
    """Print a line for each approach."""
    from addons import lean

    lean.install()
    from addons.encoder import Encoder
    from addons.judge import write_encoders
    from addons.progress import Progress

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="only every so manieth of those messages")
    arguments = parser.parse_args()
    examples = [e for e in first_messages() if left_out(e.text)][:: arguments.every]
    with tempfile.TemporaryDirectory() as folder:  # results/ may be another command's
        encoder: Encoder = write_encoders(Path(folder), adapters_of(settings())[:1])[0]
    with Progress("reading messages", len(examples)) as progress:
        tokens = [t.astype(np.float16) for t in encoder.tokens([e.text for e in examples], progress)]
    truth = np.array([TIERS.index(e.urgency) for e in examples])[1::2]
    found: dict[str, list[np.ndarray]] = {}
    for seed in SEEDS:
        for name, shares in compare(
            tokens, examples, seed, lambda name, seed=seed: print(f"  seed {seed}: {name}", file=sys.stderr)
        ).items():
            found.setdefault(name, []).append(shares)
    print(f"{len(examples) - len(truth)} learned from, {len(truth)} measured on, {np.sum(truth == Urgency.EMERGENCY)} of them emergencies")
    for name, by_seed in found.items():
        for seed, shares in zip(SEEDS, by_seed, strict=True):
            print(describe(f"{name}, {seed}", shares, truth))


if __name__ == "__main__":
    main()
