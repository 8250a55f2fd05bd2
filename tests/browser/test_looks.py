"""The button, titles, eight CSS properties, languages: what a web manager can choose, and what they cannot break."""

import json

import pytest
from chat_page import Chat, card, until

from addons.pages import ROOT

THEME = {
    "accent": "#5b2a86",
    "on-accent": "#fff",
    "surface": "#fbf7ff",
    "ink": "#22102f",
    "font": "Georgia, serif",
    "radius": "2px",
    "offset": "40px",
    "width": "24em",
}

# Readable in itself; but cards are white and the person's own words pale blue.
DARK = {"accent": "#9adbe6", "on-accent": "#06252d", "surface": "#0e2027", "ink": "#e6f2f4"}


def style(**properties) -> str:
    return "<style>signpost-chat { " + "; ".join(f"--signpost-{k.replace('_', '-')}: {v}" for k, v in properties.items()) + " }</style>"


def look(locator, *names) -> list[str]:
    return locator.evaluate("(e, names) => names.map((n) => getComputedStyle(e)[n])", list(names))


def test_eight_properties_reach_the_button_and_the_conversation(at_school):
    chat = at_school(head=style(**THEME), csp="")
    assert look(chat.launcher, "backgroundColor", "color", "borderTopLeftRadius") == ["rgb(91, 42, 134)", "rgb(255, 255, 255)", "2px"]
    assert "Georgia" in look(chat.launcher, "fontFamily")[0]
    box = chat.launcher.bounding_box()
    assert 1000 - box["x"] - box["width"] == 40 and 760 - box["y"] - box["height"] == 40
    chat.open()
    assert chat.panel.bounding_box()["width"] == 384
    assert look(chat.send, "backgroundColor", "borderTopLeftRadius") == ["rgb(91, 42, 134)", "2px"]
    body = chat.within.locator(".talk")
    assert look(body, "backgroundColor", "color") == ["rgb(251, 247, 255)", "rgb(34, 16, 47)"] and "Georgia" in look(body, "fontFamily")[0]


@pytest.mark.parametrize(
    "change",
    [
        {"accent": "#ffd"},
        {"ink": "#cde"},
        {"surface": "#345"},
        DARK,
        {"accent": "url(https://evil.example/x)"},
        {"accent": "oklch(.9 .1 90)"},
    ],
)
def test_colours_that_would_be_hard_to_read_are_not_used(at_school, change):
    chat = at_school(head=style(**THEME | change), csp="").open()
    assert look(chat.send, "backgroundColor") == ["rgb(11, 85, 103)"]
    assert look(chat.exit, "backgroundColor") == ["rgb(255, 255, 255)"]
    assert any("contrast of 4.5" in said for said in chat.page.said)
    assert not [r.url for r in chat.page.sent if "evil" in r.url]


def test_the_default_colours_are_readable_in_light_and_dark(at_school):
    """axe checks text; these are the edges of controls, which need 3 to 1 (WCAG 1.4.11)."""
    script = """e => { const rgb = (c) => c.match(/\\d+/g).slice(0, 3).map((n) => (n /= 255) <= .04045 ? n / 12.92 : ((n + .055) / 1.055) ** 2.4)
      const l = (c) => { const [r, g, b] = rgb(c); return .2126 * r + .7152 * g + .0722 * b + .05 }
      const s = getComputedStyle(e); const [a, b] = [l(s.borderTopColor), l(getComputedStyle(e.closest('form, .top, .talk')).backgroundColor)]; return Math.max(a / b, b / a) }"""
    for scheme in ("light", "dark"):
        chat = at_school(color_scheme=scheme).open()
        for control in (
            chat.box,
            chat.within.locator(".who"),
            chat.within.locator("summary"),
            chat.within.locator(".choices button").first,
        ):
            assert control.evaluate(script) >= 3, (scheme, control)


