"""Cross-validate inside the training data: thresholds, the table of approaches, the learning curve. `make calibrate`.

Nothing held out is read. Folds are random over messages; mistyped copies stay with their original, because copies are
made inside each fold. Takes about ten minutes on two cores; `--curve` adds as much again; Ctrl-C stops it at any time.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import yaml

from actions.urgency import Urgency, tier_of
from tools.baselines import training_rows
from tools.measures import auroc
from tools.server import ROOT

LABELS = {"topic": 1, "audience": 3, "ask": 4}  # columns of a training row; urgency is column 2
TIERS = [u.word for u in Urgency]


def settings() -> dict:
    """The Recogniser's entry in config.yml."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return next(c for c in pipeline if c["name"].endswith("Recogniser"))


def cross_validate(rows, tokens, encoder, config, *, folds: int, seed: int = 0, only: int | None = None) -> dict[str, np.ndarray]:
    """Scores of each message by heads that never saw it: {"views" | "ngrams": float (n, 5)}, NaN where not scored."""
    from addons.recogniser import Judge

    fold = np.random.RandomState(seed).randint(0, folds, len(rows))
    found = {name: np.full((len(rows), 5), np.nan) for name in ("views", "ngrams")}
    found |= {name: np.full(len(rows), "", dtype=object) for name in LABELS}
    for k in range(folds if only is None else only):
        print(f"fold {k + 1} of {folds}", file=sys.stderr)
        inside, outside = np.where(fold != k)[0], np.where(fold == k)[0]
        truths = {name: [rows[i][column] for i in inside] for name, column in {"urgency": 2, **LABELS}.items()}
        judge = Judge.train(
            encoder,
            [rows[i][0] for i in inside],
            truths,
            rounds=config["rounds"],
            members=config["members"],
            mix=1.0,
            copies=config["typo_copies"],
            seed=config["seed"],
            tokens=[tokens[i] for i in inside],
        )
        texts, held = [rows[i][0] for i in outside], [tokens[i] for i in outside]
        views, spelling = judge.scores(texts, held), judge.ngrams.predict(texts)
        found["views"][outside], found["ngrams"][outside] = views["urgency"], spelling["urgency"]
        for name in LABELS:
            mixed = config["mix"] * views[name] + (1 - config["mix"]) * spelling[name]
            found[name][outside] = np.array(judge.labels[name], dtype=object)[mixed.argmax(1)]
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


def plot(points: list[tuple[int, float, float]], path: Path) -> None:
    """The learning curve as a small SVG: messages (doubling scale) against tier accuracy and emergency AUROC."""
    width, height, left, top = 640, 300, 60, 30
    sizes = [np.log2(n) for n, *_ in points]
    low = 0.5

    def at(size: float, value: float) -> tuple[float, float]:
        x = left + (size - sizes[0]) / max(1e-9, sizes[-1] - sizes[0]) * (width - left - 80)
        return x, top + (1 - value) / (1 - low) * (height - top - 50)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">']
    parts.append('<rect width="100%" height="100%" fill="white"/>')
    for value in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        x, y = at(sizes[0], value)
        parts.append(
            f'<line x1="{x}" x2="{width - 80}" y1="{y}" y2="{y}" stroke="#ddd"/><text x="{left - 40}" y="{y + 4}">{value:.0%}</text>'
        )
    for name, column, colour in (("tier accuracy", 1, "#0b5c6b"), ("emergency AUROC", 2, "#b3541e")):
        spots = [at(size, point[column]) for size, point in zip(sizes, points, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), point in zip(spots, points, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
            parts.append(f'<text x="{x - 14:.1f}" y="{y - 8:.1f}" fill="{colour}">{point[column]:.3f}</text>')
        parts.append(f'<text x="{left + 10 + 200 * (column - 1)}" y="18" fill="{colour}">{name}</text>')
    for size, (n, *_) in zip(sizes, points, strict=True):
        parts.append(f'<text x="{at(size, 0)[0] - 18:.1f}" y="{height - 20}">{n}</text>')
    parts.append(f'<text x="{left + 150}" y="{height - 4}">training messages (cross-validated inside the training data)</text></svg>')
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def main() -> None:
    """Print the table; with --save keep the scores for looking at errors."""
    from addons import lean

    lean.install()
    from addons.encoder import Encoder, write_onnx

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, help="score the first folds only: quicker, rougher")
    parser.add_argument("--curve", action="store_true", help="also the learning curve: an eighth, a quarter, half, all")
    parser.add_argument("--save", type=Path, help="write scores and texts to this .npz")
    arguments = parser.parse_args()
    config, rows = settings(), training_rows()
    folder = ROOT / "results"
    folder.mkdir(exist_ok=True)
    encoder = Encoder.from_onnx(write_onnx(folder)[1], threads=2)
    tokens = [t.astype(np.float16) for t in encoder.tokens([r[0] for r in rows])]
    truth = np.array([TIERS.index(r[2]) for r in rows])
    found = cross_validate(rows, tokens, encoder, config, folds=arguments.folds, only=arguments.only)
    scored = ~np.isnan(found["views"][:, 0])
    mixed = config["mix"] * found["views"] + (1 - config["mix"]) * found["ngrams"]
    for name, scores in (("n-grams alone", found["ngrams"]), ("views alone", found["views"]), ("mixed", mixed)):
        print(describe(name, scores[scored], truth[scored]))
    for name, column in LABELS.items():
        right = found[name][scored] == np.array([r[column] for r in rows], dtype=object)[scored]
        print(f"{name} {right.mean():.3f}", end="  ")
    print()
    given = np.array([tier_of(dict(zip(TIERS, map(float, row), strict=True)), config["thresholds"]) for row in mixed[scored]])
    print("at the limits in config.yml, of each true tier:")
    for tier in sorted(Urgency, reverse=True):
        mine = given[truth[scored] == tier]
        print(f"  {tier.word:9}", "  ".join(f"{said.word} {np.mean(mine == said):.3f}" for said in sorted(Urgency, reverse=True)))
    for tier in (4, 3, 2, 1):
        above, true = mixed[scored, tier:].sum(1), truth[scored]
        print(f"P({TIERS[tier]} or higher):", end="")
        for limit in np.arange(0.15, 0.65, 0.05):
            hit, false = np.mean(above[true >= tier] >= limit), np.mean(above[true < tier] >= limit)
            print(f"  ≥{limit:.2f} {hit:.3f}/{false:.3f}", end="")
        print()
    if arguments.save:
        np.savez(arguments.save, mixed=mixed, truth=truth, topic=found["topic"].astype(str), texts=np.array([r[0] for r in rows]))
    if arguments.curve:
        order = np.random.RandomState(1).permutation(len(rows))
        points = []
        for part in (8, 4, 2, 1):
            some = order[: len(rows) // part]
            few = [rows[i] for i in some]
            got = cross_validate(few, [tokens[i] for i in some], encoder, config, folds=5, only=2)
            kept = ~np.isnan(got["views"][:, 0])
            both, true = (config["mix"] * got["views"] + (1 - config["mix"]) * got["ngrams"])[kept], truth[some][kept]
            print(describe(f"{len(few)} messages", both, true))
            points.append((len(few), float(np.mean(both.argmax(1) == true)), auroc(list(both[true == 4, 4]), list(both[true < 4, 4]))))
        plot(points, ROOT / "docs" / "learning-curve.svg")


if __name__ == "__main__":
    main()
