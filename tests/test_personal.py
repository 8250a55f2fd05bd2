"""Personal details are noticed by kind; ordinary frightened words are not taken for them; nothing typed is in the answer."""

import time

import pytest

from actions.actions import content as served
from actions.personal import kinds as kinds_but
from addons.examples import first_messages

PUBLIC = served().contacts.numbers()


def kinds(text: str) -> frozenset[str]:
    return kinds_but(text, PUBLIC)


THERE = [
    ("my number is 07700 900123", {"phone"}),
    ("ring me on 07700900123 please", {"phone"}),
    ("his number +44 7700 900 123", {"phone"}),
    ("0044 (0)7700-900-123", {"phone"}),
    ("call 01632 960 983", {"phone"}),
    ("+1 202-555-0143 is what he gave me", {"phone"}),
    ("hes at zebedee.q@example.co.uk", {"email"}),
    ("zebedee (at) example.com", {"email"}),
    ("i live in PE28 0AA", {"postcode"}),
    ("my postcode is sw1a1aa", {"postcode"}),
    ("i live at 77 canary row", {"address"}),
    ("hes coming to flat 3b, new kings road", {"address"}),
    ("add @zebedee_q", {"handle"}),
    ("my snap is zebq2012", {"handle"}),
    ("his insta: zeb.q", {"handle"}),
    ("zebedee#1234 on there", {"handle"}),
    ("my name is Zebedee Quillfeather", {"name"}),
    ("his name's Zebedee", {"name"}),
    ("he's called zebedee", {"name"}),
    ("i was born on 12/03/2012", {"birthday"}),
    ("dob 12.03.2012", {"birthday"}),
    ("he sent https://example.com/x", {"link"}),
    ("join discord.gg/abcdef", {"link"}),
    ("my name is Zebedee, 07700 900123, 77 canary row, PE28 0AA", {"name", "phone", "address", "postcode"}),
]


@pytest.mark.parametrize("text, expected", THERE)
def test_details_are_noticed_by_kind(text, expected):
    assert kinds(text) == expected


NOT_THERE = [
    "",
    "hes outside my house and my mums at work",
    "i called 999 and 101 and childline on 0800 1111",
    "text shout to 85258 or ring 116 123",
    "im 12 and hes 34, we met 3 days ago at 10.30",
    "he wants £500 by 2026 or 1,000,000 robux",
    "im called names at school",
    "my snap is private and my insta is hacked",
    "my name is not important",
    "im scared call me back please",
    "hes 6 foot and 20 years old, we walk down the road",
    "i had 2 drinks on the way",
    "what is my name is on the picture",
    "he sent me 20 pics at 11 at night in 2 hours",
    "the game has 100000000 players",
    "its 5 minutes away in the park",
    "he knows my address and my school",
    "m8 pls help me rn",
]


@pytest.mark.parametrize("text", NOT_THERE)
def test_ordinary_words_are_not_taken_for_details(text):
    assert kinds(text) == frozenset()


def test_the_answer_holds_kinds_only():
    assert kinds("my name is Zebedee 07700 900123 @zebq") <= {"phone", "email", "postcode", "address", "handle", "link", "name", "birthday"}


def test_every_number_of_the_directory_is_public(content):
    numbers = [way.number for contact in content.contacts for way in contact.ways if way.number]
    assert len(numbers) > 15
    assert {number: kinds(f"i rang {number} yesterday") for number in numbers if kinds(f"i rang {number} yesterday")} == {}


def test_a_number_of_nobody_we_know_is_personal():
    assert kinds_but("ring 0800 1111 22", frozenset()) == kinds("ring 0800 1111 22") == {"phone"}
    assert kinds_but("i rang 0808 800 5000", frozenset()) == {"phone"} and kinds("i rang 0808 800 5000") == frozenset()


def test_few_of_the_training_messages_are_taken_for_details():
    """They hold no real details, though some speak of names, snaps and streets."""
    examples = first_messages()
    noticed = [example.text for example in examples if kinds(example.text)]
    assert len(noticed) < 0.01 * len(examples), noticed[:40]


HOSTILE = ["1 " * 8192, "a" * 16_384, "a." * 8192, "1-" * 8192, "@" * 16_384, "my name is " * 1500, "12 aaa " * 2300, "+" * 16_384]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_costs_little(hostile):
    started = time.perf_counter()
    kinds(hostile)
    assert time.perf_counter() - started < 5  # not a speed test: a bound on hanging
