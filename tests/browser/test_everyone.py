"""WCAG 2.2 AA: axe in every state, keyboard, focus, targets, text size, reflow, spacing, colours, direction, print, speech."""

from pathlib import Path

import pytest
from chat_page import Chat, until

EMERGENCY = "hes outside my house and my mums at work"
URGENT = "some man on snap wants pics of me and im 12"


def axe(page) -> list[str]:
    """What axe-core finds in every document of the page: all its rules, its best practices too."""
    import axe_playwright_python

    script = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    found = []
    for frame in page.frames:
        if frame.url.startswith("chrome-error:"):
            continue
        frame.evaluate(script)
        result = frame.evaluate("axe.run(document, { iframes: false, resultTypes: ['violations', 'passes'] })")
        assert len(result["passes"]) > 5, "axe looked at nothing"
        found += [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in result["violations"] for n in v["nodes"]]
    return found


def opened(chat: Chat):
    chat.open()


def talking(text):
    def state(chat: Chat):
        chat.open().say(text)

    return state


def away(chat: Chat):
    chat.page.route("**/chat", lambda route: route.abort())
    chat.open().say("hello")


def frame_away(chat: Chat):
    chat.page.route("**/chat.html", lambda route: route.abort())
    chat.launcher.click()
    chat.page.locator(".away").get_by_text("can't open right now").wait_for()


def who(chat: Chat):
    chat.open().within.locator(".who").click()


def options(chat: Chat):
    chat.open().within.locator("summary").click()


def easy(chat: Chat):
    options(chat)
    chat.within.get_by_role("button", name="Easy words").click()
    chat.say(URGENT)


def long_note(chat: Chat):
    chat.open().box.fill("word " * 500)


STATES = {"closed": lambda chat: None, "open": opened, "conversation": talking("how do i block someone on roblox"), "emergency": talking(EMERGENCY), "urgent": talking(URGENT),
          "away": away, "frame away": frame_away, "who can help": who, "options": options, "easy words": easy, "a long message": long_note}  # fmt: skip
SMALL = {"viewport": {"width": 320, "height": 640}}
LOOKS = {  # every state in the light; where colours or width differ, those in which most is on the screen
    "light": ({}, STATES),
    "dark": ({"color_scheme": "dark"}, ["open", "emergency", "urgent", "away", "frame away"]),
    "320 px": (SMALL, ["closed", "emergency", "urgent", "options", "frame away"]),
}


@pytest.mark.parametrize("look, state", [(look, state) for look, (_, states) in LOOKS.items() for state in states])
def test_axe_finds_nothing_in_any_state(at_school, look, state):
    chat = at_school(**LOOKS[look][0])
    STATES[state](chat)
    chat.page.wait_for_timeout(100)
    assert axe(chat.page) == []


@pytest.mark.parametrize("path", ["/", "/parents", "/widget/private.html", "/widget/chat.html"])
def test_axe_finds_nothing_on_our_own_pages(visit, server, path):
    page = visit(server.url + path)
    if "chat" in path:
        Chat(page, inline=True).open().say(EMERGENCY)
    assert axe(page) == []


def test_axe_does_find_what_is_wrong(at_school):
    chat = at_school().open()
    chat.frame.evaluate("document.querySelector('.send').textContent = ''; document.querySelector('.who').style.color = '#ccc'")
    assert {line.split(":")[0] for line in axe(chat.page)} >= {"button-name", "color-contrast"}


def focused(page):
    """What has the focus, in whatever document and shadow root: (name, whether it can be seen that it has)."""
    script = """() => { let e = document.hasFocus() && document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement
      if (!e || e === document.body || e.localName === 'iframe') return null
      const s = getComputedStyle(e); return [e.className || e.localName, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2] }"""
    found = [f.evaluate(script) for f in page.frames]
    return next((f for f in reversed(found) if f), None)