def test_a_dark_device_gets_our_dark_colours_whatever_the_site_chose(at_school):
    chat = at_school(head=style(**THEME), csp="", color_scheme="dark").open()
    assert look(chat.within.locator(".talk"), "backgroundColor") == ["rgb(14, 32, 39)"]
    assert look(chat.send, "backgroundColor") == ["rgb(154, 219, 230)"]


WORDS = [  # attributes                            button                      title
    ("", "Talk about a worry", "Talk about a worry"),
    ('for="parent"', "Worried about a child?", "Worried about a child?"),
    ("discreet", "Help and advice", "Help and advice"),
    ('label="Ask" heading="Homework"', "Ask", "Homework"),
]


@pytest.mark.parametrize("attributes, label, title", WORDS)
def test_the_button_and_the_title_say_what_the_site_chose(at_school, attributes, label, title):
    chat = at_school(attributes=attributes)
    assert chat.launcher.inner_text() == label
    chat.open()
    assert chat.page.get_by_role("dialog", name=title).is_visible()
    assert chat.page.locator("iframe").get_attribute("title") == title


def test_the_button_stays_clear_of_a_phones_edges_and_says_words(at_school):
    chat = at_school(viewport={"width": 320, "height": 560}, attributes='label="Talk to somebody about anything that worries you at all"')
    box = chat.launcher.bounding_box()
    assert box["x"] >= 16 and box["x"] + box["width"] <= 304


def test_on_a_phone_the_chat_fills_the_screen(at_school):
    chat = at_school(viewport={"width": 390, "height": 760}).open()
    assert chat.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 760}
    exit_box = chat.exit.bounding_box()
    others = [b.bounding_box() for b in chat.page.locator("header .small").all()]
    assert all(exit_box["width"] * exit_box["height"] > 2 * b["width"] * b["height"] for b in others), "Exit is the biggest"


def test_a_language_that_nobody_has_reviewed_is_not_shown_unless_asked_for(at_school):
    chat = at_school(attributes='lang="cy"').open()
    assert "Hello" in chat.answers.first.inner_text() and chat.exit.inner_text().strip() == "Exit this page"
    chat = at_school(attributes='lang="cy" preview').open()
    assert "Helo" in chat.answers.first.inner_text()
    assert chat.within.locator(".talk").get_attribute("lang") == "cy"
    assert chat.exit.inner_text().strip() == "Gadael y dudalen hon", "the words of the page's part arrive with the frame"


def test_a_reviewed_language_is_shown(visit, school, broken):
    ours = broken((200, "application/json", card(), {}))
    welsh = json.loads((ROOT / "strings/cy.json").read_text(encoding="utf-8")) | {"draft": False}
    ours.pages["/widget/strings/cy.json"] = (200, "application/json", json.dumps(welsh), {})
    chat = Chat(visit(school.embed(ours.origin, attributes='lang="cy"'))).open()
    assert "Helo" in chat.answers.first.inner_text()


LANGUAGE = "e => e.closest('[lang]').lang"


def test_words_are_marked_with_the_language_they_are_in(at_school, school, server, visit):
    """Not with the one that was asked for, when that is a draft; nor with the page's, unless the page chose the words."""
    chat = at_school(attributes='lang="cy"').open()
    status = chat.page.locator("signpost-chat > [role=status]")
    assert [n.evaluate(LANGUAGE) for n in (chat.launcher, chat.exit, chat.within.locator(".talk"), status)] == ["en"] * 4
    chat = at_school(attributes='lang="cy" preview').open()
    assert [n.evaluate(LANGUAGE) for n in (chat.launcher, chat.exit, chat.within.locator(".talk"))] == ["cy"] * 3
    welsh = school.embed(server.url, path="/cymraeg").replace("/page", "/cymraeg")
    school.pages["/cymraeg"] = (*school.pages["/cymraeg"][:2], school.pages["/cymraeg"][2].replace('lang="en"', 'lang="cy"'), {})
    page = visit(welsh)
    assert Chat(page).launcher.evaluate(LANGUAGE) == "en", "the button's words are ours"
    page.locator("signpost-chat").evaluate("e => { const it = e.cloneNode(); it.setAttribute('label', 'Siarad'); e.replaceWith(it) }")
    assert [Chat(page).launcher.evaluate(LANGUAGE), Chat(page).exit.evaluate(LANGUAGE)] == ["cy", "en"]


