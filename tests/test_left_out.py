"""What training reads, and how two readings become one."""

import numpy as np

from addons import lean, left_out

lean.install()

from addons.judge import multiplied  # noqa: E402

TEXTS = [f"message number {i}" for i in range(2000)]


def test_a_fifth_is_left_out_the_same_one_however_the_data_grows():
    kept_back = {t for t in TEXTS if left_out.left_out(t)}
    assert 0.15 < len(kept_back) / len(TEXTS) < 0.25
    assert {t for t in TEXTS[:500] if left_out.left_out(t)} == kept_back & set(TEXTS[:500])


def test_heads_read_all_that_the_tuner_has_not_seen_and_a_share_of_the_rest():
    unseen = {i for i, t in enumerate(TEXTS) if left_out.left_out(t)}
    none, some, everything = (set(left_out.to_read(TEXTS, again).tolist()) for again in (0.0, 0.3, 1.0))
    assert none == unseen and len(everything) == len(TEXTS)
    assert none < some < everything and 0.2 < len(some - unseen) / len(everything - unseen) < 0.4


def test_two_heads_share_what_the_tuner_has_not_seen():
    one, other = (set(left_out.to_read(TEXTS, 0.0, part, 2).tolist()) for part in (0, 1))
    assert one | other == {i for i, t in enumerate(TEXTS) if left_out.left_out(t)} and not one & other
    assert 0.4 < len(one) / len(one | other) < 0.6


def test_a_head_reads_no_more_than_it_is_given_time_for():
    whole, few = (left_out.to_read(TEXTS, 0.3, 0, 2, most).tolist() for most in (None, 50))
    unseen = {i for i, t in enumerate(TEXTS) if left_out.left_out(t)}
    assert set(few) < set(whole) and few == sorted(few)
    assert len(set(few) & unseen) == 50 and set(few) - unseen == set(whole) - unseen


def test_two_readings_become_one_of_probabilities():
    calm, sure = np.array([[0.5, 0.3, 0.2]]), np.array([[0.01, 0.98, 0.01]])
    assert np.allclose(multiplied((calm, 0.6), (calm, 0.4)), calm)
    both = multiplied((calm, 0.6), (sure, 0.4))
    assert np.isclose(both.sum(), 1) and both.argmax() == 1 and calm[0, 1] < both[0, 1] < sure[0, 1]


def test_what_one_reading_rules_out_the_other_can_bring_back():
    none, most = np.array([[0.0, 1.0]]), np.array([[0.9999, 0.0001]])
    assert multiplied((none, 0.1), (most, 0.9)).argmax() == 0 and (multiplied((none, 0.6), (none, 0.6)) > 0).all()