def test_everything_works_from_the_keyboard_and_focus_is_always_seen(at_school):
    chat = at_school()
    page = chat.page
    page.keyboard.press("Tab")
    assert focused(page) == ["open", True]
    page.keyboard.press("Enter")
    chat.box.wait_for()
    until(page, lambda: focused(page) and focused(page)[0] == "textarea")
    page.keyboard.type(URGENT)
    page.keyboard.press("Enter")
    chat.answers.nth(1).wait_for()
    walked = []
    # Both ways: at the end of the page a headless browser has no toolbar to go to, and may go round without the header.
    for key in ["Tab"] * 22 + ["Shift+Tab"] * 24:
        page.keyboard.press(key)
        walked.append(focused(page))
    names = {name for name, _ in filter(None, walked)}
    assert {"small", "exit", "who", "summary", "turns", "way go", "textarea", "send"} <= names
    assert "open" not in names, "the page behind is out of reach while the chat is open"
    assert [name for name, seen in filter(None, walked) if not seen] == []
    page.keyboard.press("Escape")
    until(page, lambda: not chat.panel.is_visible())
    until(page, lambda: focused(page) and focused(page)[0] == "open")


def test_escape_closes_one_thing_at_a_time(at_school):
    chat = at_school().open()
    press = chat.page.keyboard.press
    chat.within.locator("summary").click()
    press("Escape")
    assert not chat.within.locator("details[open]").count() and chat.panel.is_visible()
    chat.within.locator(".who").click()
    press("Escape")
    assert not chat.within.locator(".people").is_visible() and chat.panel.is_visible()
    press("Escape")
    until(chat.page, lambda: not chat.panel.is_visible())


def test_hiding_gives_the_focus_back_and_opening_gives_it_to_the_box(at_school):
    chat = at_school().open()
    chat.page.get_by_role("button", name="Hide the chat").click()
    until(chat.page, lambda: focused(chat.page)[0] == "open")
    chat.launcher.click()
    until(chat.page, lambda: focused(chat.page)[0] == "textarea")


def test_the_focus_stays_in_the_talk_when_the_button_that_was_pressed_goes(at_school):
    chat = at_school().open()
    chat.page.route("**/chat", lambda route: route.abort())
    chat.within.get_by_role("button", name="It's about me").press("Enter")
    chat.within.locator(".failed").wait_for()
    assert focused(chat.page)[0] == "turns", "after a quick reply"
    chat.page.unroute("**/chat")
    chat.within.get_by_role("button", name="Try again").press("Enter")
    until(chat.page, lambda: chat.answers.count() == 2 and not chat.within.locator(".failed").count())
    assert focused(chat.page)[0] == "turns", "after Try again"


def test_sending_while_help_is_open_leaves_the_focus_in_the_box(at_school):
    chat = at_school().open()
    chat.within.locator(".who").click()
    chat.box.fill("hello")
    chat.box.press("Enter")
    chat.answers.nth(1).wait_for()
    assert focused(chat.page)[0] == "textarea" and not chat.within.locator(".people").is_visible()


MEASURE = """() => { const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])])
  const shown = all(document).filter((e) => e.checkVisibility?.({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1 && !e.closest('.unseen'))
  const ours = shown.filter((e) => e.closest('.talk') || e.getRootNode() !== document)
  const targets = ours.filter((e) => e.matches('button, summary, textarea, a:not(.call)')).map((e) => [e.className || e.localName, e.getBoundingClientRect().width, e.getBoundingClientRect().height])
  const sizes = ours.filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())).map((e) => [e.className || e.localName, parseFloat(getComputedStyle(e).fontSize)])
  return { targets, sizes } }"""


@pytest.mark.parametrize("state", ["closed", "open", "emergency", "urgent", "away", "frame away", "who can help", "options"])
def test_targets_are_44_px_and_text_is_16_px_even_where_a_site_has_small_type(at_school, state):
    chat = at_school(head="<style>html { font-size: 62.5% } * { line-height: 1 }</style>", csp="", viewport={"width": 390, "height": 760})
    STATES[state](chat)
    measured = chat.everywhere(MEASURE)
    targets = [t for m in measured for t in m["targets"]]
    sizes = [s for m in measured for s in m["sizes"]]
    assert targets and sizes
    assert [t for t in targets if min(t[1:]) < 43.9] == []
    assert [s for s in sizes if s[1] < 15.9] == []