def test_what_is_announced_is_in_the_language_it_is_marked_with(at_school):
    chat = at_school(attributes='lang="cy" preview').open()
    status = chat.frame.locator("signpost-chat > [role=status]")
    until(chat.page, lambda: "Bot ydw i" in status.text_content())
    assert status.get_attribute("lang") == "cy"
    chat.box.fill("hello")
    chat.box.press("Enter")
    chat.answers.nth(1).wait_for()
    assert status.get_attribute("lang") == "en" and "Hello" in status.text_content()


@pytest.mark.parametrize("lang", ["xx", "../../../x", "en-GB"])
def test_a_language_we_do_not_have_is_english(at_school, lang):
    chat = at_school(attributes=f'lang="{lang}"').open()
    assert "Hello" in chat.answers.first.inner_text()


def test_inline_is_refused_on_a_page_that_is_not_ours(at_school):
    chat = at_school(attributes='mount="inline"')
    chat.open()
    assert "chat.html" in chat.frame.url, "it fell back to the frame"


def test_the_demonstration_is_a_school_and_a_parents_page(visit, server):
    for path, label in (("/", "Talk about a worry"), ("/parents", "Worried about a child?")):
        chat = Chat(visit(server.url + path))
        assert chat.launcher.inner_text() == label
        chat.open().say("hello")
        assert chat.everywhere("window.refusals") == [[]] * len(chat.page.frames)


def test_a_plain_link_works_alone(visit, server):
    chat = Chat(visit(server.url + "/widget/chat.html"), inline=True).open()
    chat.say("hello")
    assert chat.page.title() == "Talk about a worry" and chat.exit.is_visible()
    until(chat.page, lambda: chat.page.locator(".panel h1").inner_text() == "Talk about a worry")


def test_a_plain_link_says_for_whom_in_what_language_and_how_discreetly_and_nothing_else(visit, broken):
    ours = broken((200, "application/json", card(), {}))
    welsh = json.loads((ROOT / "strings/cy.json").read_text(encoding="utf-8")) | {"draft": False}
    ours.pages["/widget/strings/cy.json"] = (200, "application/json", json.dumps(welsh), {})
    said = "for=parent&lang=cy&discreet&exit=https%3A%2F%2Fevil.example&heading=HACKED&label=HACKED&host=https%3A%2F%2Fevil.example"
    chat = Chat(visit(f"{ours.origin}/widget/chat.html#{said}"), inline=True).open()
    title = welsh["page"]["discreet"]
    until(chat.page, lambda: chat.page.title() == title)
    assert chat.page.locator(".panel h1").inner_text() == title and "HACKED" not in chat.text()
    assert chat.answers.first.locator("p").first.inner_text() == welsh["talk"]["greeting_parent"][0]
    chat.page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>x</title>", content_type="text/html"))
    chat.exit.click()
    until(chat.page, lambda: chat.page.url == "https://www.bbc.co.uk/weather")


def test_our_own_page_is_printed_whole(visit, broken):
    contacts = [{"id": str(n), "name": f"Line {n}", "number": "101", "href": "tel:101", "why": "One of many"} for n in range(30)]
    ours = broken((200, "application/json", card(contacts=contacts), {}))
    chat = Chat(visit(ours.origin + "/widget/chat.html"), inline=True).open()
    chat.say("hello")
    chat.page.emulate_media(media="print")
    ends = [place.evaluate("e => e.getBoundingClientRect().bottom") for place in (chat.within.locator(".contacts li").last, chat.panel)]
    assert 760 < ends[0] <= ends[1] and look(chat.panel, "overflowY") == ["visible"]
