"""What is said and shown: cards, banners, choices, long pastes, the start of the newest turn, one announcement a turn."""

import json
import time

import pytest
from chat_page import Chat, card, until

LONG_CARD = {
    "steps": [f"Step number {n} is a sentence of some length, as they are." for n in "abcdefgh"],
    "choices": [{"title": f"A longer choice {n}", "payload": f"/c{n}"} for n in "abcdefgh"],
}


@pytest.fixture
def talk(visit, school, broken):
    """A chat whose server answers every message with this card."""

    def start(answer: str | list | None = None, **options) -> Chat:
        answers = answer if isinstance(answer, list) else [answer or card()]
        heard = []

        def reply(handler):
            heard.append(json.loads(handler.text)["message"])
            handler.answer(200, "application/json", answers[min(len(heard), len(answers)) - 1])

        chat = Chat(visit(school.embed(broken(reply).origin, attributes=options.pop("attributes", "")), **options)).open()
        chat.heard = heard
        return chat

    return start


def test_an_emergency_is_red_and_999_comes_first(at_school):
    turn = at_school().open().say("hes outside my house and my mums at work")
    first = turn.locator("a").first
    assert first.get_attribute("href") == "tel:999" and "nine nine nine" in first.inner_text()
    assert turn.locator(".alarm").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(179, 20, 28)"
    assert turn.locator('a[href="tel:08001111"]').count() and "Press 55" in turn.inner_text()
    assert turn.locator(".banner").count() == 0


def test_urgent_is_yellow_and_red_is_for_999_only(at_school):
    turn = at_school().open().say("some man on snap wants pics of me and im 12")
    assert turn.locator(".banner").inner_text() == "Please tell someone today"
    reds = turn.evaluate(
        "e => [...e.querySelectorAll('*')].filter((n) => ['color', 'backgroundColor'].some((k) => getComputedStyle(n)[k] === 'rgb(179, 20, 28)')).map((n) => n.href || n.className)"
    )
    assert set(reds) <= {"tel:999"}


def test_a_contact_card_links_writes_and_spells_its_number(at_school):
    turn = at_school().open().say("my online friend says keep us secret")
    childline = turn.locator(".contacts li", has_text="Childline").first
    assert childline.locator("a").first.get_attribute("href") == "tel:08001111"
    assert "Call 0800 1111" in childline.inner_text() and "zero eight zero zero, one one one one" in childline.inner_text()
    assert turn.locator("p a[href='tel:08001111']").inner_text() == "0800 1111", "a number in the sentence can be tapped too"
    assert turn.locator("a[href^=https]").first.get_attribute("target") == "_blank"


def test_the_card_in_words_is_not_shown_twice(talk):
    turn = talk(card(texts=["One.", "Two.", "THE CARD IN WORDS"])).say("x")
    assert "One." in turn.inner_text() and "Two." in turn.inner_text() and "THE CARD" not in turn.inner_text()
    turn = talk(card(texts=["Only this."])).say("x")
    assert "Only this." in turn.inner_text()


def test_steps_come_first_for_a_question_and_people_first_in_trouble(talk):
    chat = talk([card(urgency="info", **LONG_CARD), card(urgency="urgent", **LONG_CARD)])
    assert chat.say("x").locator("h3").all_inner_texts() == ["What you can do", "Who can help"]
    assert chat.say("x").locator("h3").all_inner_texts() == ["Who can help", "What you can do"]


def test_a_tapped_choice_sends_its_payload_and_shows_its_title(talk):
    chat = talk([card(choices=[{"title": "It's about me", "payload": '/choose{"a":"b"}'}]), card()])
    chat.say("x").get_by_role("button", name="It's about me").click()
    until(chat.page, lambda: chat.answers.count() == 3)
    assert chat.heard == ["x", '/choose{"a":"b"}']
    assert "It's about me" in chat.mine.last.inner_text() and "/choose" not in chat.text()
    assert chat.within.locator(".choices").count() == 0, "old choices are gone"