# Words of which a part cannot be seen: over the edge of a box that hides it, of the window or of their own button, or to be scrolled to sideways.
CUT = """() => { const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])])
  const cut = ({ left, right, top, bottom }, e) => {
    for (let n = e; n && n !== document; n = n.assignedSlot || n.parentNode?.host || n.parentNode) {
      if (n.nodeType !== 1) continue
      const s = getComputedStyle(n), r = n.getBoundingClientRect()
      if (s.display === 'contents' || s.display === 'inline') continue
      const sideways = left < r.left - 1 || right > r.right + 1
      if (n.matches('button, a, summary, textarea') && (sideways || top < r.top - 1 || bottom > r.bottom + 1)) return true
      if (s.overflowX !== 'visible' && sideways) return true
      if (['auto', 'scroll'].includes(s.overflowY)) return false // there by scrolling
      if (s.overflowY !== 'visible' && (top < r.top - 1 || bottom > r.bottom + 1)) return true
      if (s.position === 'fixed') break
    }
    return right > innerWidth + 1 || left < -1
  }
  return all(document).filter((e) => e.checkVisibility({ visibilityProperty: true }) && getComputedStyle(e).clipPath === 'none' && !e.closest('.unseen, [role=status], main:not(.panel)') && [...e.childNodes].some((n) => {
    if (n.nodeType !== 3 || !n.data.trim()) return false
    const range = document.createRange()
    range.selectNodeContents(n)
    return [...range.getClientRects()].some((rect) => rect.width > 1 && cut(rect, e))
  })).map((e) => e.className || e.textContent) }"""


@pytest.mark.parametrize("state", ["open", "emergency", "urgent", "away", "frame away", "who can help", "options", "easy words"])
def test_at_400_percent_everything_can_be_reached_without_scrolling_sideways(at_school, state):
    chat = at_school(viewport={"width": 320, "height": 256})
    STATES[state](chat)
    for frame in chat.page.frames:
        wide = frame.evaluate("""() => { const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])])
          return all(document).filter((e) => e.checkVisibility?.() && !e.closest('.unseen, [role=status], main:not(.panel)') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className || e.localName) }""")
        assert wide + frame.evaluate(CUT) == [] or frame.url.startswith("chrome-error:")
    # A trial click: scrolled to, inside the window, and nothing over it.
    if state not in ("frame away", "options"):
        chat.box.click(trial=True)
        chat.send.click(trial=True)
    for control in (chat.exit, *([] if state in ("frame away", "options") else [chat.send])):
        control.click(trial=True)
        place = control.bounding_box()
        assert place["y"] >= 0 and place["y"] + place["height"] <= 256 and place["x"] >= 0 and place["x"] + place["width"] <= 320


SPACED = """(css) => { const s = new CSSStyleSheet(); s.replaceSync(css)
  const roots = [document, ...[...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)]
  for (const root of roots) root.adoptedStyleSheets = [...root.adoptedStyleSheets, s] }"""
SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }"


@pytest.mark.parametrize(
    "state", ["closed", "open", "emergency", "urgent", "away", "frame away", "who can help", "options", "a long message"]
)
def test_text_spacing_of_the_readers_own_loses_nothing(at_school, state):
    chat = at_school(viewport={"width": 390, "height": 760})
    STATES[state](chat)
    for frame in chat.page.frames:
        if not frame.url.startswith("chrome-error:"):
            frame.evaluate(SPACED, SPACING)
            assert frame.evaluate(CUT) == []


def test_the_look_for_cut_words_sees_them(at_school):
    """What the check above relies on, in each document: cut below, cut at the side, and more than a button holds."""
    chat = at_school(viewport={"width": 390, "height": 760}).open()
    chat.say(URGENT)
    for frame, css, names in (
        (chat.frame, "label { height: 8px; overflow: hidden }", {"Tell me what is worrying you"}),
        (chat.frame, ".banner { width: 9em; white-space: nowrap !important; overflow: hidden }", {"banner"}),
        (chat.frame, ".send { width: 44px !important; padding: 0 !important; flex: none !important }", {"send"}),
        (chat.page, ".exit { height: 10px !important; min-height: 0 !important; padding: 0 !important }", {"Exit this page"}),
        (chat.page, "header { height: 20px; overflow: clip }", {"Talk about a worry"}),
    ):
        assert frame.evaluate(CUT) == []
        frame.evaluate(SPACED, css)
        assert names <= set(frame.evaluate(CUT)), css
        frame.evaluate(
            "() => { for (const root of [document, ...[...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)]) root.adoptedStyleSheets = root.adoptedStyleSheets.slice(0, -1) }"
        )


