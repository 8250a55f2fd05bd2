import numpy as np
import pytest

from addons.attention_head import AttentionHead, Task, pad, plan


def some(rng, n=60, width=12):
    return [rng.normal(size=(rng.integers(1, 9), width)).astype(np.float32) for _ in range(n)]


def test_the_gradient_is_the_slope_of_the_loss():
    rng = np.random.default_rng(0)
    head = AttentionHead.fresh(12, [3, 4], rng)
    head.p = {k: v.astype(np.float64) for k, v in head.p.items()}
    x, here = pad(some(rng, 3))
    batch = (x.astype(np.float64), here, [np.array([0, 1, 2]), np.array([3, 0, 1])], [np.ones(3), np.array([0.5, 1.0, 2.0])])
    _, gradient = head.loss_and_gradient(*batch)
    for name, g in gradient.items():
        for _ in range(4):
            at = tuple(rng.integers(0, size) for size in g.shape)
            value, step = head.p[name][at], 1e-5
            head.p[name][at] = value + step
            up = head.loss_and_gradient(*batch)[0]
            head.p[name][at] = value - step
            down = head.loss_and_gradient(*batch)[0]
            head.p[name][at] = value
            assert g[at] == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-7), name


def test_it_learns_which_token_matters_and_repeats_itself_exactly():
    """The label is the sign of one feature of whichever token has the largest other feature: a mean cannot see it."""
    rng = np.random.default_rng(1)
    tokens = some(rng, 400)
    truth = np.array([int(t[t[:, 0].argmax(), 1] > 0) for t in tokens])

    def train():
        head = AttentionHead.fresh(12, [2], np.random.default_rng(2))
        return head.fit(tokens, [Task(["no", "yes"], truth, 1.0)], rounds=40, seed=3)

    one, two = train(), train()
    assert np.mean(one.predict(tokens)[0].argmax(1) == truth) > 0.85
    assert all(np.array_equal(one.p[k], two.p[k]) for k in one.p)


def test_padding_changes_no_answer():
    rng = np.random.default_rng(4)
    head = AttentionHead.fresh(12, [5], rng)
    short, long = rng.normal(size=(2, 12)).astype(np.float32), rng.normal(size=(30, 12)).astype(np.float32)
    alone, together = head.predict([short])[0][0], head.predict([short, long])[0][0]
    assert np.allclose(alone, together, atol=1e-6) and alone.sum() == pytest.approx(1, abs=1e-5)


def test_rare_classes_weigh_more_when_balanced():
    task = Task(["a", "b"], np.array([0, 0, 0, 1]), 1.0, balance=0.5)
    assert task.message_weights()[3] > task.message_weights()[0]


@pytest.mark.parametrize(
    "messages, size, rounds, steps", [(92_000, 256, 3, 1080), (15_000, 150, 8, 800), (300, 16, 43, 817)], ids=["many", "some", "few"]
)
def test_few_messages_are_gone_through_oftener_in_smaller_batches(messages, size, rounds, steps):
    assert plan(messages, 3) == (size, rounds, steps)


def test_a_trained_head_goes_on_for_as_many_rounds_as_asked():
    assert plan(92_000, 1, on=True) == (256, 1, 360)
    rng = np.random.default_rng(5)
    tokens = some(rng, 400)
    task = Task(["no", "yes"], np.array([int(t[:, 0].sum() > 0) for t in tokens]), 1.0)
    head = AttentionHead.fresh(12, [2], np.random.default_rng(6)).fit(tokens, [task], rounds=20, seed=1)
    before = {k: v.copy() for k, v in head.p.items()}
    right = np.mean(head.predict(tokens)[0].argmax(1) == task.truth)
    head.fit(tokens, [task], rounds=1, seed=2, on=True)
    assert any((before[k] != head.p[k]).any() for k in before)
    assert np.mean(head.predict(tokens)[0].argmax(1) == task.truth) >= right - 0.02
