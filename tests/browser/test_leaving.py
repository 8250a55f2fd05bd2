"""Exit: covered at once, words wiped here and on the server, same tab, Back shows nothing."""

import json
import threading

import pytest
from chat_page import ELSEWHERE, Chat, card, until

SECRET = "hes outside my house and my mums at work zebedee"
MOUNTS = ["frame", "inline"]
# Right after the click, in the same task: what is on the screen, and whether the conversation is still in the page.
SEE_COVER = """
const root = document.querySelector('signpost-chat').shadowRoot
root.querySelector('.exit').addEventListener('click', () => {
  const cover = root.querySelector('.cover')
  const { x, y, width, height } = cover.getBoundingClientRect()
  const top = document.elementFromPoint(500, 400).localName
  console.log('cover', x, y, width, height, top, getComputedStyle(cover).backgroundColor, 'frames', root.querySelectorAll('iframe').length)
})
"""


@pytest.fixture(params=MOUNTS)
def talking(request, at_school, visit, server, school):
    """An emergency has been told; the conversation's id too, as the server heard it."""
    if request.param == "frame":
        start = school.page("/start", "<title>Start</title>start")
        chat = at_school()
        url = chat.page.url
        chat.page.goto(start)
        chat.page.goto(url)
    else:
        page = visit(school.page("/start", "<title>Start</title>start"))
        page.goto(server.url + "/widget/chat.html")
        page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body=ELSEWHERE, content_type="text/html"))
        chat = Chat(page, inline=True)
    chat.open()
    with chat.page.expect_request("**/chat") as asked:
        chat.say(SECRET)
    chat.sender = json.loads(asked.value.post_data)["sender"]
    return chat


def left(page) -> bool:
    return page.url.endswith("/elsewhere") or "bbc.co.uk" in page.url


def forgotten(server, sender) -> bool:
    """The server no longer holds the emergency of that conversation."""
    return server.chat("how do i block someone on roblox", sender)[1]["urgency"] == "info"


def test_the_server_would_remember_without_an_end(talking, server):
    """What the checks below rely on: while nobody leaves, the emergency stays."""
    assert not forgotten(server, talking.sender)


def test_exit_leaves_in_the_same_tab_forgets_and_back_shows_nothing(talking, server):
    page = talking.page
    talking.exit.click()
    until(page, lambda: left(page))
    assert len(page.context.pages) == 1
    until(talking.page, lambda: forgotten(server, talking.sender))
    page.go_back(wait_until="commit")
    assert page.url.endswith("/start"), "the page with the chat is no longer in the tab's history"
    assert "zebedee" not in page.content()


def test_three_shifts_leave_from_inside_the_conversation(talking, server):
    talking.box.focus()
    for _ in range(3):
        talking.page.keyboard.press("Shift")
    until(talking.page, lambda: left(talking.page))
    until(talking.page, lambda: forgotten(server, talking.sender))


def test_three_shifts_leave_from_the_header(talking):
    talking.exit.focus()
    for _ in range(3):
        talking.page.keyboard.press("Shift")
    until(talking.page, lambda: left(talking.page))


def test_capitals_are_no_shifts_and_two_are_not_enough(talking):
    talking.box.focus()
    talking.page.keyboard.type("HE SAID NO")
    for key in ("Shift+A", "Shift+B", "Shift+C", "Shift", "Shift", "x", "Shift", "Shift"):
        talking.page.keyboard.press(key)
    talking.page.wait_for_timeout(300)
    assert not left(talking.page) and "HE SAID NO" in talking.box.input_value()


@pytest.mark.parametrize("held", ["Alt", "Control", "click"])
def test_a_shift_pressed_with_something_else_is_no_shift(talking, held):
    """Alt and Shift switch keyboard layouts: with three of them one goes round all the time."""
    page = talking.page
    talking.box.focus()
    if held != "click":
        page.keyboard.down(held)
    for _ in range(3):
        page.keyboard.down("Shift")
        if held == "click":
            talking.box.click()
        page.keyboard.up("Shift")
    page.wait_for_timeout(700)
    assert not left(page) and talking.mine.count() == 1


def test_the_first_shifts_are_told_and_seen_and_run_out(talking):
    page = talking.page
    talking.box.focus()
    page.keyboard.press("Shift")
    status = page.locator("signpost-chat > [role=status]")
    until(talking.page, lambda: "2 more times" in status.text_content())
    page.keyboard.press("Shift")
    until(talking.page, lambda: "once more" in status.text_content())
    assert page.locator(".dots .on").count() == 2
    until(talking.page, lambda: page.locator(".dots .on").count() == 0, seconds=6)
    page.keyboard.press("Shift")
    page.wait_for_timeout(200)
    assert not left(page)


