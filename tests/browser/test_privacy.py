"""Nothing stored, nothing leaked: a hostile page around the frame, storage, requests, referrers, policies, messages."""

import json
import re
from urllib.parse import urlsplit

import pytest
from chat_page import Chat, card, until

SECRET = "zebedee quillfeather wants to meet me"
SPY = """<script>
window.keys = []; window.seen = []; window.heard = []
for (const kind of ['keydown', 'keypress', 'keyup', 'input', 'beforeinput', 'paste', 'compositionend'])
  addEventListener(kind, (e) => keys.push(e.key || e.data || e.target?.value || kind), true)
addEventListener('message', (e) => heard.push(JSON.stringify(e.data)), true)
const look = (root) => new MutationObserver(() => seen.push(root.textContent || root.innerHTML)).observe(root, { subtree: true, childList: true, attributes: true, characterData: true })
look(document)
setInterval(() => { const r = document.querySelector('signpost-chat')?.shadowRoot; if (r && !r.spied) { r.spied = true; look(r) } }, 20)
setInterval(() => { const frame = document.querySelector('signpost-chat')?.shadowRoot?.querySelector('iframe'); if (frame?.contentDocument) seen.push(frame.contentDocument.body?.textContent)
  try { frame && seen.push(frame.contentWindow.document.body.textContent) } catch (e) { if (e.name === 'SecurityError') window.refused = true } }, 50)
</script>
<style>
* { all: unset !important; display: block !important; opacity: .1 !important; visibility: hidden !important; pointer-events: none !important;
    transform: scale(.1) !important; z-index: -1 !important; font: 3px serif !important; color: red !important; background: lime !important }
#lid { all: unset !important; position: fixed !important; inset: 0 !important; z-index: 2147483647 !important; background: tomato !important;
       visibility: visible !important; opacity: 1 !important; pointer-events: auto !important; display: block !important }
body { overflow: hidden !important; filter: blur(9px) !important; contain: strict !important }
</style>
<div id=lid></div>"""


def test_a_hostile_page_reads_nothing_and_breaks_nothing(at_school):
    chat = at_school(body=SPY, csp="").open()
    page = chat.page
    chat.box.press_sequentially(SECRET, delay=5)
    chat.box.press("Enter")
    chat.answers.nth(1).wait_for()
    spied = page.evaluate("({ keys, seen, heard, refused })")
    assert spied["refused"], "the spy could look into the frame, or did not run"
    assert spied["seen"], "the spy saw nothing at all: it did not run"
    assert not [key for key in spied["keys"] if key != "Shift"]
    assert not re.search("zebedee|quillfeather|meet", json.dumps(spied))
    box = chat.panel.bounding_box()
    assert box["width"] >= 400 and box["height"] >= 600, "a page's CSS shrank the panel"
    assert page.evaluate("document.elementFromPoint(900, 400)?.localName") == "signpost-chat", "something of the page lies over the chat"
    chat.page.get_by_role("button", name="Hide the chat").click()
    assert chat.launcher.bounding_box()["height"] >= 44
    chat.launcher.click()
    chat.exit.click()
    until(page, lambda: page.url.endswith("/elsewhere"))


def test_a_page_that_writes_messages_itself_is_not_believed(at_school, school, visit, server):
    """Neither the frame nor the page does what a window says that is not its partner."""
    chat = at_school(csp="", body="<iframe name=other src=/elsewhere></iframe>").open()
    chat.say(SECRET)
    page = chat.page
    shout = """(w) => { for (const signpost of ['ready', 'shift', 'hello', 'focus']) w.postMessage({ signpost, count: 3, words: { exit: 'HACKED' } }, '*') }"""
    page.evaluate(f"({shout})(window)")
    page.frame("other").evaluate(f"({shout})(parent)")
    page.frame("other").evaluate(
        f"({shout})(parent.document.querySelector('signpost-chat').shadowRoot.querySelector('iframe').contentWindow)"
    )
    page.wait_for_timeout(300)
    assert page.url.endswith("/page") and chat.exit.inner_text().strip() == "Exit this page" and chat.mine.count() == 1


