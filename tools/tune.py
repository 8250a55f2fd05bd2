"""Teach the encoder our field: `make tune` writes data/encoder/adapter_1.npz and adapter_2.npz. Rarely needed; three hours on two cores.

The published weights know general English. Here their layers and word vectors are trained on as they will be used:
below an attention head that learns all four labels of data/nlu and data/second. What changed, and the head, are written down with 4 bits a weight
and one scale a row (7 MB); training (`make train`) adds the change to the published weights and goes on from the head. Only this
command needs torch.

It is done twice, with messages, slips and dropped parts in another order: two encoders that err apart, read together, err less.

One message in five (by a hash of its text, so the same ones for ever) is left out, and `make calibrate` measures on those.
After each round the state is kept in results/; run again, it goes on from there.

`--since REVISION`, when messages have come since that git revision: one short round on from the adapters as they are, over the new
messages, each read three times, and as many old ones. 19 minutes an encoder for 11,900 new messages.
"""

import argparse
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from actions.urgency import Urgency
from addons.attention_head import DROP_HIDDEN, DROP_VIEWS, HIDDEN, VIEWS, AttentionHead, Task, batches
from addons.examples import Example, first_messages, second_messages, truths_of
from addons.left_out import digest, left_out
from tools.revisions import unpack
from tools.server import ROOT

ROUNDS, BATCH, STEP, HEAD_STEP, WARM_UP = 4, 32, 1e-4, 1e-3, 0.1
DROP = 0.1  # of every layer's additions, and of what the head reads
MISTYPED = 0.4  # share of messages that are read mistyped, other ones each round
LONGEST = 160  # word pieces; longer messages are cut while tuning only
SEEDS = {1: 7, 2: 11}  # of each encoder
SHORT = 0.35  # a short round's longest step, of STEP and HEAD_STEP: where the last of four rounds begins
NEW_READ = 3  # times that a short round reads a new message


class Layers(nn.Module):
    """The encoder of addons/encoder.py in torch: ids and mask (batch, pieces) to vectors (batch, pieces, 384)."""

    def __init__(self, weights: dict[str, np.ndarray], layers: int, heads: int):
        super().__init__()
        kept = {
            n: w
            for n, w in weights.items()
            if n.startswith("embeddings.") or n.startswith(tuple(f"encoder.layer.{i}." for i in range(layers)))
        }
        self.w = nn.ParameterDict(
            {n.replace(".", "/"): nn.Parameter(torch.from_numpy(w.copy())) for n, w in kept.items() if w.dtype == np.float32}
        )
        self.layers, self.heads = layers, heads

    def _p(self, name: str) -> torch.Tensor:
        return self.w[name.replace(".", "/")]

    def _linear(self, x, name):
        return F.linear(x, self._p(f"{name}.weight"), self._p(f"{name}.bias"))

    def _drop(self, x):
        return F.dropout(x, DROP, self.training)

    def _normalise(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self._p(f"{name}.weight"), self._p(f"{name}.bias"), 1e-12)

    def forward(self, ids, here):
        """Token vectors, float (batch, pieces, 384). ids: (batch, pieces); here: True where there is a piece."""
        batch, length = ids.shape
        x = F.embedding(ids, self._p("embeddings.word_embeddings.weight")) + self._p("embeddings.position_embeddings.weight")[:length]
        x = self._normalise(x + self._p("embeddings.token_type_embeddings.weight")[0], "embeddings.LayerNorm")
        x = self._drop(x)
        for i in range(self.layers):
            name = f"encoder.layer.{i}"
            q, k, v = (
                self._linear(x, f"{name}.attention.self.{part}").view(batch, length, self.heads, -1).transpose(1, 2)
                for part in ("query", "key", "value")
            )
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=here[:, None, None, :]).transpose(1, 2).reshape(x.shape)
            x = self._normalise(x + self._drop(self._linear(mixed, f"{name}.attention.output.dense")), f"{name}.attention.output.LayerNorm")
            inner = F.gelu(self._linear(x, f"{name}.intermediate.dense"))
            x = self._normalise(x + self._drop(self._linear(inner, f"{name}.output.dense")), f"{name}.output.LayerNorm")
        return x


