"""What is said and shown: cards, banners, choices, long pastes, the start of the newest turn, one announcement a turn."""

import json
import time

import pytest
from chat_page import Chat, card, until

from actions.cards import Case, compose
from actions.contacts import digits
from actions.urgency import Urgency

DIGITS = "zero one two three four five six seven eight nine".split()
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


def test_every_number_dials_itself_though_a_label_names_two(talk, content):
    """Relay UK's is "Relay UK or textphone for 999: 18000"."""
    case = Case("meeting_plan", Urgency.EMERGENCY, "young_person", deaf=True, named="relay_uk")
    reply = compose(case, content)
    turn = talk(card(texts=reply.texts, **reply.card)).say("relay uk please")
    calls = [(digits(a.inner_text()), a.get_attribute("href")) for a in turn.locator("a.call").all()]
    assert [one for one in calls if one[1] != f"tel:{one[0]}"] == []
    assert {"999", "18000"} <= {number for number, _ in calls}
    for words in turn.locator("a.way .words").all():
        said = "".join(str(DIGITS.index(word)) for word in words.text_content().replace(",", "").split())
        assert words.evaluate("e => e.parentNode.href").split(":")[1] == said


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


def test_what_is_announced_is_all_that_is_shown_and_in_its_order(talk):
    steps = ["Press Block.", "Press Report."]
    question = {"question": "Is it today?", "choices": [{"title": "Yes", "payload": "/c"}]}
    chat = talk([card(urgency="info", steps=steps, **question), card(urgency="urgent", steps=steps), card(urgency="emergency")])
    number = "Who can help: Emergency services: Call nine nine nine."
    for expected in (
        f"First words. What you can do: Press Block. Press Report. {number} Is it today?",
        f"Please tell someone today. First words. {number} What you can do: Press Block. Press Report.",
        f"Someone may be in danger. First words. {number}",
    ):
        chat.frame.evaluate("window.announced.length = 0")
        chat.say("how do i block someone")
        until(chat.page, lambda: chat.frame.evaluate("announced.length"))
        assert chat.frame.evaluate("announced[0]") == expected


def test_the_greeting_is_announced_once(talk):
    chat = talk()
    nobody = "announced.filter((one) => one.includes('Nobody reads this chat')).length"
    until(chat.page, lambda: chat.frame.evaluate(nobody) == 1)
    chat.page.get_by_role("button", name="Hide the chat").click()
    chat.launcher.click()
    chat.say("hello")
    assert chat.frame.evaluate(nobody) == 1


def test_a_long_wait_is_announced(visit, school, broken):
    chat = Chat(visit(school.embed(broken(lambda h: (time.sleep(2.5), h.answer(200, "application/json", card()))).origin))).open()
    chat.say("hello")
    chat.page.wait_for_timeout(100)
    assert [one[:26] for one in chat.frame.evaluate("announced.slice(-2)")] == ["Looking for the right help", "First words. Who can help:"]


def test_answers_are_english_and_our_own_words_are_not(talk):
    failed = json.dumps([])
    chat = talk([card(steps=["A step."]), failed], attributes='lang="cy" preview')
    language = "e => e.closest('[lang]').lang"
    assert chat.answers.first.evaluate(language) == "cy"
    chat.box.fill("hello")
    chat.box.press("Enter")
    turn = chat.answers.nth(1)
    turn.wait_for()
    for english in (turn.get_by_text("First words."), turn.get_by_text("A step."), turn.locator(".why")):
        assert english.evaluate(language) == "en"
    for own in (turn.locator("h2"), turn.locator("h3").first, turn.locator("h3").last, turn.locator("a.way"), turn.locator(".words")):
        assert own.evaluate(language) == "cy"
    chat.box.fill("hello")
    chat.box.press("Enter")
    ours = chat.answers.nth(2)
    ours.wait_for()
    assert {node.evaluate(language) for node in ours.locator("p, h3, a, .why").all()} == {"cy"}


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


def test_the_box_is_described_only_by_words_that_are_true_now(talk):
    chat = talk()
    note = chat.within.locator("#note")
    chat.box.fill("word " * 500)
    assert note.text_content()
    chat.box.fill("")
    assert note.text_content() == "", "a hidden description is read all the same"


# A browser that cannot let a box grow by style alone.
NO_FIELD_SIZING = "CSS.supports = () => false; addEventListener('DOMContentLoaded', () => { const s = new CSSStyleSheet(); s.replaceSync('textarea { field-sizing: fixed !important }'); document.adoptedStyleSheets = [s] })"


def test_the_box_grows_and_shrinks_in_a_browser_without_field_sizing(talk):
    chat = talk(before=NO_FIELD_SIZING)
    small = chat.box.bounding_box()["height"]
    chat.box.fill("a paragraph of some length " * 12)
    whole = "e => e.scrollHeight <= e.clientHeight || e.offsetHeight === parseFloat(getComputedStyle(e).maxHeight)"
    assert chat.box.bounding_box()["height"] > 2 * small and chat.box.evaluate(whole)
    chat.send.click()
    chat.answers.nth(1).wait_for()
    assert chat.box.bounding_box()["height"] == small


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


def test_on_a_touch_screen_enter_makes_a_line_and_its_key_says_so(talk):
    chat = talk(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 760})
    assert chat.box.get_attribute("enterkeyhint") == "enter"
    chat.box.fill("one")
    chat.box.press("Enter")
    assert chat.box.input_value() == "one\n" and chat.mine.count() == 0


def test_the_browser_is_told_not_to_help_with_what_is_typed(talk):
    chat = talk()
    box = chat.box
    assert (
        box.get_attribute("spellcheck") == "false"
        and box.get_attribute("autocomplete") == "off"
        and box.get_attribute("writingsuggestions") == "false"
    )
    chat.say("my words")
    assert chat.mine.locator("p").get_attribute("translate") == "no"


@pytest.mark.parametrize("beacon", ["undefined", "() => false", "() => { throw new TypeError('blocked') }"])
def test_start_again_forgets_all_in_a_browser_without_beacons(talk, beacon):
    chat = talk(before=f"Navigator.prototype.sendBeacon = {beacon}")
    chat.say("my words")
    chat.within.locator("summary").click()
    chat.within.get_by_role("button", name="Start again").click()
    until(chat.page, lambda: any(request.url.endswith("/end") for request in chat.page.sent))
    assert "my words" not in chat.text() and chat.mine.count() == 0 and chat.answers.count() == 1


def test_who_can_help_now_is_always_in_the_same_place_and_needs_no_server(at_school):
    chat = at_school().open()
    who = chat.within.locator(".who")
    place = who.bounding_box()
    chat.say("hes outside my house and my mums at work")
    assert who.bounding_box() == place
    chat.page.context.set_offline(True)
    who.click()
    people = chat.within.locator(".people")
    assert {a.get_attribute("href") for a in people.locator("a").all()} == {
        "tel:999", "https://999bsl.co.uk/", "tel:18000", "tel:08001111", "tel:101", "sms:85258?body=SHOUT",
    }  # fmt: skip
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
