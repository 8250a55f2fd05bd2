"""The sentence that stands for what was told before, and when a message is read after it."""

import pytest

from actions import in_context
from actions.actions import with_context
from actions.state import State

HOME = State(urgency="urgent", audience="parent", worry="abuse_at_home")


@pytest.fixture
def asked(monkeypatch):
    """What the model was given to read."""
    texts = []

    def reads(text):
        texts.append(text)
        return {"urgency": {"emergency": 0.1}, "topic": {"abuse_at_home": 1.0}}

    monkeypatch.setattr(in_context, "reads", reads)
    return texts


def test_a_few_words_are_read_after_what_was_told(asked):
    assert with_context(HOME, {"text": "shes with her nan tonight"})["in_context"]["urgency"] == {"emergency": 0.1}
    assert asked == ["At home my child's dad sometimes hits my child. shes with her nan tonight"]


@pytest.mark.parametrize(
    "before, text",
    [
        (State(), "hes outside"),  # nothing was told
        (State(urgency="info", audience="parent", worry="law_age"), "shes 12"),  # a question is no worry
        (State(urgency="urgent", audience="unknown", worry="abuse_at_home"), "hes outside"),  # whose dad?
        (State(urgency="emergency", audience="parent", worry="abuse_at_home"), "hes gone"),  # nothing lowers it here
        (HOME, " ".join(["word"] * 13)),
        (HOME, '/choose{"ask":"more"}'),
    ],
)
def test_it_is_read_once_where_nothing_is_gained(asked, before, text):
    assert "in_context" not in with_context(before, {"text": text}) and asked == []


def test_without_a_model_here_or_when_it_fails_the_message_is_as_it_was(monkeypatch):
    message = {"text": "hes outside"}
    monkeypatch.setattr(in_context, "reads", None)
    assert with_context(HOME, message) == message

    def fails(text):
        raise RuntimeError(text)

    monkeypatch.setattr(in_context, "reads", fails)
    assert with_context(HOME, message) == message


def test_every_worry_has_a_sentence_for_every_reader(content):
    entry = in_context._sentences()
    assert set(entry["worries"]) <= set(content.topics)
    for worry in entry["worries"]:
        for reader in entry["readers"]:
            said = in_context.sentence(worry, reader)
            assert said.endswith(".") and "{" not in said and len(said.split()) <= 14
