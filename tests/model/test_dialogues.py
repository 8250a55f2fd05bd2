"""Whole conversations over the real server: the right tier and contacts at every turn, whatever people do."""

import json

import pytest
import yaml

from actions.urgency import Urgency
from tests.conftest import ROOT
from tools.server import new_sender

DIALOGUES = [
    dialogue | {"file": path.stem}
    for path in sorted((ROOT / "tests/model").glob("dialogues_*.yml"))
    for dialogue in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
]
KEYS = {"say", "tap", "tier", "at_least", "tiers", "shows", "lacks", "first", "audience", "topic", "gives", "says", "over", "secret"}


def promises(turn: dict, floor: Urgency, card: dict) -> list[str]:
    """What every turn of every conversation must keep, whatever the dialogue expects. Empty when all is kept."""
    ids = [c["id"] for c in card["contacts"]]
    tier = Urgency.of(card["urgency"])
    broken = []
    if "999" not in ids:
        broken.append("no 999")
    if card["audience"] in ("young_person", "unknown") and "childline" not in ids:
        broken.append("no Childline for a young person")
    if tier is Urgency.URGENT and not {"101", "ceop"} <= set(ids):
        broken.append("urgent without 101 and CEOP")
    if tier is Urgency.EMERGENCY and ids[0] != "999":
        broken.append("an emergency that does not start with 999")
    lowest = Urgency.URGENT if turn.get("over") and floor is Urgency.EMERGENCY else floor
    if tier < lowest:
        broken.append(f"urgency fell from {floor.word} to {tier.word}")
    if card["degraded"]:
        broken.append("degraded")
    return broken


def disappointments(turn: dict, card: dict, texts: list[str]) -> list[str]:
    """What the dialogue expected of this turn and did not get. gives: the follow-up; says: words in the first text."""
    ids = [c["id"] for c in card["contacts"]]
    tier, wrong = Urgency.of(card["urgency"]), []
    if "tier" in turn and card["urgency"] != turn["tier"]:
        wrong.append(f"tier {card['urgency']}, not {turn['tier']}")
    if "tiers" in turn and card["urgency"] not in turn["tiers"]:
        wrong.append(f"tier {card['urgency']}, not one of {turn['tiers']}")
    if "at_least" in turn and tier < Urgency.of(turn["at_least"]):
        wrong.append(f"tier {card['urgency']}, below {turn['at_least']}")
    if "first" in turn and ids[0] != turn["first"]:
        wrong.append(f"headline {ids[0]}, not {turn['first']}")
    if missing := set(turn.get("shows", [])) - set(ids):
        wrong.append(f"lacks {sorted(missing)}")
    if shown := set(turn.get("lacks", [])) & set(ids):
        wrong.append(f"shows {sorted(shown)}")
    for key, got in (("topic", card["topic"]), ("gives", card.get("follow_up"))):
        if key in turn and got != turn[key]:
            wrong.append(f"{key} {got}, not {turn[key]}")
    if turn.get("says", "") not in texts[0]:
        wrong.append(f"does not say {turn['says']!r}")
    if "audience" in turn and card["audience"] != turn["audience"]:
        wrong.append(f"reader {card['audience']}, not {turn['audience']}")
    return wrong


def play(server, dialogue: dict) -> tuple[list[str], list[str]]:
    """Broken promises and disappointed expectations, each with its turn."""
    sender, floor, choices, secrets = new_sender(), Urgency.CHAT, [], []
    broken, wrong = [], []
    for number, turn in enumerate(dialogue["turns"], 1):
        said = turn.get("say")
        if "tap" in turn:
            offered = [c for c in choices if turn["tap"].lower() in c["title"].lower()]
            if not offered:
                wrong.append(f"turn {number}: no button {turn['tap']!r} among {[c['title'] for c in choices]}")
                break
            said = offered[0]["payload"]
        texts, card = server.chat(said, sender)
        secrets += turn.get("secret", [])
        spoken = json.dumps([texts, card])
        broken += [f"turn {number}: {what}" for what in promises(turn, floor, card)]
        broken += [f"turn {number}: echoed {secret!r}" for secret in secrets if secret in spoken]
        wrong += [f"turn {number} ({said[:60]!r}): {what}" for what in disappointments(turn, card, texts)]
        floor, choices = Urgency.of(card["urgency"]), card["choices"]
    return broken, wrong


def test_every_dialogue_uses_the_keys_we_read():
    assert len(DIALOGUES) >= 80
    assert len({d["name"] for d in DIALOGUES}) == len(DIALOGUES)
    assert {key for d in DIALOGUES for turn in d["turns"] for key in turn} <= KEYS


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[d["name"] for d in DIALOGUES])
def test_promises_are_kept_at_every_turn(server, dialogue):
    assert play(server, dialogue)[0] == []


PUT_RIGHT = [d for d in DIALOGUES if d["file"] in ("dialogues_5", "dialogues_8", "dialogues_9", "dialogues_10")]


@pytest.mark.parametrize("dialogue", PUT_RIGHT, ids=[d["name"] for d in PUT_RIGHT])
def test_what_was_put_right_stays_right(server, dialogue):
    assert play(server, dialogue)[1] == []


# Dialogues where the model misjudged a turn when the floor was set; the share that goes well may not fall below it.
FLOOR = 0.82


def test_most_conversations_go_exactly_as_a_lead_would_want(server):
    results = {d["name"]: play(server, d)[1] for d in DIALOGUES if d not in PUT_RIGHT}  # rules were written for those
    turned_out_well = sum(not wrong for wrong in results.values())
    for name, wrong in results.items():
        if wrong:
            print(name, "|", "; ".join(wrong))
    assert turned_out_well / len(results) >= FLOOR, f"{turned_out_well} of {len(results)}"
