"""The server is away, in every way we could think of: numbers on the screen, the words still in the box, "Try again"."""

import json
import threading
import time

import pytest
from chat_page import Chat, card, until

WORDS = "he keeps texting me at night"
IN_WORDS = {"tel:999", "tel:08001111", "tel:101", "https://999bsl.co.uk", "sms:85258?body=SHOUT"}  # what a page says without us
NUMBERS = IN_WORDS | {"tel:18000"}
HTML = (200, "text/html", "<!doctype html><title>Sign in to the school network</title>", {})
MODES = {
    "error 500": (500, "text/plain", "Internal Server Error", {}),
    "a page of the network's": HTML,
    "an empty list": (200, "application/json", "[]", {}),
    "no card": (200, "application/json", '[{"recipient_id": "x", "text": "hi"}]', {}),
    "a card without contacts": (200, "application/json", card(contacts=[]), {}),
    "half an answer": (200, "application/json", '[{"recipient_id":', {}),
    "null": (200, "application/json", "null", {}),
    "another site": (302, "text/html", "", {"Location": "/elsewhere"}),
}
GOOD = (200, "application/json", card(texts=["Here again.", "x"]), {})


def hrefs(locator) -> set[str]:
    """All that can be dialled, texted or opened."""
    return {a.get_attribute("href").removesuffix("/") for a in locator.locator("a[href]").all()}


def assert_nothing_is_lost(chat: Chat, failed):
    assert hrefs(failed) == NUMBERS
    assert failed.get_by_text("0800 1111").is_visible()
    assert chat.box.input_value() == WORDS and chat.mine.count() == 0
    assert chat.within.get_by_role("button", name="Try again").is_visible()


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_that_is_none_gives_numbers_and_keeps_the_words(visit, school, broken, mode):
    ours = broken(MODES[mode])
    chat = Chat(visit(school.embed(ours.origin))).open()
    assert_nothing_is_lost(chat, chat.say(WORDS))
    heard = []
    ours.pages["/chat"] = lambda handler: (heard.append(json.loads(handler.text)), handler.answer(*GOOD))
    chat.within.get_by_role("button", name="Try again").click()
    chat.answers.get_by_text("Here again.").wait_for()
    assert chat.mine.count() == 1 and chat.box.input_value() == "" and not chat.within.locator(".failed").count()
    chat.say(WORDS)
    assert [(one["message"], one["again"]) for one in heard] == [(WORDS, True), (WORDS, False)], "no retry any more once it was answered"


def test_a_server_that_has_gone_gives_numbers_and_keeps_the_words(visit, school, broken):
    ours = broken(GOOD)
    chat = Chat(visit(school.embed(ours.origin))).open()
    ours.close()
    assert_nothing_is_lost(chat, chat.say(WORDS))
    chat.within.get_by_role("button", name="Try again").click()
    until(chat.page, lambda: chat.within.locator(".failed").count() == 1 and chat.box.input_value() == WORDS)


def test_a_tapped_choice_that_failed_can_be_tried_again(visit, school, broken):
    ours = broken(MODES["error 500"])
    chat = Chat(visit(school.embed(ours.origin))).open()
    chat.within.get_by_role("button", name="It's about me").click()
    chat.within.locator(".failed").wait_for()
    heard = []
    ours.pages["/chat"] = lambda handler: (heard.append(handler.text), handler.answer(*GOOD))
    chat.within.get_by_role("button", name="Try again").click()
    chat.answers.get_by_text("Here again.").wait_for()
    assert "young_person" in heard[0] and json.loads(heard[0])["again"] and chat.mine.inner_text().strip().endswith("It's about me")


def test_what_is_typed_meanwhile_is_kept_behind_what_failed(visit, school, broken):
    def slow_error(handler):
        time.sleep(1)
        handler.answer(500, "text/plain", "")

    chat = Chat(visit(school.embed(broken(slow_error).origin))).open()
    chat.say(WORDS, waits=False)
    chat.box.press_sequentially("and more")
    chat.within.locator(".failed").wait_for()
    assert chat.box.input_value() == f"{WORDS}\nand more"


