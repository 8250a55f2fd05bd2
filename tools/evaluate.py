"""Measure recognition end to end, over POST /chat of the real server: `make evaluate`. Writes docs/evidence.md.

Trains nothing of ours: the model is the one `make train` wrote. Only the bag-of-words baseline is fitted, on the
training data. `--held FILE` measures another labelled file (same columns) and writes nothing.
"""

import argparse
import concurrent.futures
import datetime
import random
import sys
import time
from pathlib import Path

from actions.urgency import Urgency
from addons.typos import noisy
from tools import baselines, heldout
from tools.heldout import Held
from tools.measures import Figures, Said, auroc, share
from tools.server import ROOT, Server, running

EVIDENCE = ROOT / "docs" / "evidence.md"
HIGH_FIRST = sorted(Urgency, reverse=True)


def ask(server: Server, texts: list[str]) -> list[Said]:
    """Each text as the first message of a conversation of its own."""

    def one(text: str) -> Said:
        _, card = server.chat(text)
        if card["degraded"]:
            raise RuntimeError("the server answered with its safety card; its figures would mean nothing")
        return Said(Urgency.of(card["urgency"]), card["topic"], card["audience"], tuple(c["id"] for c in card["contacts"]))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, texts))


def mistyped(held: list[Held]) -> list[str]:
    """The same texts with heavy seeded typing noise."""
    rng = random.Random(1)
    return [noisy(h.text, rng, rate=0.35) for h in held]


def out_of_scope_auroc(held: list[Held]) -> float:
    """How well the model's own score tells other subjects from worries and questions."""
    from addons.judge import OUTSIDE
    from tools.model import model

    inside, outside = [], []
    for h in held:
        if h.topic in OUTSIDE or h.urgency is not Urgency.CHAT:
            score = 1 - model().read(h.text)["in_scope"]
            (outside if h.topic in OUTSIDE else inside).append(score)
    return auroc(outside, inside)


def summary(f: Figures) -> list[tuple[str, str, str]]:
    """Name, figure, aim."""
    info_chat = f.headline_999(Urgency.INFO, Urgency.CHAT)
    return [
        ("emergency recall", share(*f.recall(Urgency.EMERGENCY)), "≥ 98 %"),
        ("false 999 headline on info and chat", share(*info_chat), "≤ 2 %"),
        ("… on support", share(*f.headline_999(Urgency.SUPPORT)), "≤ 8 %"),
        ("… on urgent", share(*f.headline_999(Urgency.URGENT)), "≤ 20 %"),
        ("urgent shown 101 or CEOP", share(*f.urgent_shown()), "≥ 96 %"),
        ("under-triage", share(*f.under_triage()), "≤ 2 %"),
        ("over-triage", share(*f.over_triage()), ""),
        ("tier right or defensible", share(*f.tier_accuracy()), ""),
        ("required contacts on screen", share(*f.contacts()), "≥ 98 %"),
        ("topic right", share(*f.topic_accuracy()), "≥ 85 %"),
    ]


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def by_group(f: Figures, name: str, group) -> str:
    """Tier accuracy and emergency recall by a property of the held-out message."""
    keys = sorted({k for h, _ in f.pairs for k in group(h)})
    rows = []
    for key in keys:
        inside = [(h, s) for h, s in f.pairs if key in group(h)]
        part = Figures([h for h, _ in inside], [s for _, s in inside])
        rows.append([key, share(*part.tier_accuracy()), share(*part.recall(Urgency.EMERGENCY)), share(*part.topic_accuracy())])
    return table([name, "tier right or defensible", "emergency recall", "topic right"], rows)


