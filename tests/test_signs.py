"""Warning signs: each found in its own examples, silent in its look-alikes, and said in words that content/ has."""

import pytest

from actions.signals import ROOT as DANGER
from actions.signals import Detector, probing_detector, sign_detector, situation_detector
from addons.examples import first_messages

ROOT = DANGER.parent / "signs"
SIGNS = sign_detector()


def named(text: str, detector: Detector = SIGNS) -> set[str]:
    return set(detector.spoke(text))


POSITIVE = [(sign.name, text) for sign in SIGNS.families.values() for text in sign.positive]
NEGATIVE = [(sign.name, text) for sign in SIGNS.families.values() for text in sign.negative]


@pytest.mark.parametrize("sign, text", POSITIVE)
def test_a_sign_is_found(sign, text):
    assert sign in named(text)


@pytest.mark.parametrize("sign, text", NEGATIVE)
def test_a_sign_is_not_found_where_it_is_not(sign, text):
    assert sign not in named(text)


def test_every_sign_has_examples_both_ways_and_words(content):
    words = {sign["id"] for sign in content.follow_ups.words["is_this_ok"]["signs"]}
    assert set(SIGNS.families) == words
    assert min(len(sign.positive) for sign in SIGNS.families.values()) >= 8
    assert min(len(sign.negative) for sign in SIGNS.families.values()) >= 8


@pytest.mark.parametrize("sign", sorted(SIGNS.families))
def test_without_its_file_a_sign_is_missed(sign):
    without = Detector(ROOT, without=(sign,))
    assert any(sign not in named(text, without) for text in SIGNS.families[sign].positive)


CHATS = [  # what somebody pastes or tells                                                        the signs in it
    ("hi beautiful\nur so mature for ur age\nadd me on snap its more private", {"flattery_trust", "move_app"}),
    ("u home alone?\ndoes ur mum check ur phone\nturn ur cam on", {"risk_questions", "live_webcam"}),
    ("delete this after u read it\nur mum doesnt understand u\nim the only one u can trust", {"delete_chats", "isolation", "secrecy"}),
    ("what u wearing rn\ni dare u to lift ur top\nsend me a pic x", {"sexual_talk", "asks_pictures"}),
    (
        "this guy on fortnite gave me loads of skins and now he says i owe him a pic",
        {"gifts_money", "asks_pictures"},
    ),
    (
        "he says hes 14 but he sounds like a grown man and he wont video call because his camera is broken",
        {"lies_age", "wont_video"},
    ),
    (
        "my daughter has been talking to a man online. he bought her a necklace, told her not to tell anyone and now he wants"
        " to meet her on saturday",
        {"gifts_money", "secrecy", "wants_to_meet"},
    ),
    ("he kicks off if i dont reply straight away and says my friends are jealous of us", {"intensity", "isolation"}),
    (
        "she said if i loved her id send nudes, then she said shell tell everyone if i stop talking to her",
        {"test_of_love", "asks_pictures", "threats"},
    ),
    (
        "the new coach is so nice to my mum and dad. he offered to babysit for free and told my son to delete their messages",
        {"nice_to_family", "delete_chats"},
    ),
    (
        "they told me to carry a bag for them to the station. if i tell anyone they said theyll hurt my mum",
        {"bring_friend_or_carry", "secrecy", "threats"},
    ),
    ("my best friend from school wants to meet up on saturday and my nan gave me a tenner for lunch", set()),
    ("how do i explain grooming to my class? i need tips on talking about secrets and sending pictures", set()),
    ("hes in my class. he asked if i want to come to the cinema with everyone on friday. mum said yes", set()),
    ("in the film a man tells a girl to keep it secret and asks her for pictures", set()),
    ("mum says no phones at dinner and dad checks my messages. its so unfair", set()),
    ("he said im mature for my age and dont tell ur mum", {"flattery_trust", "secrecy"}),
    ("he told me to delete our chats", {"delete_chats"}),
    ("u home alone? does ur mum check ur phone", {"risk_questions"}),
    ("add me on snap", {"move_app"}),
    ("if you loved me youd send me a pic", {"test_of_love", "asks_pictures"}),
    ("ill send it to everyone at ur school if u dont pay", {"threats"}),
    ("we had chips at my nans and watched the football", set()),
    ("my mum told me to be home by nine", set()),
    ("is it illegal to ask a kid for pictures", set()),
    ("he never asked me to keep it secret", set()),
]


@pytest.mark.parametrize("text, signs", CHATS)
def test_the_signs_of_a_message_are_named_and_no_others(text, signs):
    assert named(text) == signs


def test_harmless_talk_is_seldom_given_a_sign():
    quiet = [e.text for e in first_messages() if e.urgency in ("info", "chat")]
    # Many of these were written to sound like danger: "he brought a suitcase, were off to tenerife".
    assert sum(bool(named(text)) for text in quiet) / len(quiet) < 0.025


PROBING = [(f.name, text, True) for f in probing_detector().families.values() for text in f.positive] + [
    (f.name, text, False) for f in probing_detector().families.values() for text in f.negative
]


@pytest.mark.parametrize("kind, text, probes", PROBING)
def test_probing_is_told_from_a_parents_or_a_childs_question(kind, text, probes):
    assert (kind in named(text, probing_detector())) is probes


def test_hardly_anybody_is_refused_who_should_not_be():
    refused = [
        e.text for e in first_messages() if e.topic not in ("trolling_abuse", "adult_own_thoughts") and named(e.text, probing_detector())
    ]
    assert len(refused) < 12, refused


SITUATIONS = [(f.name, text, True) for f in situation_detector().families.values() for text in f.positive] + [
    (f.name, text, False) for f in situation_detector().families.values() for text in f.negative
]


@pytest.mark.parametrize("situation, text, told", SITUATIONS)
def test_what_a_message_plainly_says_is_heard_whatever_its_topic(situation, text, told):
    assert (situation in named(text, situation_detector())) is told