def test_a_question_stands_above_its_answers_and_names_their_group(talk):
    answers = [{"title": "Yes, today", "payload": '/choose{"a":"b"}'}]
    chat = talk([card(question="Is the meeting today or tonight?", choices=answers), card(question=5, choices=answers)])
    chat.frame.evaluate("window.announced.length = 0")
    turn = chat.say("x")
    asked, group = turn.locator(".question"), turn.get_by_role("group", name="Is the meeting today or tonight?")
    assert asked.inner_text() == "Is the meeting today or tonight?"
    assert asked.bounding_box()["y"] < group.bounding_box()["y"]
    chat.page.wait_for_timeout(150)
    assert chat.frame.evaluate("announced[0]").endswith("Is the meeting today or tonight?"), "heard last, after the numbers"
    turn = chat.say("y")
    assert chat.within.locator(".question").count() == 0, "the old one is gone, and nonsense is not shown"
    assert turn.get_by_role("button", name="Yes, today").is_visible()


def test_the_starters_are_choices_the_server_knows(at_school):
    chat = at_school(attributes='for="parent"').open()
    chat.within.get_by_role("button", name="I'm a parent or carer").click()
    until(chat.page, lambda: chat.answers.count() == 2)
    assert chat.within.locator(".failed").count() == 0 and "NSPCC" in chat.answers.last.inner_text()


def test_many_choices_wrap_and_stay_inside(talk):
    chat = talk(card(**LONG_CARD), viewport={"width": 360, "height": 700})
    chat.say("x")
    assert chat.frame.evaluate(
        "[...document.querySelectorAll('.choices button')].every((b) => b.getBoundingClientRect().right <= innerWidth)"
    )
    tops = chat.frame.evaluate("new Set([...document.querySelectorAll('.choices button')].map((b) => b.getBoundingClientRect().top)).size")
    assert tops > 1


@pytest.mark.parametrize("viewport", [(1000, 760), (390, 700), (320, 256)])
def test_the_start_of_the_newest_turn_is_in_view(talk, viewport):
    chat = talk(
        card(**LONG_CARD, texts=["First words of the answer. " * 5, "x"]), viewport=dict(zip(("width", "height"), viewport, strict=True))
    )
    for _ in range(3):
        turn = chat.say("what now")
    place = turn.evaluate("e => [e.getBoundingClientRect().top, e.getBoundingClientRect().height, innerHeight]")
    assert -1 <= place[0] <= 0.45 * place[2], "the answer starts off the screen"
    assert place[1] > 0.6 * place[2], "a short answer would prove nothing"
    assert chat.exit.is_visible() and chat.exit.bounding_box()["y"] >= 0


def test_each_turn_is_announced_once_in_plain_words_from_the_light_dom(talk):
    chat = talk([card(texts=["First answer.", "x"]), card(texts=["Second answer.", "x"])])
    for words in ("First answer.", "Second answer."):
        chat.frame.evaluate("window.announced.length = 0")
        chat.say("hello")
        chat.page.wait_for_timeout(150)
        assert chat.frame.evaluate("announced.length") == 1
        said = chat.frame.evaluate("announced[0]")
        assert words in said and "Emergency services: Call nine nine nine." in said and "<" not in said
    status = chat.frame.locator("[role=status]")
    assert status.count() == 1 and status.evaluate("e => e.getRootNode() === document")


def test_typing_is_shown_while_the_server_thinks_and_gone_after(visit, school, broken):
    chat = Chat(visit(school.embed(broken(lambda h: (time.sleep(1.2), h.answer(200, "application/json", card()))).origin))).open()
    chat.say("hello", waits=False)
    typing = chat.within.locator(".typing")
    typing.get_by_text("Looking for the right help").wait_for()
    chat.send.click()
    chat.answers.nth(1).wait_for()
    assert typing.count() == 0 and chat.mine.count() == 1


