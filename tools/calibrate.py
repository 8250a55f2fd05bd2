"""Measure inside the training data: thresholds, the table of approaches. `make calibrate`.

One message in five is left out (addons/left_out.py): the encoders' adapters have not seen it. Everything else learns from the
other four fifths and half of that fifth, and is measured on its other half; then the other way round. Nothing held out for
`make evaluate` is read. About twenty minutes on two cores. The learning curve: tools/curve.py.
"""

import argparse
import functools
import sys
from pathlib import Path

import numpy as np
import yaml

from actions.urgency import Urgency, tier_of
from addons.left_out import left_out
from addons.second_messages import second_messages
from tools.baselines import training_rows
from tools.measures import auroc
from tools.server import ROOT

LABELS = {"topic": 1, "audience": 3, "ask": 4}  # columns of a training row; urgency is column 2
TIERS = [u.word for u in Urgency]


@functools.cache
def settings() -> dict:
    """The Recogniser's entry in config.yml."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return next(c for c in pipeline if c["name"].endswith("Recogniser"))


def adapters_of(config: dict) -> list[Path]:
    """The encoders' adapters that config.yml names."""
    return [ROOT / name for name in config["adapters"]]


def measured(rows, inside, outside, config, encoders) -> dict[str, np.ndarray]:
    """What has learned from `inside`, above `encoders`, on the messages of `outside` (row numbers).

    Out: "views", "ngrams", "mixed": float (outside, 5), the urgency by each and by both, by tier; "topic", "audience", "ask": the labels given, mixed.
    """
    from addons.judge import Judge

    judge = Judge.train(
        encoders,
        [rows[i][0] for i in inside],
        {name: [rows[i][column] for i in inside] for name, column in {"urgency": 2, **LABELS}.items()},
        **{key: config[key] for key in ("rounds", "again", "most", "fresh_rounds", "seed")},
        mix=config["mix"],
        copies=config["typo_copies"],
        adapters=adapters_of(config),
    )
    views, ngrams = judge.shares([rows[i][0] for i in outside])
    both = judge.together(views, ngrams)
    found = {"views": views["urgency"], "ngrams": ngrams["urgency"], "mixed": both["urgency"]}
    for name in LABELS:
        found[name] = np.array(judge.labels[name], dtype=object)[both[name].argmax(1)]
    return found


def crosswise(rows, inside, outside, config, encoders) -> dict[str, np.ndarray]:
    """As `measured`, but one half of `outside` is learned from too, as the parts we serve learn from it, and the other measured; then the other way round."""
    found = {}
    for half in (0, 1):
        here = np.arange(len(outside)) % 2 == half
        for name, array in measured(rows, np.concatenate([inside, outside[~here]]), outside[here], config, encoders).items():
            found.setdefault(name, np.empty((len(outside), *array.shape[1:]), array.dtype))[here] = array
    return found


def describe(name: str, scores: np.ndarray, truth: np.ndarray) -> str:
    """One line: tier accuracy, emergency AUROC, and what 95 and 98 % emergency recall cost."""
    danger = scores[:, 4]
    line = f"{name:24} accuracy {np.mean(scores.argmax(1) == truth):.3f}  emergency AUROC {auroc(list(danger[truth == 4]), list(danger[truth < 4])):.4f}"
    for recall in (0.95, 0.98):
        limit = np.quantile(danger[truth == 4], 1 - recall)
        false = [np.mean(danger[keep] >= limit) for keep in (truth <= 1, truth == 2, truth == 3)]
        line += f"  at {recall:.0%} (≥{limit:.2f}): info+chat {false[0]:.1%} support {false[1]:.1%} urgent {false[2]:.1%}"
    return line


EMERGENCY_WEIGHTS = [
    {"urgent": u, "support": s, "info": c, "chat": c}
    for u, s, c in (
        (0.1, 0.3, 0.6),
        (0.08, 0.25, 0.5),
        (0.06, 0.2, 0.5),
        (0.05, 0.15, 0.4),
        (0.04, 0.12, 0.4),
        (0.03, 0.08, 0.3),
        (0.02, 0.06, 0.2),
        (0.015, 0.05, 0.2),
        (0.01, 0.04, 0.2),
        (0.01, 0.03, 0.15),
    )
]


