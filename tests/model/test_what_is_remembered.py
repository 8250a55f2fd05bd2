"""Short training messages, typed again to the trained model: their labels stand, but where danger is plain."""

import random

import pytest

from addons import lean

lean.install()

from addons.examples import first_messages  # noqa: E402
from addons.memory import LONGEST, key_of  # noqa: E402
from tools.model import model  # noqa: E402

SAMPLE = 60  # of each tier


@pytest.fixture(scope="module")
def short():
    """Short training messages by tier, a few at random, of which no other has the same words and another label."""
    labels = {}
    for example in first_messages():
        if len(example.text.split()) <= LONGEST and (key := key_of(example.text)) is not None:
            labels.setdefault(key, []).append(example)
    alone = [examples[0] for examples in labels.values() if len({(e.urgency, e.topic) for e in examples}) == 1]
    chosen = random.Random(7)
    return [
        e
        for tier in ("emergency", "urgent", "support", "info", "chat")
        for e in chosen.sample([e for e in alone if e.urgency == tier], SAMPLE)
    ]


def test_what_was_written_is_taken_at_its_word(short):
    """Tier and topic, unless danger is plain to the model, or to it and a family."""
    for example in short:
        read = model().read(example.text)
        urgency = read["urgency"]
        if read["alarm"] or urgency["scores"]["emergency"] >= 0.9:
            continue
        assert urgency["remembered"], example
        assert (urgency["tier"], read["intent"]["name"]) == (example.urgency, example.topic) or urgency["by"] == "family", example


def test_no_emergency_that_was_written_is_less_than_one(short):
    for example in (e for e in short if e.urgency == "emergency"):
        assert model().read(example.text)["urgency"]["tier"] == "emergency", example


def test_few_of_the_others_are_headed_by_999(short):
    others = [e for e in short if e.urgency != "emergency"]
    assert sum(model().read(e.text)["urgency"]["tier"] == "emergency" for e in others) <= len(others) * 0.02


def test_another_spelling_of_it_is_the_same():
    for typed in ("My dad is drunk.", "my dads drunk", "Hi, my dad is drunk", "my dad is drubk"):
        assert model().read(typed)["urgency"]["tier"] == "support", typed