class Head(nn.Module):
    """The attention head of addons/attention_head.py in torch."""

    def __init__(self, width: int, views: int, hidden: int, sizes: list[int]):
        super().__init__()
        self.look, self.inner, self.out = nn.Linear(width, views), nn.Linear(width * views, hidden), nn.Linear(hidden, sum(sizes))
        self.sizes = sizes

    def forward(self, x, here):
        """Scores by task, each float (batch, labels)."""
        look = self.look(x).masked_fill(~here[..., None], -1e9).softmax(1)
        flat = F.dropout((look.transpose(1, 2) @ x).flatten(1), DROP_VIEWS, self.training)
        return self.out(F.dropout(F.gelu(self.inner(flat), approximate="tanh"), DROP_HIDDEN, self.training)).split(self.sizes, 1)

    def take(self, arrays: dict[str, np.ndarray]) -> None:
        """The parts that `arrays` gives; raises RuntimeError when they have another shape."""
        names = {"look": "look", "in": "inner", "out": "out"}
        weights = {f"{ours}.weight": torch.tensor(arrays[n].T) for n, ours in names.items()}
        self.load_state_dict(weights | {f"{ours}.bias": torch.tensor(arrays[f"{n}0"]) for n, ours in names.items()})

    def arrays(self) -> dict[str, np.ndarray]:
        """Its parts as addons/attention_head.py names and turns them."""
        layers = {"look": self.look, "in": self.inner, "out": self.out}
        return {n: layer.weight.detach().numpy().T for n, layer in layers.items()} | {
            f"{n}0": layer.bias.detach().numpy() for n, layer in layers.items()
        }


