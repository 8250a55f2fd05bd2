import pytest

from actions.urgency import Urgency, after_turn, highest

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
