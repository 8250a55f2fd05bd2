"""Mistyped words are read as the nearest word in use; everything else is left as it was typed."""

import random

import pytest

from addons.spelling import COMMON, Spelling
from addons.typos import noisy
from tools.baselines import training_rows

USED = ["outside", "message", "house", "wants", "grooming", "he", "school", "can't", "picture"]


@pytest.fixture(scope="module")
def spelling():
    return Spelling.learn([" ".join(USED)] * COMMON + ["slipp of ours"], lexicon=["windsor"])


@pytest.mark.parametrize(
    "typed, read",
    [
        ("hes outsied", "hes outside"),  # two swapped
        ("a mesage", "a message"),  # one missing
        ("my housee", "my house"),  # one extra
        ("grooning?", "grooming?"),  # the key beside it
        ("Shcool", "school"),  # at the start
        ("heeelp he wantsssss it", "heeelp he wants it"),  # stretched; "help" is not in use here
        ("hewants", "he wants"),  # run together
        ("windsor", "windsor"),  # right, though nobody used it
        ("hse pic", "hse pic"),  # too short to be sure
        ("zzzzkqqx 🙈 0800 1111", "zzzzkqqx 🙈 0800 1111"),
        ("a" * 2000, "a" * 2000),
        ("", ""),
    ],
)
def test_a_slip_is_mended_and_all_else_stays(spelling, typed, read):
    assert spelling.mend(typed) == read


def test_a_word_seen_once_is_no_word_to_mend_into(spelling):
    assert spelling.mend("slippy") == "slippy"


def test_most_slips_of_a_phone_are_mended_and_hardly_a_word_that_was_right():
    """On messages that the words were not learnt from."""
    texts = [row[0] for row in training_rows()]
    random.Random(3).shuffle(texts)
    spelling, unseen, rng = Spelling.learn(texts[2000:]), texts[:2000], random.Random(4)
    assert sum(spelling.mend(text) != text for text in unseen) < 0.2 * len(unseen)
    slips = mended = 0
    for text in unseen:
        for right in text.split():
            typed = noisy(right, rng, rate=1.0)
            if (
                right.isalpha()
                and len(right) > 4
                and typed.lower() != right.lower()
                and right in spelling.counts
                and typed not in spelling.counts
            ):
                slips += 1
                mended += spelling.mend(typed) == right
    assert slips > 1000 and mended > 0.6 * slips, mended / slips
