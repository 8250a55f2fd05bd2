import pytest

from actions.urgency import WORDS, Urgency, after_turn, highest, tier_of

CHAT, INFO, SUPPORT, URGENT, EMERGENCY = Urgency

TURNS = [  # floor       this message  "he's gone"  then
    (CHAT, SUPPORT, False, SUPPORT),
    (SUPPORT, CHAT, False, SUPPORT),  # "thanks" doesn't lower
    (EMERGENCY, INFO, False, EMERGENCY),
    (EMERGENCY, CHAT, True, URGENT),  # over, but a crime may still need reporting
    (EMERGENCY, SUPPORT, True, URGENT),
    (EMERGENCY, EMERGENCY, True, EMERGENCY),  # "he's gone but now he's back outside"
    (URGENT, CHAT, True, URGENT),
    (SUPPORT, CHAT, True, SUPPORT),
]


@pytest.mark.parametrize("floor, now, over, then", TURNS)
def test_urgency_never_falls_unless_the_danger_is_over(floor, now, over, then):
    assert after_turn(floor, now, danger_over=over) is then


def test_the_highest_opinion_wins_and_no_opinion_counts_for_nothing():
    assert highest(None, SUPPORT, EMERGENCY, None) is EMERGENCY
    assert highest(None, None) is CHAT


def test_a_word_that_is_no_tier_is_named_in_the_error():
    with pytest.raises(ValueError, match="criticul"):
        Urgency.of("criticul")


LIMITS = {"emergency": {"urgent": 0.2, "support": 0.5, "info": 1.0, "chat": 1.0}, "urgent": 0.4, "support": 0.4, "info": 0.5}
SCORES = [  # emergency urgent support info chat       the tier
    ((0.20, 0.80, 0.00, 0.00, 0.00), Urgency.EMERGENCY),  # a false alarm on an urgent message is cheap …
    ((0.20, 0.00, 0.00, 0.00, 0.80), Urgency.CHAT),  # … and dear on small talk
    ((0.20, 0.00, 0.80, 0.00, 0.00), Urgency.SUPPORT),
    ((0.10, 0.30, 0.60, 0.00, 0.00), Urgency.URGENT),  # a tier counts with all above it
    ((0.00, 0.00, 0.30, 0.30, 0.40), Urgency.INFO),
    ((0.00, 0.00, 0.00, 0.00, 1.00), Urgency.CHAT),
]


@pytest.mark.parametrize("scores, tier", SCORES)
def test_a_tier_is_given_by_its_limit(scores, tier):
    assert tier_of(dict(zip(WORDS, scores, strict=True)), LIMITS) is tier
