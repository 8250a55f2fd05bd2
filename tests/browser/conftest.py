"""A real Chromium, the real server, and small real web sites on other origins: schools' and broken ones of ours.

127.0.0.1 is ours and localhost a school's: two sites to the browser, so our frame really is a stranger there.
"""

import contextlib

import pytest
from chat_page import Broken, Chat, Site

from tests.conftest import cannot
from tools import chromium
from tools.server import MODEL, running

# Runs before any script of a page: what the browser refuses, and what a role=status is told.
WATCH = """
window.refusals = []; window.announced = []
addEventListener('securitypolicyviolation', (e) => refusals.push(`${e.violatedDirective} ${e.blockedURI}`))
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const status = (target.nodeType === 3 ? target.parentNode : target)?.closest?.('[role=status]')
    if (status?.textContent) announced.push(status.textContent)
  }
}).observe(document, { subtree: true, childList: true, characterData: true })
"""


@pytest.fixture(scope="session")
def browser():
    """Never silently absent: a skip with its reason, and a failure in CI."""
    if why := chromium.why_not():
        cannot(why)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def school(browser):
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="session")
def server(school):
    assert MODEL.exists(), "train first: make train"
    with running(SIGNPOST_SITES=school.origin) as server:
        yield server


@pytest.fixture
def visit(browser):
    """visit(url, **context options): a page in a fresh browser profile. `page.sent` lists its requests."""
    contexts = []

    def go(url: str | None = None, *, before: str = "", **options):
        context = browser.new_context(**{"viewport": {"width": 1000, "height": 760}} | options)
        contexts.append(context)
        context.add_init_script(WATCH + before)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.sent, page.said = [], []
        context.on("request", lambda request: page.sent.append(request))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(f"error: {error}"))
        if url:
            page.goto(url)
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def at_school(visit, school, server):
    """at_school(**options of Site.embed and of the context): our chat on a school's page, another origin, strict policy."""

    def go(**options) -> Chat:
        embed = {k: options.pop(k) for k in ("attributes", "head", "body", "path", "csp") if k in options}
        return Chat(visit(school.embed(server.url, **embed), **options))

    return go


@pytest.fixture
def broken(school):
    """broken(chat): our server with a /chat that fails in the way given."""
    sites = []

    def make(chat) -> Broken:
        sites.append(Broken(chat, school))
        return sites[-1]

    yield make
    for site in sites:
        with contextlib.suppress(OSError):
            site.close()