def test_two_thousand_letters_are_fine_and_more_get_a_kind_word_and_are_sent_whole(talk):
    chat = talk()
    chat.box.fill("a" * 2000)
    note = chat.within.locator("#note")
    assert not note.is_visible()
    chat.box.fill("word " * 500)
    assert "2,000" in note.inner_text() and "999" in note.inner_text()
    chat.send.click()
    chat.answers.nth(1).wait_for()
    assert chat.heard == ["word " * 500] and not note.is_visible()


def test_far_too_much_goes_in_parts_and_nothing_is_lost(talk):
    chat = talk()
    story = "".join(f"word{n} " for n in range(2600))
    chat.box.fill(story)
    chat.send.click()
    chat.answers.nth(1).wait_for()
    rest = chat.box.input_value()
    assert len(chat.heard[0]) <= 16_000 and rest and chat.heard[0] + rest == story


def test_enter_sends_shift_enter_makes_a_line_and_blanks_are_not_sent(talk):
    chat = talk()
    chat.box.press("Enter")
    chat.box.press_sequentially("   ")
    chat.box.press("Enter")
    assert chat.mine.count() == 0
    chat.box.fill("one")
    chat.box.press("Shift+Enter")
    chat.box.press_sequentially("two")
    chat.box.press("Enter")
    chat.answers.nth(1).wait_for()
    assert chat.heard == ["one\ntwo"]


def test_the_browser_is_told_not_to_help_with_what_is_typed(talk):
    box = talk().box
    assert (
        box.get_attribute("spellcheck") == "false"
        and box.get_attribute("autocomplete") == "off"
        and box.get_attribute("writingsuggestions") == "false"
    )


def test_who_can_help_now_is_always_in_the_same_place_and_needs_no_server(at_school):
    chat = at_school().open()
    who = chat.within.locator(".who")
    place = who.bounding_box()
    chat.say("hes outside my house and my mums at work")
    assert who.bounding_box() == place
    chat.page.context.set_offline(True)
    who.click()
    people = chat.within.locator(".people")
    assert {a.get_attribute("href") for a in people.locator("a").all()} == {"tel:999", "tel:08001111", "tel:101"}
    assert who.get_attribute("aria-expanded") == "true" and "Press 55" in people.inner_text()
    chat.within.get_by_role("button", name="Back to the chat").click()
    assert chat.within.locator(".alarm").is_visible() and not people.is_visible()


def test_hiding_keeps_the_talk_and_the_words(talk):
    chat = talk()
    chat.say("hello")
    chat.box.fill("not sent yet")
    chat.page.get_by_role("button", name="Hide the chat").click()
    assert not chat.panel.is_visible() and chat.launcher.is_visible()
    chat.launcher.click()
    assert chat.mine.count() == 1 and chat.box.input_value() == "not sent yet"


def test_the_chat_never_opens_by_itself_and_has_no_sound_badge_or_image(at_school):
    chat = at_school()
    chat.page.wait_for_timeout(500)
    assert not chat.panel.is_visible() and chat.launcher.inner_text() == "Talk about a worry"
    chat.open().say("hello")
    for frame in chat.page.frames:
        assert frame.locator("audio, video, img, canvas, picture").count() == 0


def test_an_answer_is_on_the_screen_within_300_ms_of_the_servers(talk):
    chat = talk(card(**LONG_CARD))
    chat.say("warm up")
    chat.frame.evaluate("""() => { const f = window.fetch; window.fetch = async (...a) => { const r = await f(...a); window.came = performance.now(); return r }
      new MutationObserver((c) => { if (c.some((x) => [...x.addedNodes].some((n) => n.classList?.contains('bot')))) requestAnimationFrame(() => { window.shown = performance.now() }) })
        .observe(document.querySelector('.turns'), { childList: true }) }""")
    chat.say("now")
    until(chat.page, lambda: chat.frame.evaluate("window.shown > window.came"))
    assert chat.frame.evaluate("shown - came") < 300