def test_a_degraded_answer_shows_its_own_card_and_keeps_the_words(visit, school, broken):
    degraded = card(degraded=True, urgency="emergency", texts=["Call 999 now.", "x"])
    chat = Chat(visit(school.embed(broken((503, "application/json", degraded, {})).origin))).open()
    failed = chat.say(WORDS)
    assert failed.locator(".alarm a").get_attribute("href") == "tel:999"
    assert chat.box.input_value() == WORDS and chat.within.get_by_role("button", name="Try again").is_visible()


FRAMES = {
    "refused": None,
    "error 500": (500, "text/plain", "no", {}),
    "a page of the network's": HTML,
}


@pytest.mark.parametrize("mode", FRAMES)
def test_a_frame_that_never_speaks_leaves_the_card_with_numbers(visit, school, broken, mode):
    ours = broken(GOOD)
    healthy = ours.pages["/widget/chat.html"]
    chat = Chat(visit(school.embed(ours.origin)))
    chat.page.wait_for_load_state()
    if mode == "refused":
        ours.close()
    else:
        ours.pages["/widget/chat.html"] = FRAMES[mode]
    chat.launcher.click()
    away = chat.page.locator(".away")
    away.get_by_text("can't open right now").wait_for()
    assert hrefs(away) == NUMBERS and chat.exit.is_visible()
    if mode != "refused":
        ours.pages["/widget/chat.html"] = healthy
        chat.page.get_by_role("button", name="Try again").click()
        chat.box.wait_for()
        assert not away.is_visible()


def test_hanging_servers_are_given_up_after_eight_seconds(visit, school, broken):
    """One that takes the message and never answers; one that never sends the frame; one that never sends its words."""

    def hang(handler):
        time.sleep(60)

    talking, frame, words = broken(hang), broken(GOOD), broken(GOOD)
    frame.pages["/widget/chat.html"] = words.pages["/widget/strings/en.json"] = hang
    chat = Chat(visit(school.embed(talking.origin, path="/a"))).open()
    second = Chat(visit(school.embed(frame.origin, path="/b")))
    third = Chat(visit(school.embed(words.origin, path="/c")))
    chat.say(WORDS, waits=False)
    second.launcher.click()
    third.launcher.click()
    started = time.monotonic()
    chat.within.locator(".failed").wait_for()
    assert 5 < time.monotonic() - started < 30, "too impatient for a slow phone, or still waiting"
    assert_nothing_is_lost(chat, chat.within.locator(".failed"))
    for other in (second, third):
        other.page.locator(".away").get_by_text("can't open right now").wait_for()
        assert hrefs(other.page.locator(".away")) == NUMBERS


@pytest.fixture
def held(visit, school, broken):
    """held(answer): a talk whose first message is answered when `chat.come()` is called, eight seconds after it was sent.

    The clock is Playwright's: eight seconds pass at once.
    """

    def start(answer: str) -> Chat:
        hold, heard = threading.Event(), []

        def slow(handler):
            heard.append(handler.text)
            if len(heard) == 1:
                hold.wait(30)
            handler.answer(200, "application/json", answer if len(heard) == 1 else GOOD[2])

        page = visit(viewport={"width": 390, "height": 760})
        page.clock.install()
        page.goto(school.embed(broken(slow).origin))
        chat = Chat(page).open()
        chat.say(WORDS, waits=False)
        until(page, lambda: heard)
        page.clock.fast_forward(8000)
        chat.within.locator(".failed").wait_for()
        assert_nothing_is_lost(chat, chat.within.locator(".failed"))
        chat.come = hold.set
        return chat

    return start


LATE = card(texts=["Late words.", "x"], steps=["A step of some length."] * 20)


