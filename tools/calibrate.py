"""Measure inside the training data: what thresholds find and cost. `make calibrate`.

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
from addons.examples import Example, first_messages, second_messages, truths_of
from addons.left_out import left_out
from tools.measures import auroc
from tools.server import ROOT

OTHER_TASKS = ("topic", "audience", "ask")
TIERS = [u.word for u in Urgency]


@functools.cache
def settings() -> dict:
    """The Recogniser's entry in config.yml."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return next(c for c in pipeline if c["name"].endswith("Recogniser"))


def adapters_of(config: dict) -> list[Path]:
    """The encoders' adapters that config.yml names."""
    return [ROOT / name for name in config["adapters"]]


def measured(rows: list[Example], inside, outside, config, encoders) -> dict[str, np.ndarray]:
    """What has learned from `inside`, above `encoders`, on the messages of `outside` (row numbers).

    Out: "views", "ngrams", "mixed": float (outside, 5), the urgency by each and by both, by tier; "topic", "audience", "ask": the labels given, mixed.
    """
    from addons.judge import Judge

    judge = Judge.train(
        encoders,
        [rows[i].text for i in inside],
        truths_of([rows[i] for i in inside]),
        **{key: config[key] for key in ("rounds", "again", "most", "fresh_rounds", "seed")},
        mix=config["mix"],
        copies=config["typo_copies"],
        adapters=adapters_of(config),
    )
    views, ngrams = judge.shares([rows[i].text for i in outside])
    both = judge.together(views, ngrams)
    found = {"views": views["urgency"], "ngrams": ngrams["urgency"], "mixed": both["urgency"]}
    for name in OTHER_TASKS:
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
    danger, real = scores[:, Urgency.EMERGENCY], truth == Urgency.EMERGENCY
    line = (
        f"{name:24} accuracy {np.mean(scores.argmax(1) == truth):.3f}  emergency AUROC {auroc(list(danger[real]), list(danger[~real])):.4f}"
    )
    for recall in (0.95, 0.98):
        limit = np.quantile(danger[real], 1 - recall)
        false = [np.mean(danger[keep] >= limit) for keep in (truth <= Urgency.INFO, truth == Urgency.SUPPORT, truth == Urgency.URGENT)]
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
        share = {tier: np.mean(given[truth == tier] == Urgency.EMERGENCY) for tier in Urgency}
        calm = np.mean(given[truth <= Urgency.INFO] == Urgency.EMERGENCY)
        lines.append(
            f"  emergency from {weights['urgent']} of urgent, {weights['support']} of support, {weights['chat']} of info and chat: "
            f"found {share[Urgency.EMERGENCY]:.1%}  999 first on info and chat {calm:.1%} "
            f"support {share[Urgency.SUPPORT]:.1%} urgent {share[Urgency.URGENT]:.1%}"
        )
    return lines


def in_context(danger: np.ndarray, truth: np.ndarray) -> list[str]:
    """What limits for an emergency would find and cost among second messages, read after what was told before (SURE_IN_CONTEXT in actions/meaning.py)."""
    real = truth == Urgency.EMERGENCY
    lines = [f"of {len(truth)} second messages, {np.sum(real)} an emergency:"]
    for limit in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9):
        lines.append(f"  from {limit}: found {np.mean(danger[real] >= limit):.1%}, false {np.mean(danger[~real] >= limit):.1%}")
    return lines


def at_the_limits(scores: np.ndarray, truth: np.ndarray, thresholds: dict) -> list[str]:
    """What the limits in config.yml give to messages of each true tier, one line each."""
    given = np.array([tier_of(dict(zip(TIERS, map(float, row), strict=True)), thresholds) for row in scores])
    lines = []
    for tier in sorted(Urgency, reverse=True):
        mine = given[truth == tier]
        lines.append(f"  {tier.word:9} " + "  ".join(f"{said.word} {np.mean(mine == said):.3f}" for said in sorted(Urgency, reverse=True)))
    return lines


def at_least(scores: np.ndarray, truth: np.ndarray) -> list[str]:
    """What limits for urgent, support and info, each with all above it, would find and cost."""
    lines = []
    for tier in (Urgency.URGENT, Urgency.SUPPORT, Urgency.INFO):
        above = scores[:, tier:].sum(1)
        spots = []
        for limit in np.arange(0.15, 0.65, 0.05):
            hit, false = np.mean(above[truth >= tier] >= limit), np.mean(above[truth < tier] >= limit)
            spots.append(f"  ≥{limit:.2f} {hit:.3f}/{false:.3f}")
        lines.append(f"P({tier.word} or higher), found/false:" + "".join(spots))
    return lines


def report(found: dict[str, np.ndarray], rows: list[Example], truth: np.ndarray, thresholds: dict) -> list[str]:
    """The table for first messages. found: as `measured`; rows, truth: those messages and the numbers of their tiers."""
    labels = truths_of(rows)
    right = {name: np.mean(found[name] == np.array(labels[name], dtype=object)) for name in OTHER_TASKS}
    return [
        *(describe(name, found[name], truth) for name in ("ngrams", "views", "mixed")),
        "  ".join(f"{name} {share:.3f}" for name, share in right.items()),
        "at the limits in config.yml, of each true tier:",
        *at_the_limits(found["mixed"], truth, thresholds),
        "at other limits for an emergency:",
        *trade_off(found["mixed"], truth, thresholds),
        *at_least(found["mixed"], truth),
    ]


def main() -> None:
    """Print the table; with --save keep the scores for looking at errors."""
    from addons import lean

    lean.install()
    from addons.judge import write_encoders

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path, help="write scores and texts to this .npz")
    arguments = parser.parse_args()
    config, first = settings(), first_messages()
    rows = first + second_messages()
    out = np.array([left_out(row.text) for row in rows])
    inside, outside = np.where(~out)[0], np.where(out)[0]
    print(f"{len(inside)} messages to learn from, {len(outside)} to measure on", file=sys.stderr)
    found = crosswise(rows, inside, outside, config, write_encoders(ROOT / "results", adapters_of(config)))
    truth = np.array([TIERS.index(rows[i].urgency) for i in outside])
    begun = outside < len(first)
    print(*in_context(found["mixed"][~begun][:, Urgency.EMERGENCY], truth[~begun]), sep="\n")
    found, truth, measured_on = {name: array[begun] for name, array in found.items()}, truth[begun], [rows[i] for i in outside[begun]]
    print(*report(found, measured_on, truth, config["thresholds"]), sep="\n")
    if arguments.save:
        scores, topic = {name: found[name] for name in ("mixed", "views")}, found["topic"].astype(str)
        np.savez(arguments.save, **scores, truth=truth, topic=topic, texts=np.array([row.text for row in measured_on]))


if __name__ == "__main__":
    main()
