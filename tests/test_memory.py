"""What is remembered of the training messages: their labels, by the hash of their words, where all who wrote them agree."""

import numpy as np
import pytest

from addons import lean

lean.install()

from addons.memory import LONGEST, Memory, Remembered, key_of  # noqa: E402

SUPPORT, URGENT = Remembered("support", "abuse_at_home"), Remembered("urgent", "abuse_at_home")
TOPICS = ["abuse_at_home", "greeting"]


@pytest.mark.parametrize(
    "typed",
    ["my dad is drunk", "My dad is drunk.", "dads drunk", "Dad\u2019s drunk!!", "hi my dad is drunk", "  MY DAD IS DRUNK  "],
)
def test_the_same_words_are_the_same_message(typed):
    assert key_of(typed) == key_of("My dad is drunk")


@pytest.mark.parametrize(
    "typed",
    [
        "my dad was drunk",
        "my dad is drunk now",
        "is my dad drunk",
        "my mum is drunk",
        "my dad isnt drunk",
        "drunk is my dad",
        "my dad is a drunk",
    ],
)
def test_other_words_are_another_message(typed):
    assert key_of(typed) != key_of("my dad is drunk")


@pytest.mark.parametrize(
    "one, other",
    [
        ("im on edge", "im on the edge"),
        ("im not well", "im not"),
        ("he is in my bed", "hes in bed"),
        ("he said hello", "he said"),
        ("999 please", "999"),
        ("a man is here", "the man is here"),
    ],
)
def test_small_words_that_carry_the_sense_are_no_small_words(one, other):
    assert key_of(one) != key_of(other)


def test_what_has_no_words_or_too_many_is_no_message_to_remember():
    assert [key_of(text) for text in ("", "...", "?!", "my", "word " * (LONGEST + 1))] == [None] * 5
    assert key_of("word " * LONGEST) is not None
    assert key_of("\U0001f62d") != key_of("\U0001f600")  # a picture is a word


def test_labels_are_remembered_where_all_agree(tmp_path):
    said = [
        ("My dad is drunk.", SUPPORT),
        ("my dads drunk", SUPPORT),
        ("he hits me", URGENT),
        ("He hits me!", SUPPORT),
        ("hello there", Remembered("chat", "greeting")),
    ]
    Memory.learn(said, TOPICS).save(tmp_path)
    memory = Memory.load(tmp_path, TOPICS)
    assert memory.of("dad is drunk") == SUPPORT
    assert memory.of("he hits me") is None  # two who differ
    assert memory.of("hello, there") == Remembered("chat", "greeting")
    assert memory.of("never written") is None and memory.of("zz zz") is None
    assert Memory.learn([], TOPICS).of("hello") is None


def test_it_keeps_numbers_only(tmp_path):
    Memory.learn([("my dad is drunk", SUPPORT)], TOPICS).save(tmp_path)
    with np.load(tmp_path / "memory.npz", allow_pickle=False) as arrays:
        assert {name: array.dtype.kind for name, array in arrays.items()} == {"keys": "u", "labels": "u"}
    assert b"drunk" not in (tmp_path / "memory.npz").read_bytes()