def trade_off(scores: np.ndarray, truth: np.ndarray, thresholds: dict) -> list[str]:
    """What other weights of a false alarm would find and cost, one line each."""
    lines = []
    for weights in EMERGENCY_WEIGHTS:
        given = np.array([tier_of(dict(zip(TIERS, map(float, row), strict=True)), {**thresholds, "emergency": weights}) for row in scores])
        share = {tier: np.mean(given[truth == tier] == Urgency.EMERGENCY) for tier in range(5)}
        calm = np.mean(given[truth <= 1] == Urgency.EMERGENCY)
        lines.append(
            f"  emergency from {weights['urgent']} of urgent, {weights['support']} of support, {weights['chat']} of info and chat: "
            f"found {share[4]:.1%}  999 first on info and chat {calm:.1%} support {share[2]:.1%} urgent {share[3]:.1%}"
        )
    return lines


def in_context(danger: np.ndarray, truth: np.ndarray) -> list[str]:
    """What limits for an emergency would find and cost among second messages, read after what was told before (SURE_IN_CONTEXT in actions/turns.py)."""
    lines = [f"of {len(truth)} second messages, {np.sum(truth == 4)} an emergency:"]
    for limit in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9):
        lines.append(f"  from {limit}: found {np.mean(danger[truth == 4] >= limit):.1%}, false {np.mean(danger[truth < 4] >= limit):.1%}")
    return lines


def main() -> None:
    """Print the table; with --save keep the scores for looking at errors."""
    from addons import lean

    lean.install()
    from addons.judge import write_encoders

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path, help="write scores and texts to this .npz")
    arguments = parser.parse_args()
    config, first = settings(), training_rows()
    rows = first + second_messages()
    out = np.array([left_out(r[0]) for r in rows])
    inside, outside = np.where(~out)[0], np.where(out)[0]
    truth = np.array([TIERS.index(r[2]) for r in rows])[outside]
    print(f"{len(inside)} messages to learn from, {len(outside)} to measure on", file=sys.stderr)
    found = crosswise(rows, inside, outside, config, write_encoders(ROOT / "results", adapters_of(config)))
    begun = outside < len(first)
    print(*in_context(found["mixed"][~begun][:, 4], truth[~begun]), sep="\n")
    found, outside, truth = {name: array[begun] for name, array in found.items()}, outside[begun], truth[begun]
    scores = found["mixed"]
    for name in ("ngrams", "views", "mixed"):
        print(describe(name, found[name], truth))
    for name, column in LABELS.items():
        right = found[name] == np.array([rows[i][column] for i in outside], dtype=object)
        print(f"{name} {right.mean():.3f}", end="  ")
    print()
    given = np.array([tier_of(dict(zip(TIERS, map(float, row), strict=True)), config["thresholds"]) for row in scores])
    print("at the limits in config.yml, of each true tier:")
    for tier in sorted(Urgency, reverse=True):
        mine = given[truth == tier]
        print(f"  {tier.word:9}", "  ".join(f"{said.word} {np.mean(mine == said):.3f}" for said in sorted(Urgency, reverse=True)))
    print("at other limits for an emergency:", *trade_off(scores, truth, config["thresholds"]), sep="\n")
    for tier in (3, 2, 1):
        above = scores[:, tier:].sum(1)
        print(f"P({TIERS[tier]} or higher), found/false:", end="")
        for limit in np.arange(0.15, 0.65, 0.05):
            hit, false = np.mean(above[truth >= tier] >= limit), np.mean(above[truth < tier] >= limit)
            print(f"  ≥{limit:.2f} {hit:.3f}/{false:.3f}", end="")
        print()
    if arguments.save:
        texts = np.array([rows[i][0] for i in outside])
        np.savez(
            arguments.save,
            mixed=scores,
            views=found["views"],
            ngrams=found["ngrams"],
            truth=truth,
            topic=found["topic"].astype(str),
            texts=texts,
        )


if __name__ == "__main__":
    main()