def test_an_answer_that_comes_after_eight_seconds_is_shown_and_moves_no_number(held):
    chat = held(LATE)
    failed = chat.within.locator(".failed")
    number = failed.locator('a[href="tel:08001111"]')
    place = number.bounding_box()
    chat.within.get_by_role("button", name="Try again").evaluate("e => { e.focus({ preventScroll: true }); announced.length = 0 }")
    chat.come()
    late = chat.answers.filter(has_text="Late words.")
    late.wait_for(state="attached")
    assert number.bounding_box() == place, "somebody may be about to tap it"
    assert chat.mine.count() == 1 and chat.box.input_value() == "" and not failed.get_by_text("in the box").count()
    until(chat.page, lambda: any(one.startswith("Late words.") for one in chat.frame.evaluate("announced")))
    show = chat.within.get_by_role("button", name="Show the answer")
    assert show.evaluate("e => e === document.activeElement"), "the focus went with the button"
    assert 0 < show.bounding_box()["y"] < chat.box.bounding_box()["y"] - 44, "seen at once"
    show.click()
    panel, turn = chat.panel.bounding_box(), late.bounding_box()
    assert panel["y"] < turn["y"] < panel["y"] + panel["height"] / 2
    assert chat.frame.evaluate("document.activeElement.className") == "turns"
    chat.say("and then", waits=False)
    chat.answers.get_by_text("Here again.").wait_for()
    assert not failed.count() and chat.mine.count() == 2


def test_a_late_answer_leaves_what_was_typed_meanwhile(held):
    chat = held(LATE)
    chat.box.press_sequentially(" and more")
    chat.come()
    chat.answers.filter(has_text="Late words.").wait_for(state="attached")
    assert chat.box.input_value() == f"{WORDS} and more"


def test_the_servers_own_card_is_not_too_late_after_eight_seconds(held):
    """It has read the message and knows the urgency; the words stay in the box."""
    chat = held(card(degraded=True, urgency="emergency", texts=["Call 999 now.", "x"]))
    chat.come()
    alarm = chat.within.locator(".alarm a")
    alarm.wait_for(state="attached")
    assert chat.box.input_value() == WORDS and chat.mine.count() == 0
    chat.within.get_by_role("button", name="Show the answer").click()
    assert alarm.is_visible() and alarm.get_attribute("href") == "tel:999"
    chat.within.get_by_role("button", name="Try again").click()
    chat.answers.get_by_text("Here again.").wait_for()
    assert chat.mine.count() == 1 and not chat.within.locator(".failed").count()


@pytest.mark.parametrize("act", ["Try again", "Start again"])
def test_who_goes_on_without_a_late_answer_does_not_get_it(held, act):
    chat = held(LATE)
    if act == "Start again":
        chat.within.locator("summary").click()
    chat.within.get_by_role("button", name=act).click()
    chat.come()
    if act == "Try again":
        chat.answers.get_by_text("Here again.").wait_for()
    chat.page.wait_for_timeout(500)
    assert "Late words." not in chat.text() and chat.mine.count() == (act == "Try again")


def test_after_twenty_seconds_nothing_is_waited_for(held):
    chat = held(LATE)
    chat.page.clock.fast_forward(12_000)
    chat.come()
    chat.page.wait_for_timeout(500)
    assert "Late words." not in chat.text() and chat.box.input_value() == WORDS


def test_a_slow_opening_is_announced_and_a_quick_one_is_not(visit, school, broken):
    ours = broken(GOOD)
    words, come = ours.pages["/widget/strings/en.json"], threading.Event()
    ours.pages["/widget/strings/en.json"] = lambda handler: (come.wait(30), handler.answer(*words))
    for slow in (True, False):
        page = visit()
        page.clock.install(time=0)
        page.goto(school.embed(ours.origin))
        page.clock.pause_at(60_000)
        chat = Chat(page)
        chat.launcher.click()
        if not slow:
            chat.box.wait_for()
        page.clock.fast_forward(1400)
        assert page.evaluate("announced") == []
        page.clock.fast_forward(200)
        assert page.evaluate("announced") == (["One moment."] if slow else [])
        come.set()
        chat.box.wait_for()


