"""A worry in, the right contact out: over POST /chat, on the real server and model."""

import pytest

from tools.server import new_sender

WORRIES = [  # what somebody types                                   urgency      first contact(s)          also there
    ("hes outside my house and my mums at work", "emergency", {"999"}, {"childline"}),
    ("some man on snap wants pics of me and im 12", "urgent", {"101", "ceop"}, {"101", "ceop", "childline"}),
    ("my online friend says keep us secret", "support", {"childline"}, {"childline"}),
    ("how do i block someone on roblox", "info", {"childline"}, set()),
    ("I've found sexual messages from a man on my daughter's phone", "urgent", {"101", "ceop"}, {"101", "ceop", "nspcc"}),
    ("I'm being forced to have sex and I'm only 12", "emergency", {"999"}, {"childline"}),
]


@pytest.mark.parametrize("text, urgency, first, also", WORRIES)
def test_a_worry_gets_the_right_contact(server, text, urgency, first, also):
    texts, card = server.chat(text)
    ids = [c["id"] for c in card["contacts"]]
    assert card["urgency"] == urgency
    assert ids[0] in first and also | {"999"} <= set(ids)
    assert not card["degraded"] and texts


@pytest.mark.parametrize("text", [w[0] for w in WORRIES])
def test_the_sentence_is_not_in_the_training_data(root, text):
    for path in (root / "data").rglob("*.yml"):
        assert text.lower() not in path.read_text(encoding="utf-8").lower(), path


def test_a_parent_reads_a_parents_words(server):
    texts, card = server.chat("I've found sexual messages from a man on my daughter's phone")
    assert card["audience"] == "parent" and "Your child" in " ".join(texts)


def test_an_emergency_says_999_first_and_how_to_call_in_silence(server):
    texts, card = server.chat("hes outside my house and my mums at work")
    assert texts[0].startswith("Call 999 now.") and "55" in " ".join(texts)
    assert card["contacts"][0]["href"] == "tel:999"


def test_urgency_stays_when_somebody_says_thanks(server):
    sender = new_sender()
    server.chat("a man is in the garden and im on my own", sender)
    assert server.chat("ok thanks", sender)[1]["contacts"][0]["id"] == "999"


def test_somebody_says_the_danger_is_over(server):
    sender = new_sender()
    server.chat("hes outside my house and my mums at work", sender)
    _, card = server.chat("hes gone now and mums home", sender)
    assert card["urgency"] == "urgent" and "999" in [c["id"] for c in card["contacts"]]


def test_two_people_at_once_do_not_share_a_conversation(server):
    one, two = new_sender(), new_sender()
    server.chat("hes outside my house and my mums at work", one)
    assert server.chat("how do i block someone on roblox", two)[1]["urgency"] == "info"


def test_tapping_who_you_are_changes_the_words(server):
    sender = new_sender()
    _, card = server.chat("idk who to tell", sender)
    parent = next(c for c in card["choices"] if "parent" in c["title"])
    _, card = server.chat(parent["payload"], sender)
    assert card["audience"] == "parent" and card["contacts"][0]["id"] == "nspcc"


def test_a_worry_can_be_tapped_instead_of_typed(server):
    sender = new_sender()
    _, card = server.chat("", sender)
    me = next(c for c in card["choices"] if c["title"] == "It's about me")
    _, card = server.chat(me["payload"], sender)
    threat = next(c for c in card["choices"] if "threatens" in c["title"])
    _, card = server.chat(threat["payload"], sender)
    assert (card["topic"], card["urgency"]) == ("sextortion", "urgent")
    assert "report_remove" in [c["id"] for c in card["contacts"]]


def test_tapping_danger_is_an_emergency_from_anywhere(server):
    sender = new_sender()
    _, card = server.chat("how do i block someone on roblox", sender)
    danger = next(c for c in card["choices"] if "danger" in c["title"])
    texts, card = server.chat(danger["payload"], sender)
    assert card["urgency"] == "emergency" and texts[0].startswith("Call 999 now.")
