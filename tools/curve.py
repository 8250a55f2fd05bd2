"""The learning curve: what more messages bought. `make curve` prints it and draws docs/learning-curve.svg.

The recogniser as it stood at git revisions (its data, the encoders tuned on them, its code) is trained again and reads the held-out
messages of today, which no version has learned from. What is measured is the model alone, its likeliest tier and topic: no thresholds, no
families of danger, no rules, for those are not what messages buy. The first revision has one encoder of three layers where the
others have two of six, so the step up from it is not of messages alone.
Everything is kept in results/curve; stopped and run again, it goes on. About four minutes a revision on two cores.
"""

import argparse
import hashlib
import itertools
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from actions.urgency import Urgency
from addons.examples import first_messages
from tools import heldout
from tools.measures import auroc
from tools.revisions import unpack
from tools.server import MODEL, ROOT

# Each has encoders that were tuned on its messages: 63,939, 128,545 and 158,100 of them.
REVISIONS = ("1843a3a", "ed7c212", "a6aeec2")
TRAIN = "-m addons.rasa_cli train --fixed-model-name signpost --data data/nlu data/rules.yml data/stories.yml --quiet --skip-validation"
# Run inside a revision's own folder, whose modules it then finds. In: texts as JSON, one a line. Out, to the file named: scores and topic of each.
READ = """
import json, sys
from tools.model import Model
model = Model()
with open(sys.argv[1], "w", encoding="utf-8") as out:
    for number, line in enumerate(sys.stdin, 1):
        said = model.read(json.loads(line))
        print(json.dumps([said["urgency"]["scores"], said["intent"]["name"]]), file=out)
        if number % 1000 == 0:
            print(f"  {number} read", file=sys.stderr, flush=True)
"""
CURVES = (("tier right", "#0b5c6b"), ("emergency AUROC", "#b3541e"), ("topic right", "#5b4a9b"))


@dataclass(frozen=True)
class Point:
    """How one revision read the held-out messages. messages: how many it has learned from; tier, topic: whether right, bool (n,); danger: the emergency's share, float (n,)."""

    messages: int
    tier: np.ndarray
    topic: np.ndarray
    danger: np.ndarray


def readings(folder: Path, texts: list[str], kept: Path) -> list[tuple[dict[str, float], str]]:
    """Scores by tier, and the topic, of each text, by the model in this checkout's models/. kept: where to find or leave them. Raises CalledProcessError when its own code can't."""
    where = kept / f"read_{hashlib.blake2b(repr(texts).encode(), digest_size=4).hexdigest()}.jsonl"
    if not where.exists():
        half = where.with_suffix(".half")
        lines = "".join(json.dumps(text) + "\n" for text in texts)
        kept.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-c", READ, half], cwd=folder, input=lines, text=True, check=True)
        half.rename(where)
    return [tuple(json.loads(line)) for line in where.read_text(encoding="utf-8").splitlines()]


def point(folder: Path, held: list[heldout.Held], kept: Path) -> Point:
    """Read the held-out messages with the model in this checkout."""
    read = readings(folder, [h.text for h in held], kept)
    tiers = [Urgency.of(max(scores, key=scores.get)) for scores, _ in read]
    return Point(
        len(first_messages(folder / "data" / "nlu")),
        np.array([tier in (h.urgency, *h.accept) for tier, h in zip(tiers, held, strict=True)]),
        np.array([topic == h.topic for (_, topic), h in zip(read, held, strict=True)]),
        np.array([scores["emergency"] for scores, _ in read]),
    )


def at(revision: str, held: list[heldout.Held]) -> Point:
    """The recogniser of a revision, trained here by its own code unless it was before."""
    folder = ROOT / "results" / "curve" / revision
    if not (folder / MODEL.relative_to(ROOT)).exists():
        print(f"{revision}: unpacking and training …", file=sys.stderr)
        unpack(revision, folder)
        subprocess.run([sys.executable, *TRAIN.split()], cwd=folder, check=True)
    print(f"{revision}: reading {len(held)} messages …", file=sys.stderr)
    return point(folder, held, folder)


