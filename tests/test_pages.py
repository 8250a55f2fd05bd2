"""Which files are served, with which headers, and who may frame them."""

import re

from sanic import Blueprint

from addons.pages import KEPT, add_pages, policy, read_pages


def test_only_the_chat_page_may_be_framed_and_only_by_listed_sites():
    assert "frame-ancestors 'self' https://school.example" in policy("chat.html", ["https://school.example"])
    assert re.search("frame-ancestors 'self';", policy("chat.html", []))
    for name in ("private.html", "demo/school.html", "demo/parents.html"):
        assert "frame-ancestors 'none'" in policy(name, ["https://school.example"])


def test_every_page_has_a_policy_without_unsafe_words_and_no_inline_code(root):
    pages = read_pages([])
    html = {address: page for address, page in pages.items() if "html" in page.headers["Content-Type"]}
    assert {"/", "/parents", "/widget/chat.html", "/widget/private.html"} == set(html)
    for address, page in html.items():
        rules = page.headers["Content-Security-Policy"]
        assert rules.startswith("default-src 'none'; script-src 'self'; style-src 'self'") and "unsafe" not in rules and "*" not in rules
        assert "require-trusted-types-for 'script'" in rules
        text = page.body.decode()
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text), address


def test_only_what_every_visitor_loads_may_be_kept(root):
    pages = read_pages([])
    kept = {address for address, page in pages.items() if "max-age" in page.headers["Cache-Control"]}
    assert kept == {f"/widget/{name}" for name in KEPT}
    assert all(page.headers["Cache-Control"] == "no-store" for address, page in pages.items() if address not in kept)
    assert all(
        page.headers["Referrer-Policy"] == "no-referrer" and page.headers["X-Content-Type-Options"] == "nosniff" for page in pages.values()
    )


def test_no_page_reads_a_body():
    routes = Blueprint("pages")
    add_pages(routes, {})
    assert len(routes._future_routes) == 3 and all(route.ignore_body for route in routes._future_routes)
