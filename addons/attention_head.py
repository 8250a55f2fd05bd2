"""A small classifier over token vectors: several learned views of a sentence, then one hidden layer, several labels.

Each view is a weighted mean of the token vectors, its weights learned ("which words matter here?"). Mean pooling, the
usual sentence vector, is one fixed view and loses who did what when. Written in numpy: it trains in seconds on two
cores and needs no deep-learning package.
"""

from dataclasses import dataclass

import numpy as np

VIEWS, HIDDEN = 16, 256
DROP_VIEWS, DROP_HIDDEN = 0.2, 0.3
BATCH = 256  # with 64, Adam's own arithmetic was a third of training
FEWEST_STEPS = 800  # a fresh head goes through a few hundred examples oftener, in smaller batches
STEP, STEP_ON, WARM_UP = 3e-3, 1e-3, 0.1  # Adam's step for a fresh head, for one trained on; share of training spent warming up
DECAY = 0.01


def _softmax(x: np.ndarray, axis: int) -> np.ndarray:
    x = np.exp(x - x.max(axis, keepdims=True))
    return x / x.sum(axis, keepdims=True)


def _gelu(x):
    """The tanh form of GELU, and its slope."""
    inner = np.float32(0.7978845608) * (x + np.float32(0.044715) * x**3)
    t = np.tanh(inner)
    slope = np.float32(0.7978845608) * (1 + 3 * np.float32(0.044715) * x * x)
    return 0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope


