"""The trained parts together: where training goes on from, what stops it, and that two encoders read as one."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest

from addons import lean

lean.install()

from addons import judge as judge_module  # noqa: E402
from addons import recogniser  # noqa: E402
from addons.encoder import Encoder, WrongWeights, head_of, load_weights, write_adapter  # noqa: E402
from addons.examples import first_messages, truths_of  # noqa: E402
from addons.judge import TIERS, Judge, multiplied  # noqa: E402

ADAPTERS = sorted((Path(__file__).parent.parent / "data/encoder").glob("adapter_*.npz"))
ADAPTER = ADAPTERS[0]
FEW = {"rounds": 1, "fresh_rounds": 1, "mix": 1.0, "copies": 0.0, "seed": 7}
TEXTS = ["hes outside my house and my mums at work", "hi", "is it illegal"]


def test_training_goes_on_from_the_tuned_head_and_only_where_it_knows_the_same_labels(monkeypatch, capsys):
    """The head we ship, shown a handful of messages, still knows what it knew; with other labels it is left aside."""
    encoder = Encoder.from_numpy(ADAPTER)
    labels = head_of(ADAPTER)[1]
    texts = [f"message number {i}" for i in range(len(labels["topic"]))]
    truths = {task: [names[i % len(names)] for i in range(len(texts))] for task, names in labels.items()}
    monkeypatch.setattr("addons.attention_head.FEWEST_STEPS", 1)
    urgency = Judge.train([encoder], texts, truths, adapters=[ADAPTER], **FEW).scores(TEXTS)["urgency"]
    assert [TIERS[i] for i in urgency.argmax(1)] == ["emergency", "chat", "info"]
    truths["topic"] = [("hello", "goodbye")[i % 2] for i in range(len(texts))]
    judge = Judge.train([encoder], texts, truths, adapters=[ADAPTER], **FEW)
    assert judge.labels["topic"] == ["goodbye", "hello"] and judge.scores(TEXTS)["topic"].shape == (3, 2)
    assert "heads start fresh" in capsys.readouterr().err


def test_two_encoders_read_together(monkeypatch):
    """They differ, and what they say together is what each says alone, multiplied."""
    monkeypatch.setattr("addons.attention_head.FEWEST_STEPS", 1)
    encoders = [Encoder.from_numpy(), Encoder.from_numpy(ADAPTER)]
    texts, truths = [f"message number {i}" for i in range(8)], {"urgency": ["chat", "info"] * 4, "topic": ["a", "b"] * 4}
    judge = Judge.train(encoders, texts, truths, **FEW)
    alone = [Judge([reader], judge.ngrams, judge.spelling, judge.labels, judge.mix).scores(TEXTS)["topic"] for reader in judge.readers]
    assert np.abs(alone[0] - alone[1]).max() > 0.001
    assert np.allclose(judge.scores(TEXTS)["topic"], multiplied((alone[0], 0.5), (alone[1], 0.5)), atol=1e-4)


def test_training_that_is_stopped_while_it_reads_learns_no_letters_and_words_either(monkeypatch):
    """They go on side by side: Ctrl-C must not wait for the other one's minutes."""
    learned = []
    monkeypatch.setattr("addons.ngrams.LogisticRegression", lambda **_: learned.append("begun"))

    class Stopped(Encoder):
        def tokens(self, texts, progress=None):
            raise KeyboardInterrupt

    texts, truths = [f"message number {i}" for i in range(20000)], {"topic": ["a", "b"] * 10000}
    with pytest.raises(KeyboardInterrupt):
        Judge.train([Stopped(None, "none")], texts, truths, **FEW)
    assert learned == []


def test_a_head_of_another_shape_is_refused_by_name(tmp_path):
    head, labels = head_of(ADAPTER)
    weights = load_weights(adapter=ADAPTER)
    write_adapter(tmp_path / "a.npz", weights, {f"head.{name}": array[:3] for name, array in head.items()}, labels)
    texts = [f"message number {i}" for i in range(len(labels["topic"]))]
    truths = {task: [names[i % len(names)] for i in range(len(texts))] for task, names in labels.items()}
    with pytest.raises(WrongWeights, match=r"a\.npz: its head does not fit"):
        Judge.train([Encoder.from_numpy()], texts, truths, adapters=[tmp_path / "a.npz"], **FEW)


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda path: path.stem)
def test_the_heads_we_ship_tell_the_labels_of_the_training_data_apart(adapter):
    labels = {task: sorted(set(truth)) for task, truth in truths_of(first_messages()).items()}
    assert head_of(adapter)[1] == {**labels, "urgency": TIERS}


def test_a_changed_helper_makes_rasa_train_again():
    """Rasa's cache sees a component's class and config only; `made_of` stands for the rest."""
    sources = inspect.getsource(judge_module) + inspect.getsource(recogniser)
    helpers = set(re.findall(r"^from addons\.(\w+) import", sources, re.M))
    assert (helpers | {"recogniser"}) - {"progress"} == set(recogniser.TRAINS_WITH)
    assert recogniser.Recogniser.get_default_config()["made_of"] == recogniser._made_of() != ""