# No browser that can be driven here has a keyboard on the screen. What is emulated is what a phone's does: the page keeps its
# height, and the part that is seen is lower and pushed down. `keyboard(height, top, scale)` says which part that is.
KEYBOARD = """
Object.defineProperty(window, 'visualViewport', { value: Object.assign(new EventTarget(), { height: innerHeight, offsetTop: 0, scale: 1 }) })
window.keyboard = (height, offsetTop, scale = 1) => {
  Object.assign(visualViewport, { height, offsetTop, scale })
  for (const kind of ['resize', 'scroll']) visualViewport.dispatchEvent(new Event(kind))
}
"""
PHONE = {"viewport": {"width": 390, "height": 760}, "has_touch": True, "is_mobile": True}
TABLET = {"viewport": {"width": 820, "height": 1100}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize("device", [PHONE, TABLET], ids=["phone", "tablet"])
def test_exit_and_the_box_stay_in_the_part_that_is_seen_above_an_emulated_keyboard(at_school, visit, server, device, mount):
    options = device | {"before": KEYBOARD}
    chat = at_school(**options) if mount == "frame" else Chat(visit(server.url + "/widget/chat.html", **options), inline=True)
    chat.open().say("hello")
    before = chat.panel.bounding_box()
    chat.box.tap()
    chat.box.fill("he wants")
    chat.page.evaluate("keyboard(380, 240)")
    chat.page.wait_for_timeout(200)
    for control in (chat.exit, chat.box, chat.send):
        place = control.bounding_box()
        assert place["y"] >= 240 and place["y"] + place["height"] <= 620, "off the screen"
    panel = chat.panel.bounding_box()
    assert panel["x"] >= 0 and panel["x"] + panel["width"] <= device["viewport"]["width"]
    if device is PHONE:
        assert (panel["y"], panel["height"]) == (240, 380)
    chat.page.evaluate("keyboard(innerHeight, 0)")
    assert chat.panel.bounding_box() == before


def test_what_somebody_zooms_in_on_is_theirs_and_a_phones_own_bar_is_no_keyboard(at_school):
    chat = at_school(**PHONE, before=KEYBOARD).open()
    whole = chat.panel.bounding_box()
    for seen in ("380, 100, 2", "700, 0"):
        chat.page.evaluate("keyboard(380, 240)")
        assert chat.panel.bounding_box() != whole
        chat.page.evaluate(f"keyboard({seen})")
        assert chat.panel.bounding_box() == whole


def test_a_real_zoom_does_not_move_the_chat(at_school):
    """This zoom is the browser's own."""
    chat = at_school(**PHONE).open()
    whole = chat.panel.bounding_box()
    chat.page.context.new_cdp_session(chat.page).send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2})
    until(chat.page, lambda: chat.page.evaluate("visualViewport.scale") == 2)
    chat.page.wait_for_timeout(200)
    assert chat.page.evaluate("document.querySelector('signpost-chat').shadowRoot.querySelector('.panel').className") == "panel"
    assert chat.panel.bounding_box()["height"] == whole["height"]


def test_the_cover_is_up_before_the_next_site_answers(at_school, school):
    hold = threading.Event()
    school.pages["/slow"] = lambda handler: (hold.wait(8), handler.answer(200, "text/html", ELSEWHERE))
    chat = at_school(attributes=f'exit="{school.origin}/slow"').open()
    chat.say(SECRET)
    chat.page.evaluate(SEE_COVER)
    chat.exit.click(no_wait_after=True)
    seen = until(chat.page, lambda: [said for said in chat.page.said if said.startswith("cover")])
    hold.set()
    assert seen == ["cover 0 0 1000 760 signpost-chat rgb(255, 255, 255) frames 0"]
    until(chat.page, lambda: chat.page.url.endswith("/slow"))