def test_the_frame_speaks_to_the_origin_above_it_only(visit, school, server):
    """An address that names another page as its host is not believed: the chat draws its own header and keeps silent."""
    lying = f"{server.url}/widget/chat.html#host=https%3A%2F%2Fother.example&exit=https%3A%2F%2Fevil.example"
    page = visit(
        school.page(
            "/lying",
            f'<script>window.heard = []; addEventListener("message", (e) => heard.push(e.data))</script><iframe src="{lying}" width=500 height=600></iframe>',
        )
    )
    inside = page.frame_locator("iframe")
    inside.locator("textarea").wait_for()
    assert inside.get_by_role("button", name="Exit this page").is_visible()
    assert page.evaluate("heard") == []


def test_only_listed_sites_may_frame_the_chat(visit, server, broken):
    other = broken((404, "text/plain", "", {}))
    chat = Chat(visit(other.embed(server.url)))
    chat.launcher.click()
    chat.page.locator(".away").get_by_text("can't open right now").wait_for()


# -1 is what a browser refuses to a frame of another site: then there is nothing to look into.
STORED = """async () => {
  const look = async (what) => { try { return await what() } catch { return -1 } }
  return JSON.stringify([document.cookie, await look(() => localStorage.length), await look(() => sessionStorage.length),
    await look(async () => (await indexedDB.databases()).length), (await look(() => caches.keys())) || [],
    await look(async () => (await navigator.serviceWorker.getRegistrations()).length), history.state]).replace(',-1,-1,-1,-1,', ',-1,-1,-1,[],')
}"""


@pytest.mark.parametrize("mount", ["frame", "inline"])
def test_a_talk_leaves_no_cookie_no_storage_no_cache_and_asks_nobody_else(at_school, visit, server, school, mount):
    chat = at_school() if mount == "frame" else Chat(visit(server.url + "/widget/chat.html"), inline=True)
    chat.open()
    chat.say(SECRET)
    before = chat.within.locator(".turn.bot").count()
    chat.within.locator(".choices button").last.click()
    chat.within.locator(".turn.bot").nth(before).wait_for()
    page = chat.page
    stored = chat.everywhere(STORED)
    assert set(stored) <= {'["",0,0,0,[],0,null]', '["",-1,-1,-1,[],-1,null]'}, stored
    assert page.context.cookies() == []
    assert {urlsplit(r.url).netloc for r in page.sent} <= {urlsplit(server.url).netloc, urlsplit(school.origin).netloc}
    for request in page.sent:
        if request.url.startswith(server.url):
            assert "referer" not in request.all_headers(), request.url
            answer = request.response()
            assert "set-cookie" not in answer.all_headers()
            if "signpost.js" not in request.url and request.method == "GET":
                assert answer.all_headers()["cache-control"] == "no-store", request.url
        assert "zebedee" not in request.url
    posted = [json.loads(r.post_data) for r in page.sent if r.url.endswith("/chat")]
    assert len({p["sender"] for p in posted}) == 1 and re.fullmatch("[0-9a-f]{32}", posted[0]["sender"])


def test_nothing_is_asked_of_us_before_the_chat_is_opened(at_school, server):
    chat = at_school()
    chat.page.wait_for_load_state("networkidle")
    assert [r.url for r in chat.page.sent if r.url.startswith(server.url)] == [server.url + "/widget/signpost.js"]


def test_two_talks_have_two_ids(at_school):
    senders = set()
    for _ in range(2):
        chat = at_school().open()
        with chat.page.expect_request("**/chat") as asked:
            chat.say("hello")
        senders.add(json.loads(asked.value.post_data)["sender"])
    assert len(senders) == 2


@pytest.mark.parametrize("mount", ["frame", "inline"])
def test_strict_policies_refuse_nothing_of_ours(at_school, visit, server, mount):
    chat = at_school() if mount == "frame" else Chat(visit(server.url + "/widget/chat.html"), inline=True)
    chat.open()
    chat.say("some man on snap wants pics of me and im 12")
    chat.within.locator(".who").click()
    chat.within.get_by_role("button", name="Back to the chat").click()
    chat.within.locator("summary").click()
    chat.within.get_by_role("button", name="Easy words").click()
    assert {a.get_attribute("target") for a in chat.within.locator(".talk a[href^=tel]").all()} == {"_top"}, (
        "in a frame, frame-src would refuse it"
    )
    # A call last: nothing here answers it, and the browser's own question about it takes the next click.
    chat.answers.last.locator('a[href="tel:101"]').first.click()
    chat.page.wait_for_timeout(300)
    assert chat.everywhere("window.refusals") == [[]] * len(chat.page.frames)
    assert [said for said in chat.page.said if "Content Security Policy" in said or "error" in said.lower()] == []