def padded(pieces: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask of a batch."""
    longest = max(map(len, pieces))
    ids, here = torch.zeros(len(pieces), longest, dtype=torch.long), torch.zeros(len(pieces), longest, dtype=torch.bool)
    for row, p in enumerate(pieces):
        ids[row, : len(p)], here[row, : len(p)] = torch.tensor(p), True
    return ids, here


def check_against_numpy(weights, layers: int, heads: int) -> None:
    """Raises AssertionError when the encoder and head here and those that serve would read a sentence differently."""
    from addons.encoder import WIDTH, Encoder, tokenizer

    text = "hes outside my house and my mums at work"
    ids, mask = padded([tokenizer().encode(text).ids])
    head = Head(WIDTH, VIEWS, HIDDEN, [2, 3]).eval()
    with torch.no_grad():
        here = Layers(weights, layers, heads).eval()(ids, mask)
        said = torch.cat([part.softmax(1) for part in head(here, mask)], 1).numpy()
    assert np.abs(here[0].numpy() - Encoder.from_numpy().tokens([text])[0]).max() < 1e-3, "tools/tune.py and addons/encoder.py differ"
    serves = np.concatenate(AttentionHead(head.arrays(), [2, 3]).predict([here[0].numpy()]), 1)
    assert np.abs(said - serves).max() < 1e-4, "tools/tune.py and addons/attention_head.py differ"


def pace(done: float) -> float:
    """The size of a step, of the longest, when `done` (0 to 1) of all rounds lies behind: it warms up, then falls, faster towards the end."""
    return min(1.0, done / WARM_UP) * (1.0 - done**1.5)


def texts_at(revision: str) -> set[str]:
    """The messages that data/nlu and data/second had at a git revision, the second ones behind today's sentences. Raises SystemExit when git does not know it, or they cannot be read."""
    with tempfile.TemporaryDirectory() as folder:
        unpack(revision, Path(folder), "data")
        data = Path(folder) / "data"
        try:
            return {example.text for example in first_messages(data / "nlu") + second_messages(data / "second")}
        except (KeyError, ValueError) as error:
            raise SystemExit(f"{revision}: its messages cannot be read by today's rules ({error}); take a later revision") from None


def short_round(rows: list[Example], known: set[str], seed: int, times: int = NEW_READ) -> list[Example]:
    """What a short round reads: each message that is not `known`, so many times, and as many known ones by chance.

    Raises SystemExit when none is new.
    """
    new, old = [r for r in rows if r.text not in known], [r for r in rows if r.text in known]
    if not new:
        raise SystemExit("no message is new since then")
    some = np.random.default_rng(seed).permutation(len(old))[: times * len(new)]
    print(f"{len(new)} new messages, {len(some)} of {len(old)} old", file=sys.stderr)
    return times * new + [old[i] for i in some]


def tasks_of(rows: list[Example], known: dict[str, list[str]] | None = None) -> list[Task]:
    """What is learned from these messages. known: labels by task that it must be the same as; raises SystemExit naming the task when it isn't."""
    from addons.judge import TASK_WEIGHTS

    tasks, truths = [], truths_of(rows)
    for task, weight in TASK_WEIGHTS.items():
        labels = [u.word for u in Urgency] if task == "urgency" else sorted(set(truths[task]))
        if known is not None and labels != known.get(task):
            raise SystemExit(f"the adapter was tuned with other labels of {task}: `make tune` without --since")
        truth = np.array([labels.index(label) for label in truths[task]])
        tasks.append(Task(labels, truth, weight, 0.5 if task == "urgency" else 0.0))
    return tasks


class Tuning:
    """An encoder and its head while they learn. rows: messages; rounds: in all; longest_step: of STEP and HEAD_STEP."""

    def __init__(self, encoder: Layers, head: Head, tasks: list[Task], rows: list[Example], *, rounds: int, seed: int, longest_step: float):
        from addons.encoder import tokenizer

        self.encoder, self.head, self.tasks, self.rows = encoder, head, tasks, rows
        self.rounds, self.seed, self.longest_step = rounds, seed, longest_step
        self.costs = [torch.from_numpy(task.message_weights()) for task in tasks]
        self.adam = torch.optim.AdamW(
            [{"params": encoder.parameters(), "lr": STEP, "weight_decay": 0.0}, {"params": head.parameters(), "lr": HEAD_STEP}],
            weight_decay=0.01,
            fused=True,
        )
        self.cut = tokenizer()
        self.plain = [self.cut.encode(row.text).ids[:LONGEST] for row in rows]
        self.per_round = -(-len(rows) // BATCH)
        self.of = digest(rows)
        self.settings = f"{rounds} {DROP} {MISTYPED} {encoder.layers} {[task.labels for task in tasks]}"

    def take_up(self, path: Path, *, grown: bool) -> int:
        """The rounds done by a run that was cut short, whose state is taken over; 0 where there is none that fits. grown: though the messages are others now."""
        if not path.exists():
            return 0
        kept = torch.load(path, weights_only=True)
        if kept.get("settings") != self.settings or not (grown or kept.get("of") == self.of):
            print("data or settings have changed since the run that was cut short: starting anew", file=sys.stderr)
            return 0
        for part in ("encoder", "head", "adam"):
            getattr(self, part).load_state_dict(kept[part])
        print(f"going on after round {kept['round']}", file=sys.stderr)
        return kept["round"]

    def keep(self, path: Path, done: int) -> None:
        """Write down what `take_up` needs, after so many rounds."""
        parts = {part: getattr(self, part).state_dict() for part in ("encoder", "head", "adam")}
        torch.save({"of": self.of, "settings": self.settings, "round": done, **parts}, path)

    def round(self, turn: int, told: Callable[[int, float], None]) -> None:
        """One round over all messages, some of them mistyped. turn: from 0; told: called with the batches done and the mean loss."""
        from addons.typos import noisy

        rng, typing = np.random.default_rng(self.seed + turn), random.Random(self.seed + turn)
        torch.manual_seed(self.seed + turn)
        mistyped = rng.random(len(self.rows)) < MISTYPED
        pieces = [
            self.cut.encode(noisy(row.text, typing)).ids[:LONGEST] if slips else plain
            for row, plain, slips in zip(self.rows, self.plain, mistyped, strict=True)
        ]
        self.encoder.train(), self.head.train()
        mean = 0.0
        for step, batch in enumerate(batches(rng, np.array([len(p) for p in pieces]), BATCH)):
            speed = self.longest_step * pace((turn + (step + 0.5) / self.per_round) / self.rounds)
            mean = 0.98 * mean + 0.02 * self._step(pieces, batch, speed)
            told(step + 1, mean)

    def _step(self, pieces: list[list[int]], batch: np.ndarray, speed: float) -> float:
        """Learn from one batch (row numbers); its loss. speed: of the longest steps."""
        ids, here = padded([pieces[i] for i in batch])
        for group, longest in zip(self.adam.param_groups, (STEP, HEAD_STEP), strict=True):
            group["lr"] = speed * longest
        out = self.head(F.dropout(self.encoder(ids, here), DROP), here)
        loss = sum(
            (F.cross_entropy(scores, torch.from_numpy(task.truth[batch]), reduction="none") * cost[batch]).mean()
            for scores, task, cost in zip(out, self.tasks, self.costs, strict=True)
        )
        self.adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*self.encoder.parameters(), *self.head.parameters()], 1.0)
        self.adam.step()
        return float(loss.detach())

    def weights(self) -> dict[str, np.ndarray]:
        """The encoder's weights by their published names, and the head's parts behind HEAD."""
        from addons.encoder import HEAD

        tuned = {n.replace("/", "."): p.detach().numpy() for n, p in self.encoder.w.items()}
        return tuned | {HEAD + n: a for n, a in self.head.arrays().items()}


def reporter(turn: int, first: int, until: int, rounds: int, per_round: int, started: float) -> Callable[[int, float], None]:
    """Prints where a round is, every hundred batches, and how long it will take until round `until` is done."""

    def told(step: int, mean: float) -> None:
        if step % 100 == 0:
            done = (turn - first) * per_round + step
            left = (time.monotonic() - started) / done * ((until - first) * per_round - done)
            where = f"round {turn + 1} of {rounds}, {step} of {per_round} batches"
            print(f"  {where}, loss {mean:.3f}, {left / 60:.0f} min left", file=sys.stderr, flush=True)

    return told