def pad(tokens: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Stack token vectors of unlike lengths: float32 (batch, longest, width) and bool (batch, longest)."""
    longest = max(len(t) for t in tokens)
    x = np.zeros((len(tokens), longest, tokens[0].shape[1]), dtype=np.float32)
    here = np.zeros((len(tokens), longest), dtype=bool)
    for row, t in enumerate(tokens):
        x[row, : len(t)] = t
        here[row, : len(t)] = True
    return x, here


def plan(messages: int, rounds: int, *, on: bool = False) -> tuple[int, int, int]:
    """Batch size, rounds and steps in all for so many messages: as asked for, but for a fresh head never fewer than FEWEST_STEPS steps."""
    size = min(BATCH, max(16, messages // 100))
    per_round = -(-messages // size)
    rounds = rounds if on else max(rounds, -(-FEWEST_STEPS // per_round))
    return size, rounds, rounds * per_round


@dataclass
class Task:
    """One label of each message. labels: names; truth: int (n,), index into labels; weight: its share of the loss."""

    labels: list[str]
    truth: np.ndarray
    weight: float
    balance: float = 0.0  # 0: every message counts the same; 0.5: classes weigh by 1/sqrt(size)

    def message_weights(self) -> np.ndarray:
        """The weight of each message in the loss, float32 (messages,)."""
        sizes = np.bincount(self.truth, minlength=len(self.labels)).clip(1)
        return (self.weight * (len(self.truth) / len(self.labels) / sizes) ** self.balance)[self.truth].astype(np.float32)


class AttentionHead:
    """Views → hidden layer → one softmax per task.

    In:  list of float arrays (tokens, width).
    Out: `predict` gives one float32 array (n, labels) of probabilities per task.
    Same seed, same data, same machine: same figures.
    """

    def __init__(self, parameters: dict[str, np.ndarray], sizes: list[int]):
        self.p = parameters
        self.sizes = sizes

    @classmethod
    def fresh(cls, width: int, sizes: list[int], rng: np.random.Generator) -> "AttentionHead":
        """An untrained head. width: of a token's vector; sizes: labels of each task."""

        def matrix(rows, columns):
            bound = 1 / np.sqrt(rows)
            return rng.uniform(-bound, bound, (rows, columns)).astype(np.float32)

        p = {
            "look": matrix(width, VIEWS), "look0": np.zeros(VIEWS, np.float32),
            "in": matrix(width * VIEWS, HIDDEN), "in0": np.zeros(HIDDEN, np.float32),
            "out": matrix(HIDDEN, sum(sizes)), "out0": np.zeros(sum(sizes), np.float32),
        }  # fmt: skip
        return cls(p, sizes)

    def _forward(self, x, here, rng=None):
        p = self.p
        score = x @ p["look"] + p["look0"]
        score[~here] = -1e9
        look = _softmax(score, axis=1)
        views = look.transpose(0, 2, 1) @ x
        flat = views.reshape(len(x), -1)
        keep_flat = keep_hidden = None
        if rng is not None:
            keep_flat = (rng.random(flat.shape, dtype=np.float32) >= DROP_VIEWS) / np.float32(1 - DROP_VIEWS)
            flat = flat * keep_flat
        hidden, slope = _gelu(flat @ p["in"] + p["in0"])
        if rng is not None:
            keep_hidden = (rng.random(hidden.shape, dtype=np.float32) >= DROP_HIDDEN) / np.float32(1 - DROP_HIDDEN)
            hidden = hidden * keep_hidden
        return hidden @ p["out"] + p["out0"], (look, flat, keep_flat, hidden, slope, keep_hidden)

    def _split(self, out):
        return np.split(out, np.cumsum(self.sizes)[:-1], axis=1)

    def loss_and_gradient(self, x, here, truths, weights, rng=None) -> tuple[float, dict[str, np.ndarray]]:
        """Weighted cross-entropy over all tasks, and its gradient by parameter.

        x (n, tokens, width), here (n, tokens); truths and weights: one int and one float array (n,) per task.
        rng: for dropout; None for none (the gradient test).
        """
        p, n = self.p, len(x)
        out, (look, flat, keep_flat, hidden, slope, keep_hidden) = self._forward(x, here, rng)
        loss, parts = 0.0, []
        for scores, truth, weight in zip(self._split(out), truths, weights, strict=True):
            q = _softmax(scores, axis=1)
            rows = np.arange(n)
            loss -= float((weight * np.log(q[rows, truth] + 1e-12)).sum()) / n
            q[rows, truth] -= 1
            parts.append(q * (weight / n)[:, None])
        d_out = np.concatenate(parts, axis=1).astype(np.float32)
        g = {"out": hidden.T @ d_out, "out0": d_out.sum(0)}
        d_hidden = d_out @ p["out"].T
        if keep_hidden is not None:
            d_hidden = d_hidden * keep_hidden
        d_in = d_hidden * slope
        g |= {"in": flat.T @ d_in, "in0": d_in.sum(0)}
        d_flat = d_in @ p["in"].T
        if keep_flat is not None:
            d_flat = d_flat * keep_flat
        d_views = d_flat.reshape(n, VIEWS, -1)
        d_look = x @ d_views.transpose(0, 2, 1)
        d_score = look * (d_look - (look * d_look).sum(1, keepdims=True))
        flat_x = x.reshape(-1, x.shape[2])
        g |= {"look": flat_x.T @ d_score.reshape(-1, VIEWS), "look0": d_score.sum((0, 1))}
        return loss, g

    def fit(
        self, tokens: list[np.ndarray], tasks: list[Task], *, rounds: int, seed: int, on: bool = False, progress=None
    ) -> "AttentionHead":
        """Train with Adam (decoupled decay, warm-up, then a straight line to zero). `progress(batches)` per batch.

        on: the head is trained already and goes on in smaller steps.
        """
        rng = np.random.default_rng(seed)
        lengths = np.array([len(t) for t in tokens])
        weights = [task.message_weights() for task in tasks]
        size, rounds, total = plan(len(tokens), rounds, on=on)
        longest, step = STEP_ON if on else STEP, 0
        adam = {k: _Adam(v) for k, v in self.p.items()}
        for _ in range(rounds):
            for rows in batches(rng, lengths, size):
                x, here = pad([tokens[i] for i in rows])
                _, g = self.loss_and_gradient(x, here, [t.truth[rows] for t in tasks], [w[rows] for w in weights], rng)
                step += 1
                pace = longest * min(1.0, step / (WARM_UP * total)) * max(0.0, 1 - step / total)
                norm = np.sqrt(sum(float(np.vdot(v, v)) for v in g.values()))
                clip = min(1.0, 1.0 / (norm + 1e-6))
                for k, v in g.items():
                    adam[k].update(v, clip, pace, step)
                if progress:
                    progress(1)
        return self

    def predict(self, tokens: list[np.ndarray]) -> list[np.ndarray]:
        """Probabilities, one array (n, labels) per task, in the order of `sizes`."""
        found = np.empty((len(tokens), sum(self.sizes)), dtype=np.float32)
        order = np.argsort([len(t) for t in tokens], kind="stable")
        for start in range(0, len(order), 64):
            rows = order[start : start + 64]
            out, _ = self._forward(*pad([tokens[i] for i in rows]))
            found[rows] = np.concatenate([_softmax(part, axis=1) for part in self._split(out)], axis=1)
        return self._split(found)


class _Adam:
    """Adam's two running means for one parameter, updated in place: this loop is a third of training."""

    def __init__(self, parameter: np.ndarray):
        self.parameter = parameter
        self.first, self.second = np.zeros_like(parameter), np.zeros_like(parameter)
        self.spare = np.empty_like(parameter)

    def update(self, gradient: np.ndarray, clip: float, pace: float, step: int) -> None:
        f = self.parameter.dtype.type
        gradient *= f(clip)
        self.first *= f(0.9)
        np.multiply(gradient, f(0.1), out=self.spare)
        self.first += self.spare
        np.multiply(gradient, gradient, out=gradient)
        self.second *= f(0.999)
        np.multiply(gradient, f(0.001), out=gradient)
        self.second += gradient
        np.sqrt(self.second, out=self.spare)
        self.spare *= f(1 / np.sqrt(1 - 0.999**step))
        self.spare += f(1e-8)
        np.divide(self.first, self.spare, out=self.spare)
        self.spare *= f(pace / (1 - 0.9**step))
        self.parameter *= f(1 - pace * DECAY)
        self.parameter -= self.spare


def batches(rng: np.random.Generator, lengths: np.ndarray, size: int = BATCH):
    """Batches of messages of like length, so that little is padding, in random order: int arrays of up to `size` rows."""
    order = rng.permutation(len(lengths))
    found = []
    for start in range(0, len(order), 32 * size):
        chunk = order[start : start + 32 * size]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        found += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    for i in rng.permutation(len(found)):
        yield found[i]