def test_forced_colours_keep_every_edge(at_school):
    chat = at_school(forced_colors="active").open()
    turn = chat.say(EMERGENCY)
    for place in (chat.exit, chat.send, chat.within.locator(".who"), turn.locator(".alarm"), turn.locator(".contacts li").first):
        style = place.evaluate("e => [getComputedStyle(e).borderTopStyle, parseFloat(getComputedStyle(e).borderTopWidth)]")
        assert style[0] == "solid" and style[1] >= 1


def test_reduced_motion_is_still(at_school):
    chat = at_school(reduced_motion="reduce").open()
    chat.page.route("**/chat", lambda route: None)
    chat.say("hello", waits=False)
    chat.within.locator(".typing").wait_for()
    moving = [a for found in chat.everywhere("document.getAnimations().map((a) => a.animationName || 'transition')") for a in found]
    assert moving == []


def test_right_to_left_mirrors(at_school):
    chat = at_school(attributes='dir="rtl"').open()
    chat.say(URGENT)
    middle = chat.panel.bounding_box()["x"] + 200
    assert chat.exit.bounding_box()["x"] < middle and chat.panel.bounding_box()["x"] < 100, "the panel and its header did not mirror"
    assert chat.send.bounding_box()["x"] < chat.box.bounding_box()["x"]
    assert chat.within.locator(".talk").evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_on_paper_there_are_numbers_and_no_words_of_the_person(at_school, visit, server):
    chat = at_school().open()
    chat.say(EMERGENCY)
    chat.page.emulate_media(media="print")
    assert chat.page.locator('signpost-chat a[href="tel:08001111"]').first.is_visible() and not chat.panel.is_visible()
    own = Chat(visit(server.url + "/widget/chat.html"), inline=True).open()
    own.say(EMERGENCY)
    own.page.emulate_media(media="print")
    assert not own.mine.is_visible() and not own.box.is_visible()
    assert own.answers.last.locator('a[href="tel:08001111"]').first.is_visible() and not own.exit.is_visible()


VOICES = """
window.spoken = []
Object.defineProperty(window, 'speechSynthesis', { value: { getVoices: () => %s, speak: (u) => spoken.push([u.text, u.voice?.name]), cancel: () => spoken.push(['cancel']) } })
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } }
"""
LOCAL = "[{ name: 'Far', localService: false, lang: 'en-GB' }, { name: 'Near', localService: true, lang: 'en-GB' }]"
FAR = "[{ name: 'Far', localService: false, lang: 'en-GB' }]"
WELSH_TOO = "[{ name: 'Welsh', localService: true, lang: 'cy-GB' }, { name: 'English', localService: true, lang: 'en-GB' }]"
# As in Chrome: none until some time after they were first asked for. Here, until the test calls come().
LATE = f"(window.come ||= () => {{ window.here = true; speechSynthesis.onvoiceschanged?.() }}, window.asked = true, window.here ? {LOCAL} : [])"


def said(chat) -> list:
    return [words for words in chat.frame.evaluate("spoken") if words != ["cancel"]]


def test_reading_aloud_is_off_until_asked_for_and_uses_the_devices_own_voice(visit, server):
    chat = Chat(visit(server.url + "/widget/chat.html", before=VOICES % LOCAL), inline=True).open()
    chat.say("hello")
    assert said(chat) == []
    options(chat)
    aloud = chat.within.get_by_role("button", name="Read answers aloud")
    aloud.click()
    assert aloud.get_attribute("aria-pressed") == "true" and said(chat)[-1][1] == "Near"
    chat.say(URGENT)
    until(chat.page, lambda: "zero eight zero zero" in said(chat)[-1][0])
    assert said(chat)[-1][0].startswith("Please tell someone today.") and "What you can do:" in said(chat)[-1][0]
    aloud_again = chat.within.get_by_role("button", name="Read answers aloud")
    options(chat)
    aloud_again.click()
    before = len(said(chat))
    chat.say("hello")
    assert len(said(chat)) == before


