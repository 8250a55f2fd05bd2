"""What somebody may want to hear next: each reached by words and by button, over the real server."""

import pytest

from tools.server import new_sender

WORDS = [  # what somebody types                                                    what the answer is
    ("what happens if i call childline", "what_happens"),
    ("will it show up on the phone bill if i ring them", "what_happens"),
    ("how do i tell my mum about this", "words_to_say"),
    ("what do i even say to a teacher", "words_to_say"),
    ("im deaf how do i get help", "cant_speak"),
    ("can i text someone instead of calling", "cant_speak"),
    ("hes in the next room i cant talk he will hear me", "cant_speak"),
    ("he told me to delete our chats and not tell anyone is that ok", "is_this_ok"),
    ("what are the warning signs of grooming", "is_this_ok"),
    ("am i the only one this happens to", "only_one"),
    ("how do i talk to my daughter about this", "talk_to_child"),
    ("should i take his phone away", "the_phone"),
    ("how do i set up parental controls on an ipad", "privacy_controls"),
    ("how do i block someone on roblox", "app_guide"),
    ("i live in scotland", "nation"),
]


@pytest.mark.parametrize("typed, follow_up", WORDS)
def test_a_follow_up_is_reached_by_words(server, typed, follow_up):
    texts, card = server.chat(typed)
    assert card.get("follow_up") == follow_up, (card["topic"], card.get("follow_up"))
    assert card["steps"] and any("999" in text for text in texts)


TOPICS = [  # follow-ups that have a topic of their own: by words its advice says it
    ("i reported him and nothing happened", "not_helped"),
    ("is it illegal for an adult to text a kid sexual stuff", "law_age"),
    ("what is my duty if a pupil tells me something as a teacher", "professional_duty"),
]


@pytest.mark.parametrize("typed, topic", TOPICS)
def test_the_rest_have_a_topic_of_their_own(server, typed, topic):
    assert server.chat(typed)[1]["topic"] == topic


def tap(server, sender: str, card: dict, title: str) -> tuple[list[str], dict]:
    choice = next(c for c in card["choices"] if title in c["title"])
    return server.chat(choice["payload"], sender)


@pytest.mark.parametrize("reader", ["It's about me", "I'm a parent or carer", "It's about a friend", "I work with children"])
def test_every_follow_up_of_a_reader_is_reached_by_button(server, content, reader):
    sender = new_sender()
    _, card = server.chat("hello", sender)
    _, card = tap(server, sender, card, reader)
    _, menu = tap(server, sender, card, content.choices.more.title)
    asked = [c["title"] for c in menu["choices"] if "danger" not in c["title"]]
    assert len(asked) >= 9
    for title in asked:
        texts, card = tap(server, sender, menu, title)
        assert card["follow_up"] and len(texts[0]) > 10 and not card["degraded"], title


def test_words_to_say_come_from_what_was_tapped_and_never_from_what_was_typed(server):
    sender = new_sender()
    _, card = server.chat("my name is Zebedee and a man wants nudes off me", sender)
    texts, card = tap(server, sender, card, "Words I can say")
    assert "Zebedee" not in str(texts) and "pictures" not in card["steps"][0], "a general sentence: nothing was tapped"
    sender = new_sender()
    _, card = server.chat("", sender)
    _, card = tap(server, sender, card, "It's about me")
    _, card = tap(server, sender, card, "asks me for pictures")
    _, card = tap(server, sender, card, "Words I can say")
    assert "pictures" in card["steps"][0]


def test_a_question_is_answered_by_button_or_by_a_word(server):
    for answer in ("Not safe", None):
        sender = new_sender()
        _, card = server.chat("my dad hit me last week", sender)
        assert card["question"] == "Are you safe right now?"
        texts, card = tap(server, sender, card, answer) if answer else server.chat("no", sender)
        assert card["urgency"] == "emergency" and texts[0].startswith("Call 999 now.")


def test_two_misses_give_the_answer_for_the_higher_urgency(server):
    sender = new_sender()
    server.chat("someone off fortnite wants to meet me at the weekend", sender)
    assert server.chat("idk", sender)[1]["urgency"] == "urgent"
    assert server.chat("idk", sender)[1]["urgency"] == "emergency"


def test_an_app_guide_names_its_source_and_does_not_hide_the_numbers(server):
    _, card = server.chat("how do i block someone on snapchat")
    assert any("help.snapchat.com" in step for step in card["steps"])
    assert {"childline", "999"} <= {c["id"] for c in card["contacts"]}


def test_nobody_is_stuck_in_a_menu(server):
    sender = new_sender()
    _, card = server.chat("hello", sender)
    _, card = tap(server, sender, card, "What else can I ask?")
    _, card = server.chat("hes outside my house and my mums at work", sender)
    assert card["urgency"] == "emergency" and "follow_up" not in card


def test_the_same_advice_again_is_not_opened_as_if_nobody_had_listened(server):
    sender, worry = new_sender(), "some man on snap wants pics of me and im 12"
    first, card = server.chat(worry, sender)
    again, same = server.chat(worry, sender)
    assert "I'm still here" not in first[0] and again[0].startswith("I'm still here")
    assert "0800 1111" in again[0] and "101" in again[0], "the numbers stay in the words"
    assert same["contacts"] == card["contacts"]
    assert same["steps"] == [*card["steps"][:2], card["steps"][-1]], "the next steps and the safety line, not the whole list once more"
    changed, _ = server.chat("he said he will share it if i dont pay", sender)
    assert "I'm still here" not in changed[0]