def report(held: list[Held], server: Server) -> tuple[str, dict[str, Figures]]:
    """The evidence as Markdown, and the figures behind it."""
    texts = [h.text for h in held]
    started = time.monotonic()
    figures = {"Signpost": Figures(held, ask(server, texts))}
    seconds = time.monotonic() - started
    figures["Signpost, heavily mistyped"] = Figures(held, ask(server, mistyped(held)))
    bag = baselines.BagOfWords()
    everything = ("999", "101", "ceop", "childline", "nspcc")  # a baseline gets every contact its tier could show
    shown = {t: everything if t is Urgency.EMERGENCY else everything[1:] if t >= Urgency.URGENT else everything[3:] for t in Urgency}
    for name, tiers, topics in (
        ("bag of words + LR", bag.tiers(texts), bag.topics(texts)),
        ("keyword list", [baselines.keyword_tier(t) for t in texts], ["?"] * len(texts)),
    ):
        figures[name] = Figures(held, [Said(t, topic, "unknown", shown[t]) for t, topic in zip(tiers, topics, strict=True)])
    ours = figures["Signpost"]
    columns = [summary(f) for f in figures.values()]
    rows = [[line[0], line[2], *(column[i][1] for column in columns)] for i, line in enumerate(columns[0])]
    rows = [[*r[:4], *("–" if r[0] == "required contacts on screen" else c for c in r[4:])] for r in rows]
    cost = 100 * (ours.tier_accuracy()[0] - figures["Signpost, heavily mistyped"].tier_accuracy()[0]) / len(held)
    confusion = ours.confusion()
    parts = [
        "# Evidence: how well danger is recognised",
        f"Measured {datetime.date.today()} by `make evaluate`, end to end over `POST /chat`, on {len(held)} held-out messages "
        f"({', '.join(f'`{name}`' for name in dict.fromkeys(h.source for h in held))}) in {seconds:.0f} s. Shares have 95 % Wilson intervals. This file is written by the command: don't edit it.",
        table(["figure", "aim", *figures], rows),
        "The bag of words + LR baseline stands in for Rasa's default classifier, which needs TensorFlow; it and the keyword list read the same messages in the same run.\n"
        f"Heavy typing noise costs {cost:.1f} points of tier accuracy. Out-of-scope AUROC {out_of_scope_auroc(held):.3f}.",
        "## What was true (rows), what was said (columns)",
        table(
            ["", *(t.word for t in HIGH_FIRST), "recall", "precision"],
            [
                [t.word, *(confusion[t, s] for s in HIGH_FIRST), share(*ours.recall(t)), share(*ours.precision(t))]
                for t in HIGH_FIRST
            ],
        ),
        "## By set", heldout.WRITTEN,
        by_group(ours, "set", lambda h: [h.source]),
        "## By reader", by_group(ours, "reader", lambda h: [h.audience]),
        "## By kind of difficulty", by_group(ours, "kind", lambda h: h.hard or ["plain"]),
        "## By voice", by_group(ours, "voice", lambda h: [h.voice]),
        "## By topic", by_group(ours, "topic", lambda h: [h.topic]),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n", figures


def misses(f: Figures) -> str:
    """Every message answered below a tier that could be defended, worst first: for people, on this machine only."""
    wrong = [(h, s) for h, s in f.pairs if s.urgency < min((h.urgency, *h.accept))]
    wrong.sort(key=lambda pair: pair[1].urgency - pair[0].urgency)
    return "\n".join(f"{h.urgency.word} → {s.urgency.word}  {h.topic} → {s.topic}  {h.text[:160]}" for h, s in wrong)


def main() -> None:
    """Print the evidence; write it to docs/evidence.md unless another file was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", type=Path, help="another labelled CSV")
    parser.add_argument(
        "--misses", action="store_true", help="list what was answered too low (if you mend by it, say so and add fresh messages)"
    )
    arguments = parser.parse_args()
    held = heldout.read(*([arguments.held] if arguments.held else []))
    print(f"Asking the real server {2 * len(held)} messages …", file=sys.stderr)
    with running() as server:
        text, figures = report(held, server)
    print(text)
    if arguments.misses:
        print(misses(figures["Signpost"]))
    if not arguments.held:
        EVIDENCE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
