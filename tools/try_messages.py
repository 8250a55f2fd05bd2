"""What would it say to this, and why? `make try`: messages from standard input or a file, one a line; a conversation is one line too, "a | b | [2]".

[2] taps the second button under the reply before.
The *why* (which layer, which family, score against threshold) stays on this machine: POST /chat never shows it.
"""

import argparse
import csv
import json
import re
import sys
from pathlib import Path

from actions.actions import answered, content, with_context
from actions.heard import BARE_FACTS
from actions.signals import detector
from actions.state import State
from actions.turns import REFUSAL, after_message
from actions.urgency import Urgency, above, limit_of
from tools.calibrate import settings
from tools.model import model

NEXT = " | "  # between the messages of one conversation
COLUMNS = ("turn", "urgency", "topic", "audience", "follow_up", "contacts", "why", "text")


def limit(tier: Urgency, scores: dict[str, float], text: str) -> float:
    """The share that a tier, with all above it, takes for this message."""
    from addons.recogniser import limits_for  # it needs Rasa, which the model has brought in by now

    return limit_of(tier, scores, limits_for(text, settings()))


def rules_used(parsed: dict, state: State, text: str) -> list[str]:
    """Rules that decide whatever the model says (actions/meaning.py)."""
    said = next((e["value"] for e in parsed.get("entities") or () if e["entity"] == "said"), None)
    found = {
        "asks how to get at a child, or round this bot": state.ask == REFUSAL,
        "no words to read": parsed.get("wordless") is not None,
        "another language": parsed.get("foreign"),
        "a training message with the same words has these labels": parsed["urgency"].get("remembered"),
        "a crime is named, none that is now: an emergency must be likelier": _held(parsed["urgency"], text)
        and not (parsed.get("over") or parsed["urgency"].get("remembered")),
        f"a bare {said}": said in BARE_FACTS,
    }
    return [reason for reason, holds in found.items() if holds]


def _held(urgency: dict, text: str) -> bool:
    """Whether the model alone would have called it an emergency (addons/danger_detector.py)."""
    scores = urgency.get("scores")
    alone = scores and above(Urgency.EMERGENCY, scores) >= limit(Urgency.EMERGENCY, scores, text)
    return bool(alone) and Urgency.of(urgency["tier"]) < Urgency.EMERGENCY


def _with_share(name: str, heard: dict) -> str:
    """A label, with the model's share of probability when it is the model's."""
    return f"{name} {heard['confidence']:.2f}" if heard["name"] == name else name


def explain(text: str, content, before: State | None = None) -> tuple[dict[str, str], State, list[dict]]:
    """One message's answer with its reasons, as a row; the conversation after it; the buttons under it. before: the conversation so far."""
    before = before or State()
    a_tap = {"urgency": {"tier": before.urgency}, "audience": {"name": ""}}  # has neither
    parsed = a_tap | with_context(before, model().read(text))
    scores = parsed["urgency"].get("scores", {})
    state = after_message(before, parsed, content)
    answer = answered(state, parsed, content)
    reasons = [] if not text.startswith("/") else ["a button"]
    reasons += [f"by rule: {reason}" for reason in rules_used(parsed, state, text)]
    for signal in detector().scan(text):
        silenced = f", silenced by {signal.cancelled_by}" if signal.cancelled_by else ""
        reasons.append(f"family {signal.family} ({signal.tier.word}{silenced})")
    for tier in sorted(Urgency, reverse=True)[:-1] if scores else ():
        share, needed = above(tier, scores), limit(tier, scores, text)
        if share >= needed or tier is Urgency.EMERGENCY:
            reasons.append(f"model {tier.word} or higher {share:.2f} against {needed:.2f}")
        if share >= needed:
            break
    row = {
        "urgency": state.urgency,
        "topic": _with_share(state.topic, parsed["intent"]),
        "audience": _with_share(state.audience, parsed["audience"]),
        "follow_up": answer.follow_up or "",
        "contacts": " ".join(c["id"] for c in answer.reply.card["contacts"]),
        "why": "; ".join([*reasons, *_from_before(before, parsed)]),
        "text": text,
    }
    return row, answer.after(state), answer.reply.card["choices"]


def _from_before(before: State, parsed: dict) -> list[str]:
    """What the conversation so far adds to the reasons: its urgency, and how a few words read after what was told."""
    reasons = [f"the conversation was {before.urgency}, about {before.worry}"] if before.worry else []
    if read := parsed.get("in_context"):
        topic = max(read["topic"], key=read["topic"].get)
        reasons.append(f"after what was told: {topic} {read['topic'][topic]:.2f}, emergency {read['urgency'][Urgency.EMERGENCY.word]:.2f}")
    return reasons


def explain_all(line: str, content) -> list[dict[str, str]]:
    """A line's messages, each with its answer and reasons. Raises ValueError at a tap on a button that is not there."""
    rows, state, buttons = [], State(), []
    for turn, text in enumerate(line.split(NEXT), 1):
        text, tap = text.strip(), re.fullmatch(r"\[(\d)\]", text.strip())
        if tap and not 0 < int(tap[1]) <= len(buttons):
            raise ValueError(f"{line}: {text} is no button; there are {len(buttons)} under the reply before it")
        typed = buttons[int(tap[1]) - 1]["payload"] if tap else text
        row, state, buttons = explain(typed, content, state)
        rows.append({"turn": str(turn), **row, "text": text})
    return rows


def main() -> None:
    """Read messages, print a table, CSV or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, help="messages, one a line; default standard input")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
    arguments = parser.parse_args()
    lines = (arguments.file.open(encoding="utf-8") if arguments.file else sys.stdin).read().splitlines()
    try:
        rows = [row for line in lines if line.strip() for row in explain_all(line, content())]
    except ValueError as error:
        parser.error(str(error))
    if arguments.format == "json":
        json.dump(rows, sys.stdout, ensure_ascii=False, indent=1)
        print()
    elif arguments.format == "csv":
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    else:
        for row in rows:
            asked = f"  wants {row['follow_up']}" if row["follow_up"] else ""
            goes_on = "… " if row["turn"] != "1" else ""
            print(f"\n{goes_on}{row['text']}\n  {row['urgency'].upper():10} {row['topic']:32} {row['audience']}{asked}")
            print(f"  contacts   {row['contacts']}\n  why        {row['why']}")


if __name__ == "__main__":
    main()
