"""Second messages: a few words typed after a worry, by two writers who knew neither rules nor model (second_messages.csv).

`emergency` says whether the conversation is one after them. Nothing is chosen on them now: the limits of actions/meaning.py come from data/second.
"""

import csv
from pathlib import Path

import pytest

from actions import in_context
from actions.actions import content, with_context
from actions.state import State
from actions.turns import after_message
from tools.model import model

UNSURE_WORRIES = {
    "mental_health",
    "grooming_signs",
    "secrecy",
    "gifts_money",
    "friend_at_risk",
    "parent_wants_signs",
}  # support; the others urgent


@pytest.fixture(scope="module")
def second_messages():
    with (Path(__file__).parent / "second_messages.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def becomes_an_emergency(row: dict) -> bool:
    urgency = "support" if row["worry"] in UNSURE_WORRIES else "urgent"
    before = State(urgency=urgency, audience=row["reader"], worry=row["worry"], topic=row["worry"], despair=row["worry"] == "mental_health")
    return after_message(before, with_context(before, model().read(row["message"])), content()).urgency == "emergency"


def test_second_messages_that_are_an_emergency_are_heard_and_most_others_raise_nothing(second_messages):
    said = [(row["emergency"] == "yes", becomes_an_emergency(row)) for row in second_messages]
    found = [heard for true, heard in said if true]
    false = [heard for true, heard in said if not true]
    assert sum(found) / len(found) >= 0.97
    assert sum(false) / len(false) <= 0.16


def test_no_sentence_that_stands_for_a_worry_is_an_emergency_by_itself():
    model()
    entry = in_context._sentences()
    for worry in entry["worries"]:
        for reader in entry["readers"]:
            said = in_context.sentence(worry, reader)
            assert in_context.reads(said)["urgency"]["emergency"] < 0.1, said
