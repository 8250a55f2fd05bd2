"""A second reading of a few words, after a sentence that says what was told before.

Alone, "she's with her nan tonight" is a child in danger to the model, until it hears that the worry is her dad at home. Nothing typed
before is kept, so the sentence is one of ours (data/context.yml), chosen by the labels of the conversation; the model has learned from
second messages after such sentences (data/second/).
The trained model is not imported here: it puts its reader in `reads` when it is loaded (addons/recogniser.py). Where none did, there is no second reading.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from actions.contacts import load_yaml
from actions.urgency import Urgency

PATH = Path(__file__).resolve().parent.parent / "data" / "context.yml"
SHORT = 12  # words: longer messages say themselves what they are about
# The model's reader: a text in, {"urgency": {tier: share}, "topic": {topic: share}} out.
reads: Callable[[str], dict[str, dict[str, float]]] | None = None


@functools.cache
def _sentences() -> dict[str, Any]:
    return load_yaml(PATH)


def sentence(worry: str | None, audience: str) -> str | None:
    """What was told before, as this reader would say it; None where there is no sentence for the worry, or nobody knows who reads."""
    entry = _sentences()
    words, who = entry["worries"].get(worry or ""), entry["readers"].get(audience)
    return words.format_map(who) if words and who else None


def second_reading(text: str, worry: str | None, audience: str, urgency: str) -> dict[str, dict[str, float]] | None:
    """What the model makes of a few words after what was told before; None where it is not asked: a long message, no known worry, an emergency already.

    text: the message as typed; it goes to the model and nowhere else.
    """
    if reads is None or text.startswith("/") or len(text.split()) > SHORT or not Urgency.SUPPORT <= Urgency.of(urgency) < Urgency.EMERGENCY:
        return None
    before = sentence(worry, audience)
    return reads(f"{before} {text}") if before else None