def test_leaving_the_page_any_other_way_wipes_too_and_the_cache_has_nothing(at_school, school, server):
    """A link, an address typed: then Back brings the page from the back/forward cache, without a word of it."""
    chat = at_school(body="<script>0</script>", csp="").open()
    page = chat.page
    page.evaluate("addEventListener('pageshow', (e) => { window.restored = e.persisted })")
    with page.expect_request("**/chat") as asked:
        chat.say(SECRET)
    page.goto(school.page("/other", "<title>Other</title>other"))
    until(chat.page, lambda: forgotten(server, json.loads(asked.value.post_data)["sender"]))
    page.go_back(wait_until="commit")
    assert page.evaluate("window.restored") is True, "the back/forward cache is off: this check would prove nothing"
    assert "zebedee" not in chat.text() and not chat.panel.is_visible()
    chat.open()
    assert chat.mine.count() == 0 and "zebedee" not in chat.text()


def test_back_to_our_own_page_shows_no_word_and_without_a_network_still_numbers(visit, broken, school):
    """Other browsers may keep a no-store page in the back/forward cache; Chromium does when it may be stored."""
    ours = broken((200, "application/json", card(), {}))
    ours.pages["/widget/chat.html"][3].pop("Cache-Control")
    chat = Chat(visit(ours.origin + "/widget/chat.html"), inline=True).open()
    page = chat.page
    page.evaluate("addEventListener('pageshow', (e) => { window.restored = e.persisted })")
    chat.say(SECRET)
    chat.box.fill("zebedee unsent")
    page.goto(school.page("/other", "<title>Other</title>other"))
    ours.close()
    page.go_back(wait_until="commit")
    assert page.evaluate("window.restored") is True, "the back/forward cache is off: this check would prove nothing"
    page.locator('signpost-chat a[href="tel:08001111"]').wait_for()
    assert "zebedee" not in chat.text()


def test_where_there_are_no_popovers_the_cover_is_on_top_too(at_school, school):
    hold = threading.Event()
    school.pages["/slow"] = lambda handler: (hold.wait(8), handler.answer(200, "text/html", ELSEWHERE))
    chat = at_school(
        attributes=f'exit="{school.origin}/slow"', before="delete HTMLElement.prototype.showPopover; delete HTMLElement.prototype.popover"
    ).open()
    chat.page.evaluate(SEE_COVER.replace("localName", "shadowRoot.elementFromPoint(500, 400).className"))
    chat.exit.click(no_wait_after=True)
    seen = until(chat.page, lambda: [said for said in chat.page.said if said.startswith("cover")])
    hold.set()
    assert seen == ["cover 0 0 1000 760 cover on rgb(255, 255, 255) frames 0"]
    until(chat.page, lambda: chat.page.url.endswith("/slow"))


def test_whatever_throws_exit_wipes_and_leaves(visit, server):
    chat = Chat(visit(server.url + "/widget/chat.html"), inline=True).open()
    chat.page.evaluate(
        "document.querySelector('signpost-chat').shadowRoot.querySelector('.exit').addEventListener('click', () => console.log('turns', document.querySelectorAll('.turn').length))"
    )
    chat.page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body=ELSEWHERE, content_type="text/html"))
    chat.say(SECRET)
    chat.page.evaluate("import('/widget/chat.js').then((it) => { it.Conversation.prototype.end = () => { throw new Error('no') } })")
    chat.exit.click()
    until(chat.page, lambda: left(chat.page))
    assert "turns 0" in chat.page.said


@pytest.mark.parametrize("address", ["javascript:document.title='x'", "data:text/html,x", "nonsense"])
def test_an_exit_address_that_is_no_web_address_is_not_used(at_school, address):
    chat = at_school(attributes=f'exit="{address}"').open()
    asked = []
    chat.page.route("https://www.bbc.co.uk/**", lambda route: (asked.append(1), route.fulfill(body=ELSEWHERE, content_type="text/html")))
    chat.exit.click()
    until(chat.page, lambda: "bbc.co.uk" in chat.page.url)


def test_should_the_pages_script_not_act_the_frame_leaves_by_itself(at_school, school):
    chat = at_school().open()
    chat.say(SECRET)
    chat.page.evaluate("document.querySelector('signpost-chat').leave = () => {}")
    chat.box.focus()
    for _ in range(3):
        chat.page.keyboard.press("Shift")
    until(chat.page, lambda: "zebedee" not in chat.text())
    until(chat.page, lambda: left(chat.page))


def test_the_private_page_says_what_exit_cannot_do_and_leaves_without_script(visit, server):
    page = visit(server.url + "/widget/private.html", java_script_enabled=False)
    assert "can't erase your browser's history" in page.inner_text("main")
    assert page.locator("a.leave").first.get_attribute("href").startswith("https://")
    assert page.request.get(server.url + "/widget/private.html").headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("way", ["first button", "last button", "Shift"])
