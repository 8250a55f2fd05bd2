"""A long text is read in passages too: no word is left out, and a short text is not cut."""

import pytest

from addons import lean

lean.install()

from addons.recogniser import LONG, PASSAGE, passages  # noqa: E402

STORY = "We had chips. Then it rained and we all got wet on the way to the bus stop. My nan says hello! " * 4


def test_a_short_text_is_not_cut():
    assert passages("") == passages("he is outside. help me now please") == []
    assert passages(" ".join(["word"] * (LONG - 1))) == []


@pytest.mark.parametrize(
    "text", [STORY, "no full stop anywhere and it goes on " * 12, "one\ntwo\n" * 60, "a. " * 900, "x" * 1500 + " y" * 40]
)
def test_every_word_is_in_a_passage_and_no_passage_is_long(text):
    parts = passages(text)
    assert len(parts) > 1 and max(len(part.split()) for part in parts) <= PASSAGE[1]
    assert {word for part in parts for word in part.split()} == set(text.split())


def test_sentences_stay_whole_where_they_can():
    assert passages(STORY)[0] == "We had chips. Then it rained and we all got wet on the way to the bus stop."