def test_without_script_or_server_the_numbers_stand_in_the_page(visit, school, broken):
    ours = broken(GOOD)
    address = school.embed(ours.origin)
    page = visit(address, java_script_enabled=False)
    assert {a.get_attribute("href") for a in page.locator("signpost-chat a").all() if a.is_visible()} == IN_WORDS
    ours.close()
    page = visit(address)
    assert {a.get_attribute("href") for a in page.locator("signpost-chat a").all() if a.is_visible()} == IN_WORDS


def test_our_own_page_without_script_or_words_has_numbers_and_an_exit(visit, broken):
    ours = broken(GOOD)
    page = visit(ours.origin + "/widget/chat.html", java_script_enabled=False)
    assert page.locator('a[href="tel:08001111"]').is_visible() and page.locator("a.leave").is_visible()
    ours.pages["/widget/strings/en.json"] = (500, "text/plain", "", {})
    page = visit(ours.origin + "/widget/chat.html")
    page.wait_for_timeout(500)
    assert page.locator('a[href="tel:08001111"]').is_visible() and page.locator("a.leave").is_visible()


def test_on_a_parents_page_the_nspcc_is_on_the_card(visit, school, broken):
    ours = broken(GOOD)
    chat = Chat(visit(school.embed(ours.origin, attributes='for="parent"')))
    chat.page.wait_for_load_state()
    ours.pages["/widget/chat.html"] = FRAMES["error 500"]
    chat.launcher.click()
    chat.page.locator(".away").get_by_text("can't open right now").wait_for()
    assert "tel:08088005000" in hrefs(chat.page.locator(".away"))


def test_a_frame_that_is_late_takes_no_number_away_and_is_announced_once(visit, school, broken):
    """The words come after the card with numbers: the card stays until its button is pressed."""
    ours = broken(GOOD)
    words, hold = ours.pages["/widget/strings/en.json"], threading.Event()
    ours.pages["/widget/strings/en.json"] = lambda handler: (hold.wait(30), handler.answer(*words))
    chat = Chat(visit(school.embed(ours.origin)))
    page, away = chat.page, chat.page.locator(".away")
    chat.launcher.click()
    away.get_by_text("can't open right now").wait_for()
    assert page.evaluate("announced").count(page.evaluate("announced.at(-1)")) == 1 and "0800 1111" in page.evaluate("announced.at(-1)")
    number = away.locator('a[href="tel:08001111"]')
    number.evaluate("e => { window.number = e; e.focus(); announced.length = 0 }")
    hold.set()
    away.get_by_role("button", name="Talk about a worry").wait_for()
    focused = "document.querySelector('signpost-chat').shadowRoot.activeElement === number"
    assert page.evaluate(focused) and number.is_visible() and page.evaluate("announced") == []
    away.get_by_role("button", name="Talk about a worry").click()
    chat.box.wait_for()
    assert not away.is_visible()
    chat.say("hello")


def test_a_frame_that_speaks_late_and_is_not_ready_says_nothing_twice(visit, school, broken):
    ours = broken(GOOD)
    hold = threading.Event()
    chat_page = ours.pages["/widget/chat.html"]
    ours.pages["/widget/chat.html"] = lambda handler: (hold.wait(30), handler.answer(*chat_page))
    ours.pages["/widget/strings/en.json"] = lambda handler: time.sleep(60)
    chat = Chat(visit(school.embed(ours.origin)))
    page = chat.page
    chat.launcher.click()
    page.locator(".away").get_by_text("can't open right now").wait_for()
    page.get_by_role("button", name="Try again").focus()
    page.evaluate("announced.length = 0")
    hold.set()
    page.wait_for_timeout(9000)  # "hello", and eight seconds more
    assert page.evaluate("announced") == []
    assert page.evaluate("document.querySelector('signpost-chat').shadowRoot.activeElement.className") == "again"
