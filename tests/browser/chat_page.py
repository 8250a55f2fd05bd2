"""What browser tests are made of: small real web sites, broken servers of ours, and a chat used as a person uses it."""

import contextlib
import http.server
import json
import threading
import time
from collections.abc import Callable

from addons.pages import read_pages

ELSEWHERE = "<!doctype html><html lang=en><title>Weather</title><h1>Weather</h1>"
# What docs/embed.md tells a web manager to write, and nothing more.
STRICT = (
    "default-src 'none'; script-src {ours}; frame-src {ours}; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
SNIPPET = """
<signpost-chat {attributes}>
  <p>In danger now: call <a href="tel:999">999</a>. Childline: <a href="tel:08001111">0800 1111</a>. Police: <a href="tel:101">101</a>.
     Deaf: <a href="https://999bsl.co.uk" rel="noreferrer">999 in British Sign Language</a>. Can't ring: text SHOUT to <a href="sms:85258?body=SHOUT">85258</a>.</p>
</signpost-chat>
<script src="{ours}/widget/signpost.js" defer referrerpolicy="no-referrer"></script>
"""


class Site:
    """A small real web server. `pages` maps a path to (status, content type, body, headers) or to a function of the handler."""

    def __init__(self, name: str = "localhost"):
        self.pages: dict[str, tuple | Callable] = {}
        self.asked: list[tuple[str, str]] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.split("?")[0]
                site.asked.append((self.command, path))
                self.text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                page = site.pages.get(path) or (404, "text/plain", "nothing here", {})
                self.answer(*page) if isinstance(page, tuple) else page(self)

            do_POST = do_GET

            def answer(self, status, kind, body, headers=()):
                body = body if isinstance(body, bytes) else body.encode()
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    for key, value in {**dict(headers), "Content-Type": kind, "Content-Length": len(body)}.items():
                        self.send_header(key, str(value))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *args):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                """A browser that leaves in the middle of an answer is no error."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.origin = f"http://{name}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def page(self, path: str, body: str, *, status: int = 200, kind: str = "text/html; charset=utf-8", **headers) -> str:
        """Put a page there; its address."""
        self.pages[path] = (status, kind, body, {k.replace("_", "-"): v for k, v in headers.items()})
        return self.origin + path

    def embed(self, ours: str, *, attributes: str = "", head: str = "", body: str = "", path: str = "/page", csp: str = STRICT) -> str:
        """Put a school's page with our snippet there; its address."""
        exit_to = self.page("/elsewhere", ELSEWHERE)
        attributes += "" if "exit=" in attributes else f' exit="{exit_to}"'
        snippet = SNIPPET.format(ours=ours, attributes=attributes)
        html = f'<!doctype html><html lang="en"><meta name=viewport content="width=device-width"><title>School</title>{head}<main><h1>School</h1>{body}</main>{snippet}'
        return self.page(path, html, **({"Content_Security_Policy": csp.format(ours=ours)} if csp else {}))

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Broken(Site):
    """Our own server with its files right and its answers as `chat` gives them: a page tuple or a function of the handler."""

    def __init__(self, chat, school: Site):
        super().__init__("127.0.0.1")
        for address, page in read_pages([school.origin]).items():
            headers = {k: v for k, v in page.headers.items() if k != "Content-Type"}
            self.pages[address] = (200, page.headers["Content-Type"], page.body, headers)
        self.pages["/chat"] = chat
        self.pages["/end"] = (200, "application/json", "{}", {})


class Chat:
    """A page with the chat on it, used as a person uses it."""

    def __init__(self, page, *, inline: bool = False):
        self.page = page
        self.inline = inline
        self.launcher = page.locator("signpost-chat .open")
        self.panel = page.locator("signpost-chat .panel")
        self.exit = page.locator("signpost-chat .exit")
        self.cover = page.locator("signpost-chat .cover")
        self.within = page if inline else page.frame_locator("signpost-chat iframe")
        self.box = self.within.locator("textarea")
        self.send = self.within.get_by_role("button", name="Send", exact=True)
        self.turns = self.within.locator(".turn")
        self.answers = self.within.locator(".turn.bot")
        self.mine = self.within.locator(".turn.me")

    def open(self) -> "Chat":
        if not self.inline:
            self.launcher.click()
        self.box.wait_for()
        return self

    @property
    def frame(self):
        """The document the conversation is in."""
        return self.page.main_frame if self.inline else next(f for f in self.page.frames if "chat.html" in f.url)

    def say(self, text: str, *, waits: bool = True):
        """Type and send; the answer's locator."""
        before = self.answers.count()
        self.box.fill(text)
        self.send.click()
        if waits:
            self.answers.nth(before).wait_for()
        return self.answers.last

    def everywhere(self, script: str) -> list:
        """What the script gives in every document of the page."""
        return [frame.evaluate(script) for frame in self.page.frames]

    def text(self) -> str:
        """All that can be read in every document, shadow roots included."""
        deep = "() => { const t = (n) => (n.textContent || '') + [...n.querySelectorAll('*')].map((e) => (e.value || '') + (e.shadowRoot ? t(e.shadowRoot) : '')).join(' '); return t(document) }"
        return " ".join(self.everywhere(deep))


def card(**changes) -> str:
    """A whole answer of the server, as JSON."""
    contacts = [{"id": "999", "name": "Emergency services", "number": "999", "href": "tel:999", "why": "Now"}]
    whole = {
        "card": "signpost",
        "urgency": "support",
        "topic": "x",
        "audience": "unknown",
        "contacts": contacts,
        "steps": [],
        "choices": [],
        "degraded": False,
    }
    texts = changes.pop("texts", ["First words.", "The card in words."])
    return json.dumps([*({"recipient_id": "x", "text": t} for t in texts), {"recipient_id": "x", "custom": whole | changes}])


def until(page, check: Callable, *, seconds: float = 20):
    """Wait until check() is true; its value. What happens in the browser meanwhile is only heard while `page` waits."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, "it did not happen in time"
        page.wait_for_timeout(50)
    return found
