import random

from addons.typos import noisy

TEXT = "He says he is outside my house and he wants me to come out with him tonight, please tell me what to do."


def test_the_same_seed_makes_the_same_slips():
    assert noisy(TEXT, random.Random(3)) == noisy(TEXT, random.Random(3))


def test_about_the_asked_share_of_words_is_touched():
    changed = [sum(w not in TEXT for w in noisy(TEXT, random.Random(i), rate=0.35).split()) for i in range(50)]
    assert 2 < sum(changed) / len(changed) < 16


def test_no_text_is_ever_lost():
    for i in range(200):
        assert noisy("ok", random.Random(i), rate=1.0) and noisy("😭", random.Random(i), rate=1.0)
