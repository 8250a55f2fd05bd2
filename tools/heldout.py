"""The held-out set: reading it, and what each message requires on screen. Never read by training."""

import csv
from dataclasses import dataclass
from pathlib import Path

from actions.urgency import AUDIENCES, Urgency

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "model"
PATHS = tuple(FOLDER / f"heldout_{n}.csv" for n in range(1, 12))
# How the sets came to be; docs/evidence.md says so too.
WRITTEN = (
    "The second was written after the misses of the first had been looked at, the third and fourth after most of the training data of 2026-11-26, "
    "the fifth and sixth after the first two waves of 2026-11-27, the seventh after the misses of the sixth had been looked at and the third wave written, "
    "the eighth after the fourth wave, the ninth (plain first messages) after the sixth, the tenth (an ordinary mix) beside the seventh, "
    "the eleventh (what testers found answered badly: other harms, laughs, ordinary days, grown-ups about a child that isn't theirs) beside the waves of 2026-11-29; "
    "each by writers who saw neither the others nor the training data."
)
# Kinds of difficulty that a note may name: docs/labelling.md.
KINDS = "negation past hypothetical another_day danger_over fiction joke minimiser quotation third_person typos no_keyword trap".split()


@dataclass(frozen=True)
class Held:
    """One held-out message. `accept`: tiers a careful lead could also defend. `hard`: kinds of difficulty."""

    text: str
    audience: str
    urgency: Urgency
    topic: str
    voice: str
    accept: tuple[Urgency, ...]
    hard: tuple[str, ...]
    source: str = ""

    def required(self) -> list[set[str]]:
        """Sets of contact ids; at least one of each set must be on the card. Source: the safeguarding fact sheet."""
        child, adult = self.audience == "young_person", self.audience in ("parent", "professional")
        helpline = {"childline"} if child else {"nspcc"} if adult else {"childline", "nspcc"}
        if self.urgency is Urgency.EMERGENCY:
            return [{"999"}]
        if self.urgency is Urgency.CHAT:
            return [{"999"}]
        needed = [{"999"}, helpline]
        if self.urgency is Urgency.URGENT:
            needed.append({"101", "ceop"})
            if child and self.topic in ("sextortion", "images_shared"):
                needed.append({"report_remove"})
        if self.topic == "adult_own_thoughts":
            needed.append({"stop_it_now"})
        if self.topic in ("suicidal_self_harm", "mental_health"):
            needed.append({"samaritans"})
        return needed


def _tiers(words: str) -> tuple[Urgency, ...]:
    return tuple(Urgency.of(w) for w in words.replace("out_of_scope", "chat").split("|") if w)


def read(*paths: Path) -> list[Held]:
    """All held-out messages, or those of the files given. Raises ValueError naming file and line when a label or note is not one of ours.

    Columns: text, audience, urgency (or tier), topic, voice, note; `note` is empty, `plain`, or holds `hard:<kind>` and `accept:<tier>|…`.
    """
    return [held for path in paths or PATHS for held in _file(path)]


def _file(path: Path) -> list[Held]:
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            notes = [part.strip().partition(":")[::2] for part in (row.get("note") or "plain").split(";")]
            try:
                for kind, value in notes:
                    if (kind, value) != ("plain", "") and kind != "accept" and not (kind == "hard" and value in KINDS):
                        raise ValueError(f"no such note: {kind}:{value}")
                (tier,) = _tiers(row.get("urgency") or row["tier"])
                accept = tuple(t for kind, value in notes if kind == "accept" for t in _tiers(value))
                if row["audience"] not in AUDIENCES:
                    raise ValueError(f"no such audience: {row['audience']!r}")
            except (KeyError, ValueError) as error:
                raise ValueError(f"{path}:{number}: {error}") from None
            hard = tuple(value for kind, value in notes if kind == "hard")
            rows.append(Held(row["text"], row["audience"], tier, row["topic"], row.get("voice") or "", accept, hard, path.stem))
    return rows
