"""The ways of learning urgency that `make approaches` compares: what is theirs alone."""

import numpy as np

from addons import lean

lean.install()

from actions.urgency import Urgency  # noqa: E402
from addons.attention_head import Task  # noqa: E402
from addons.examples import Example  # noqa: E402
from tools.approaches import compare, counted, cumulative, from_cumulative, vote  # noqa: E402


def test_questions_about_tiers_become_shares_of_tiers():
    shares = from_cumulative([np.array([1.0, 0.9]), np.array([1.0, 0.5]), np.array([0.8, 0.6]), np.array([0.3, 0.0])])
    assert np.allclose(shares, [[0, 0, 0.2, 0.5, 0.3], [0.1, 0.4, 0, 0.5, 0]], atol=1e-4)  # a crossing, 0.5 then 0.6, takes the smaller
    assert [list(answers) for answers in cumulative(np.array([0, 2, 4]))] == [[0, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 1]]


def test_the_nearest_vote_and_nobody_for_themselves():
    known = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]])
    tiers = np.array([4, 2, 0, 1])
    assert vote(known, tiers, np.array([[2.0, 0.1]]), nearest=1).argmax() == 4
    assert list(vote(known, tiers, known, others=True, nearest=1).argmax(1)) == [2, 4, 1, 0]


def test_messages_count_as_told():
    truth = np.array([0, 4, 4, 2])
    assert list(counted(truth, np.array([1.0, 5.0, 1.0, 1.0])).message_weights()) == [0.5, 2.5, 0.5, 0.5]
    assert not np.allclose(Task(["a", "b"], np.array([0, 1, 1, 1]), 1.0, 0.5).message_weights(), 1)


def test_every_approach_learns_an_easy_difference():
    rng = np.random.default_rng(5)
    tiers = [u.word for u in Urgency]
    examples = [Example(str(i), "a" if i % 4 < 2 else "b", tiers[i // 2 % 5], "unknown") for i in range(400)]
    tokens = [(np.eye(8)[tiers.index(e.urgency)] + 0.1 * rng.standard_normal((4, 8))).astype(np.float16) for e in examples]
    truth = np.array([tiers.index(e.urgency) for e in examples])[1::2]
    found = compare(tokens, examples, 7, lambda _name: None)
    assert len(found) == 7
    for name, shares in found.items():
        assert shares.shape == (200, 5) and np.allclose(shares.sum(1), 1, atol=1e-3), name
        assert np.mean(shares.argmax(1) == truth) > 0.95, name