def test_the_private_page_leaves_as_the_chat_does(visit, server, school, way):
    page = visit(school.page("/start", "<title>Start</title>start"))
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body=ELSEWHERE, content_type="text/html"))
    page.goto(server.url + "/widget/private.html")
    assert page.get_by_text("The chat is still open in the other tab.").is_visible()
    if way == "Shift":
        for _ in range(3):
            page.keyboard.press("Shift")
    else:
        page.locator("a.leave").nth(0 if way == "first button" else -1).click()
    until(page, lambda: left(page))
    page.go_back(wait_until="commit")
    assert page.url.endswith("/start"), "Back came to the page that was left"


def test_start_again_forgets_here_and_there(at_school, server):
    chat = at_school().open()
    with chat.page.expect_request("**/chat") as asked:
        chat.say(SECRET)
    chat.within.locator("summary").click()
    chat.within.get_by_role("button", name="Start again").click()
    assert chat.mine.count() == 0 and "zebedee" not in chat.text()
    sender = json.loads(asked.value.post_data)["sender"]
    until(chat.page, lambda: forgotten(server, sender))
    with chat.page.expect_request("**/chat") as again:
        chat.say("hello")
    assert json.loads(again.value.post_data)["sender"] != sender


def test_a_page_that_takes_the_element_out_ends_the_talk_and_may_put_it_back(at_school, server):
    chat = at_school().open()
    with chat.page.expect_request_finished(lambda request: request.url.endswith("/chat")) as asked:
        chat.say(SECRET)
    chat.page.evaluate("window.kept = document.querySelector('signpost-chat'); kept.remove()")
    until(chat.page, lambda: forgotten(server, json.loads(asked.value.post_data)["sender"]))
    chat.page.evaluate("document.body.append(kept)")
    chat.open()
    assert chat.mine.count() == 0
    for _ in range(3):
        chat.page.keyboard.press("Shift")
    until(chat.page, lambda: left(chat.page))


def test_an_element_that_was_taken_out_hears_nothing_more(at_school):
    """A site that changes its pages by script makes one a page."""
    page = at_school().page
    browser = page.context.new_cdp_session(page)

    def listeners() -> int:
        window = browser.send("Runtime.evaluate", {"expression": "window"})["result"]["objectId"]
        return len(browser.send("DOMDebugger.getEventListeners", {"objectId": window})["listeners"])

    before = listeners()
    page.evaluate(
        "for (let i = 0; i < 3; i++) { const it = document.createElement('signpost-chat'); document.body.append(it); it.remove() }"
    )
    assert listeners() == before > 0


def later(chat, minutes: int):
    """The frame's clock goes on by so much."""
    chat.frame.evaluate("(ms) => { const now = Date.now; Date.now = () => now() + ms }", minutes * 60_000)


def comes_back(chat):
    chat.frame.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def opens_it_again(chat):
    chat.page.get_by_role("button", name="Hide the chat").click()
    chat.launcher.click()


@pytest.mark.parametrize("act", [comes_back, opens_it_again, lambda chat: chat.box.press("x")])
def test_after_half_an_hour_the_next_person_finds_an_empty_chat(at_school, server, act):
    chat = at_school().open()
    with chat.page.expect_request("**/chat") as asked:
        chat.say(SECRET)
    chat.box.fill("zebedee unsent")
    later(chat, 29)
    comes_back(chat)
    assert chat.mine.count() == 1, "too early"
    later(chat, 2)
    act(chat)
    until(chat.page, lambda: chat.answers.count() == 1)
    assert "zebedee" not in chat.text()
    until(chat.page, lambda: forgotten(server, json.loads(asked.value.post_data)["sender"]))
    chat.say("hello")


def test_half_an_hour_passes_by_itself_on_a_page_that_nobody_touches(visit, server):
    chat = Chat(visit(), inline=True)
    chat.page.clock.install()
    chat.page.goto(server.url + "/widget/chat.html")
    chat.open().box.fill("zebedee unsent")
    chat.page.clock.fast_forward("31:00")
    until(chat.page, lambda: chat.answers.count() == 1 and "zebedee" not in chat.text())


def test_hiding_the_chat_tells_the_frame_to_stop_reading_aloud(at_school):
    chat = at_school().open()
    chat.frame.evaluate("() => { window.heard = []; addEventListener('message', (e) => heard.push(e.data.signpost)) }")
    chat.page.get_by_role("button", name="Hide the chat").click()
    until(chat.page, lambda: chat.frame.evaluate("heard") == ["hush"])
