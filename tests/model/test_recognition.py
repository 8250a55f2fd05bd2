"""Floors under the figures of docs/evidence.md: measured values less a margin. CI fails when recognition slips."""

import random

import pytest

from actions.urgency import Urgency
from addons.typos import noisy
from tools import heldout
from tools.evaluate import ask, mistyped
from tools.measures import Figures


def part(pair) -> float:
    hits, n = pair
    return hits / n


@pytest.fixture(scope="module")
def held():
    return heldout.read()


@pytest.fixture(scope="module")
def figures(server, held):
    return Figures(held, ask(server, [h.text for h in held]))


def test_the_sets_before_the_tenth_keep_their_floors(figures):
    """The tenth, an ordinary mix, and the eleventh, what testers found, are harder than the others: with them the floors below are lower."""
    pairs = [(held, said) for held, said in figures.pairs if held.source not in ("heldout_10", "heldout_11")]
    earlier = Figures(*map(list, zip(*pairs, strict=True)))
    assert part(earlier.recall(Urgency.EMERGENCY)) >= 0.985
    assert part(earlier.headline_999(Urgency.SUPPORT)) <= 0.055
    assert part(earlier.under_triage()) <= 0.015
    assert part(earlier.tier_accuracy()) >= 0.945


def test_emergencies_are_recognised(figures):
    assert part(figures.recall(Urgency.EMERGENCY)) >= 0.982


def test_false_alarms_are_rare(figures):
    assert part(figures.headline_999(Urgency.INFO, Urgency.CHAT)) <= 0.015
    assert part(figures.headline_999(Urgency.SUPPORT)) <= 0.06
    assert part(figures.headline_999(Urgency.URGENT)) <= 0.09


def test_urgent_messages_are_shown_the_police_and_ceop(figures):
    assert part(figures.urgent_shown()) >= 0.99


def test_few_are_answered_too_low(figures):
    assert part(figures.under_triage()) <= 0.018


def test_required_contacts_are_on_screen(figures):
    assert part(figures.contacts()) >= 0.988


def test_tiers_and_topics_are_mostly_right(figures):
    assert part(figures.tier_accuracy()) >= 0.935
    assert part(figures.topic_accuracy()) >= 0.85


def test_heavy_typing_mistakes_cost_little(server, held, figures):
    typed = Figures(held, ask(server, mistyped(held)))
    assert part(figures.tier_accuracy()) - part(typed.tier_accuracy()) <= 0.05


def test_the_same_message_gets_the_same_answer(server):
    texts = [noisy("a man keeps asking me to send him pictures", random.Random(i)) for i in range(10)]
    assert ask(server, texts) == ask(server, texts)
