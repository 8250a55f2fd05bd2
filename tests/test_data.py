"""The training data and the held-out set: enough, varied, apart from each other."""

import re
from collections import Counter

import pytest

from addons.examples import first_messages
from tools import heldout
from tools.near_duplicates import near_duplicates


@pytest.fixture(scope="module")
def rows():
    return first_messages()


@pytest.fixture(scope="module")
def held():
    return heldout.read()


def test_there_is_enough_of_everything(rows):
    tiers = Counter(r.urgency for r in rows)
    assert len(rows) >= 210_000 and tiers["emergency"] >= 45_000
    assert min(tiers.values()) >= 15_000


def test_near_duplicates_are_under_three_percent(rows):
    twins = {i for i, _ in near_duplicates([r.text for r in rows])}
    assert len(twins) / len(rows) < 0.03, [rows[i].text for i in list(twins)[:10]]


def test_no_example_stands_twice(rows):
    plain = Counter(re.sub(r"\W+", " ", r.text.lower()).strip() or r.text for r in rows)
    assert [text for text, n in plain.items() if n > 1] == []


def test_no_opening_is_worn_out(rows):
    """No template: of messages of six words or more, no first four words begin more than one in a hundred."""
    long = [r.text.lower().split() for r in rows if len(r.text.split()) >= 6]
    commonest = Counter(" ".join(words[:4]) for words in long).most_common(1)[0]
    assert commonest[1] / len(long) < 0.01, commonest


def test_the_held_out_set_is_large_and_labelled(held, intents):
    assert len(held) >= 5_300
    assert {h.topic for h in held} <= intents
    assert min(Counter(h.urgency for h in held).values()) >= 100


@pytest.mark.parametrize(
    "row", ["hi,unknown,panic,greeting,teen,plain", "hi,nobody,chat,greeting,teen,plain", "hi,unknown,chat,greeting,teen,no_keyword"]
)
def test_a_held_out_row_with_an_unknown_label_or_note_is_refused_by_line(tmp_path, row):
    """Else it would be missing from the figures by kind, in silence."""
    path = tmp_path / "heldout.csv"
    path.write_text(f"text,audience,urgency,topic,voice,note\nhi,unknown,chat,greeting,teen,hard:joke\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"heldout\.csv:3: "):
        heldout.read(path)


def test_the_held_out_set_is_apart_from_training(rows, held):
    """Not the same, not a near copy."""
    training = [r.text for r in rows]
    assert near_duplicates([h.text for h in held], training, alike=0.7) == []

    def plain(text):
        return re.sub(r"\W+", " ", text.lower()).strip() or text

    assert {plain(t) for t in training} & {plain(h.text) for h in held} == set()


def test_a_near_copy_would_be_found():
    assert near_duplicates(["he is outside my house and i am scared"], ["he is outside my house and im scared"], alike=0.7) == [(0, 0)]
    assert near_duplicates(["one two three four five", "six seven eight nine ten"]) == []