def gain(before: Point, after: Point, what: str, keep: np.ndarray) -> str:
    """Points of a hundred that a doubling of the messages bought, with the standard error (the same messages read twice), e.g. "1.2 ± 0.3"."""
    doublings = np.log2(after.messages / before.messages)
    change = (getattr(after, what).astype(float) - getattr(before, what))[keep]
    return f"{100 * change.mean() / doublings:.1f} ± {100 * change.std() / np.sqrt(keep.sum()) / abs(doublings):.1f}"


def table(points: list[Point], danger: np.ndarray, hard: np.ndarray) -> list[str]:
    """Markdown: each point's figures, then what a doubling bought between neighbours and from the last but one pair. danger, hard: bool (n,), true emergencies and hard kinds."""
    lines = ["| messages | tier right | of plain ones | of hard kinds | topic right | emergency AUROC |", "|---|---|---|---|---|---|"]
    for p in points:
        shares = [f"{100 * part.mean():.1f} %" for part in (p.tier, p.tier[~hard], p.tier[hard], p.topic)]
        lines.append(f"| {p.messages:,} | {' | '.join(shares)} | {auroc(list(p.danger[danger]), list(p.danger[~danger])):.4f} |")
    everything = np.ones(len(hard), bool)
    lines += ["", "| a doubling buys | tier, points | of plain ones | of hard kinds | topic, points |", "|---|---|---|---|---|"]
    pairs = [*itertools.pairwise(points), *([(points[1], points[-1])] if len(points) > 3 else [])]
    for a, b in pairs:
        bought = [gain(a, b, "tier", keep) for keep in (everything, ~hard, hard)] + [gain(a, b, "topic", everything)]
        lines.append(f"| {a.messages:,} to {b.messages:,} | {' | '.join(bought)} |")
    return lines


def plot(points: list[tuple[int, float, float, float]], path: Path, held: int, low: float = 0.7) -> None:
    """The learning curve as a small SVG: messages learned from (doubling scale) against CURVES, from `low` to 1. held: messages measured on."""
    width, height, left, top = 640, 300, 60, 30
    sizes = [np.log2(n) for n, *_ in points]

    def spot(size: float, value: float) -> tuple[float, float]:
        x = left + (size - sizes[0]) / max(1e-9, sizes[-1] - sizes[0]) * (width - left - 80)
        return x, top + (1 - value) / (1 - low) * (height - top - 50)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">']
    parts.append('<rect width="100%" height="100%" fill="white"/>')
    for value in np.arange(low, 1.01, 0.1):
        x, y = spot(sizes[0], value)
        parts.append(
            f'<line x1="{x}" x2="{width - 80}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/><text x="{left - 40}" y="{y + 4:.1f}">{value:.0%}</text>'
        )
    for column, (name, colour) in enumerate(CURVES, 1):
        spots = [spot(size, point[column]) for size, point in zip(sizes, points, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), point in zip(spots, points, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
            parts.append(f'<text x="{x - 14:.1f}" y="{y - 8:.1f}" fill="{colour}">{point[column]:.3f}</text>')
        parts.append(f'<text x="{left + 10 + 150 * (column - 1)}" y="18" fill="{colour}">{name}</text>')
    for size, (n, *_) in zip(sizes, points, strict=True):
        parts.append(f'<text x="{spot(size, 0)[0] - 18:.1f}" y="{height - 20}">{n}</text>')
    parts.append(f'<text x="{left + 150}" y="{height - 4}">messages learned from (measured on {held} held-out ones)</text></svg>')
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def main() -> None:
    """Print the tables, draw the curve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revisions", nargs="*", default=REVISIONS, help="git revisions, oldest first; what stands here comes last")
    arguments = parser.parse_args()
    held = heldout.read()
    danger, hard = np.array([h.urgency is Urgency.EMERGENCY for h in held]), np.array([bool(h.hard) for h in held])
    points = [at(revision, held) for revision in arguments.revisions]
    print(f"the model here: reading {len(held)} messages …", file=sys.stderr)
    points.append(point(ROOT, held, ROOT / "results" / "curve" / hashlib.blake2b(MODEL.read_bytes(), digest_size=4).hexdigest()))
    print(*table(points, danger, hard), sep="\n")
    drawn = [(p.messages, p.tier.mean(), auroc(list(p.danger[danger]), list(p.danger[~danger])), p.topic.mean()) for p in points]
    plot(drawn, ROOT / "docs" / "learning-curve.svg", len(held))


if __name__ == "__main__":
    main()