def tune(
    rows: list[Example],
    weights: dict[str, np.ndarray],
    *,
    layers: int,
    heads: int,
    seed: int,
    rounds: int = ROUNDS,
    state: Path | None = None,
    grown: bool = False,
    until: int | None = None,
    start: Path | None = None,
) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
    """Tuned weights by name, the head's among them, and the head's labels by task.

    state: where to keep and find a half-done run; grown: go on with one though the messages are others now; until: stop after
    this round, its state kept; start: go on from this adapter, in short steps.
    """
    from addons.encoder import WIDTH, adapted, head_of
    from addons.judge import TASK_WEIGHTS

    torch.manual_seed(seed)
    parts, names = head_of(start) if start else ({}, None)
    tasks = tasks_of(rows, names)
    check_against_numpy(weights, layers, heads)
    encoder = Layers(adapted(weights, start) if start else weights, layers, heads)
    head = Head(WIDTH, VIEWS, HIDDEN, [len(task.labels) for task in tasks])
    if start:
        head.take(parts)
    tuning = Tuning(encoder, head, tasks, rows, rounds=rounds, seed=seed, longest_step=SHORT if start else 1.0)
    first = tuning.take_up(state, grown=grown) if state else 0
    until, started = until or rounds, time.monotonic()
    for turn in range(first, until):
        tuning.round(turn, reporter(turn, first, until, rounds, tuning.per_round, started))
        if state:
            tuning.keep(state, turn + 1)
    return tuning.weights(), dict(zip(TASK_WEIGHTS, (task.labels for task in tasks), strict=True))


def main() -> None:
    """Tune one encoder or both."""
    from addons import lean

    lean.install()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--which", type=int, choices=SEEDS, help="only this encoder")
    parser.add_argument("--out", type=Path, help="another place for the adapter; needs --which")
    parser.add_argument("--grown", action="store_true", help="go on with a run that was cut short, though the messages are others now")
    parser.add_argument("--until", type=int, help="stop after this round; run again with --grown or not, it goes on")
    parser.add_argument(
        "--since", metavar="REVISION", help="a short round on from the adapters as they are, for what is new since this git revision"
    )
    parser.add_argument("--times", type=int, default=NEW_READ, help=f"how often a short round reads a new message ({NEW_READ})")
    arguments = parser.parse_args()
    if arguments.out and not arguments.which:
        parser.error("--out needs --which: two adapters don't go into one file")
    if arguments.until is not None and not 0 < arguments.until <= ROUNDS:
        parser.error(f"--until: a round from 1 to {ROUNDS}")
    if arguments.since and (arguments.until or arguments.grown):
        parser.error("--since is one round on everything: no --until or --grown")
    rows = [r for r in first_messages() + second_messages() if not left_out(r.text)]
    known = texts_at(arguments.since) if arguments.since else set()
    for which in [arguments.which] if arguments.which else SEEDS:
        shipped = ROOT / "data" / "encoder" / f"adapter_{which}.npz"
        out = arguments.out or shipped
        if arguments.since:
            seed = SEEDS[which] + 1  # other slips than the first round of four had
            one(short_round(rows, known, seed, arguments.times), which, out, seed=seed, rounds=1, start=shipped)
        else:
            state = ROOT / "results" / f"tuning_{which}.pt"
            one(rows, which, out, seed=SEEDS[which], state=state, grown=arguments.grown, until=arguments.until)


def one(
    rows: list[Example], which: int, out: Path, *, rounds: int = ROUNDS, state: Path | None = None, until: int | None = None, **how
) -> None:
    """Tune one encoder, write its adapter, say how near its 4 bits come. rounds, state, until and what else there is: as `tune`."""
    from addons.encoder import HEADS, LAYERS, adapted, load_weights, write_adapter

    print(f"tuning encoder {which} on {len(rows)} messages, {rounds} round{'s' if rounds > 1 else ''}", file=sys.stderr)
    if state:
        state.parent.mkdir(exist_ok=True)
    weights = load_weights()
    tuned, labels = tune(rows, weights, layers=LAYERS, heads=HEADS, rounds=rounds, state=state, until=until, **how)
    if (until or rounds) < rounds:
        print(f"{until} of {rounds} rounds done; run again to go on")
        return
    out.parent.mkdir(exist_ok=True, parents=True)
    write_adapter(out, weights, tuned, labels)
    if state:
        state.unlink(missing_ok=True)
    tuned = {n: w for n, w in tuned.items() if n in weights}
    change = {n: tuned[n] - weights[n] for n in tuned}
    kept = adapted(weights, out)
    lost = math.sqrt(sum(float(((kept[n] - tuned[n]) ** 2).sum()) for n in tuned) / sum(float((c**2).sum()) for c in change.values()))
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB; 4 bits lose {lost:.1%} of the change")


if __name__ == "__main__":
    main()