def turn_on(chat) -> object:
    """Switch reading aloud on; its button."""
    chat.within.locator("summary").click()
    aloud = chat.within.get_by_role("button", name="Read answers aloud")
    aloud.click()
    return aloud


@pytest.mark.parametrize("voices", [FAR, "[]"])
def test_a_voice_that_is_someone_elses_computer_is_not_used(visit, server, voices):
    chat = Chat(visit(server.url + "/widget/chat.html", before=VOICES % voices), inline=True).open()
    aloud = turn_on(chat)
    note = chat.within.locator("#note")
    note.get_by_text("no voice of its own").wait_for()
    assert aloud.get_attribute("aria-pressed") == "false" and said(chat) == []
    chat.box.fill("word " * 500)
    assert "2,000" in note.inner_text(), "these words, not the old ones"


def test_voices_that_come_late_are_waited_for(visit, server):
    chat = Chat(visit(server.url + "/widget/chat.html", before=VOICES % LATE), inline=True).open()
    assert chat.frame.evaluate("window.asked"), "before anybody wants them"
    aloud = turn_on(chat)
    assert not chat.within.locator("#note").is_visible()
    chat.frame.evaluate("come()")
    until(chat.page, lambda: aloud.get_attribute("aria-pressed") == "true")
    assert said(chat)[-1][1] == "Near"


def test_each_language_is_read_by_a_voice_of_its_own(visit, server, school):
    page = visit(school.embed(server.url, attributes='lang="cy" preview'), before=VOICES % WELSH_TOO)
    chat = Chat(page).open()
    chat.within.locator("summary").click()
    chat.within.locator(".options [aria-pressed]").first.click()
    until(page, lambda: said(chat))
    chat.box.fill("hello")
    chat.box.press("Enter")
    until(page, lambda: len(said(chat)) == 2)
    assert [voice for _, voice in said(chat)] == ["Welsh", "English"]


def away_and_back(hide: str):
    """Ways in which a chat is no longer before one's eyes, and how it is again."""
    if hide == "hidden":
        return lambda chat: chat.page.get_by_role("button", name="Hide the chat").click(), lambda chat: chat.launcher.click()
    see = "Object.defineProperty(document, 'hidden', {{ configurable: true, value: {} }}); document.dispatchEvent(new Event('visibilitychange'))"
    return lambda chat: chat.everywhere(see.format("true")), lambda chat: chat.everywhere(see.format("false"))


@pytest.mark.parametrize("hide", ["hidden", "in another tab"])
def test_nothing_is_read_aloud_while_the_chat_is_out_of_sight(at_school, hide):
    go_away, come_back = away_and_back(hide)
    chat = at_school(before=VOICES % LOCAL).open()
    turn_on(chat)
    until(chat.page, lambda: len(said(chat)) == 1)
    held = []
    chat.page.route("**/chat", lambda route: held.append(route), times=1)
    chat.say("hello", waits=False)
    until(chat.page, lambda: held)
    chat.frame.evaluate("spoken.length = 0")
    go_away(chat)
    until(chat.page, lambda: chat.frame.evaluate("spoken.length"))
    assert chat.frame.evaluate("spoken[0]") == ["cancel"]
    held[0].continue_()
    chat.answers.nth(1).wait_for(state="attached")
    assert said(chat) == [], "an answer that came meanwhile"
    come_back(chat)
    chat.say("hello")
    until(chat.page, lambda: len(said(chat)) == 1)


def test_easy_words_are_bigger_with_more_space_and_can_be_undone(at_school):
    chat = at_school().open()
    chat.say(URGENT)
    step = chat.within.locator(".steps li").first
    measure = "e => [parseFloat(getComputedStyle(e).fontSize), parseFloat(getComputedStyle(e).lineHeight), e.parentNode.offsetHeight]"
    plain = step.evaluate(measure)
    chat.within.locator("summary").click()
    chat.within.get_by_role("button", name="Easy words").click()
    bigger = step.evaluate(measure)
    assert all(b > 1.2 * a for a, b in zip(plain, bigger, strict=True))
    assert chat.within.get_by_role("button", name="Easy words").get_attribute("aria-pressed") == "true"
    chat.within.get_by_role("button", name="Easy words").click()
    assert step.evaluate(measure) == plain