def test_the_policies_do_refuse(at_school, visit, server):
    """What the check above relies on: the policies are in force, and a refusal is seen."""
    chat = at_school().open()
    for frame in chat.page.frames:
        frame.evaluate("""() => { const s = document.createElement('style'); s.textContent = 'p { color: red }'; document.head.append(s)
          try { document.body.innerHTML += 'x' } catch { refusals.push('trusted types') } }""")
        until(chat.page, lambda frame=frame: len(frame.evaluate("window.refusals")) >= 2)


def test_the_look_into_storage_sees_what_is_stored(visit, server):
    """What a check above relies on."""
    page = visit(server.url)
    page.evaluate("() => { localStorage.x = 1; sessionStorage.y = 2; document.cookie = 'a=b' }")
    assert page.evaluate(STORED).startswith('["a=b",1,1')


HOSTILE = {
    "contacts": [
        {"id": "999", "name": "<img src=x onerror=window.hacked=1>", "number": "999", "href": "tel:999", "why": "<script>window.hacked=1</script>"},
        {"id": "a", "name": "a", "href": "javascript:window.hacked=1", "number": "one", "why": 7, "ways": [{"label": "x", "href": "javascript:window.hacked=1"}]},
        {"id": "b", "name": {"toString": 1}, "ways": [{"label": "d", "href": "data:text/html,<script>1</script>"}, {"label": "v", "href": "vbscript:x"}, None, 7]},
        {"id": "c", "name": "c", "ways": [{"label": "h", "href": "http://plain.example"}, {"label": "Email us", "href": "mailto:help@nspcc.org.uk"}, {"href": "blob:x"}]},
        {"id": "d", "name": "d", "ways": [{"label": "Text SHOUT to 85258", "href": "sms:85258?body=SHOUT"}, {"label": "site", "href": "https://good.example/"}]},
        None, 7, "x",
    ],
    "steps": ["<b onclick=window.hacked=1>bold</b>", None, 7, {"x": 1}, ""],
    "choices": [{"title": "<i>t</i>", "payload": "/x"}, {"title": 7, "payload": "/y"}, {"title": "no payload"}, None],
    "unknown_key": {"deep": ["<script>window.hacked=1</script>"]},
    "urgency": "<script>",
    "audience": None,
}  # fmt: skip


@pytest.mark.parametrize("mount", ["frame", "inline"])
def test_whatever_the_server_sends_is_text_and_only_safe_links(visit, school, broken, mount):
    answer = (200, "application/json", card(texts=["<svg onload=window.hacked=1> & 0800 1111", "<b>x</b>", "card"], **HOSTILE), {})
    ours = broken(answer)
    chat = Chat(visit(school.embed(ours.origin))) if mount == "frame" else Chat(visit(ours.origin + "/widget/chat.html"), inline=True)
    turn = chat.open().say("<img src=x onerror=window.hacked=1>")
    assert chat.everywhere("window.hacked ?? null") == [None] * len(chat.page.frames)
    assert turn.locator("img, script, svg, b[onclick]").count() == 0
    assert chat.mine.locator("img").count() == 0
    assert {a.get_attribute("href") for a in turn.locator("a").all()} == {"tel:999", "sms:85258?body=SHOUT", "https://good.example/"}
    assert "help@nspcc.org.uk" in turn.inner_text(), "an e-mail address is shown, not linked"
    assert turn.locator(".choices button").all_inner_texts() == ["<i>t</i>"]
    assert {a.get_attribute("rel") for a in turn.locator("a[target=_blank]").all()} == {"noopener noreferrer"}
    assert chat.within.locator("input, [type=file]").count() == 0
