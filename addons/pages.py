"""The widget's files and the demonstration site, served beside /chat: /widget/…, / and /parents.

Everything is read once, at start: a request only looks up a name in a dictionary, so no path can reach another file.
Each kind of page has its own content security policy; who may frame the chat page is the web manager's setting.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from addons.security import HEADERS, sites

ROOT = Path(__file__).resolve().parent.parent / "widget"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Address → file; every other file of widget/ is at /widget/<its name>.
DEMO = {"/": "demo/school.html", "/parents": "demo/parents.html"}
# A school's pages load only this one, on every visit: it may be kept for an hour, and says nothing about who talked.
# All else is no-store: a cached chat page would tell the next person at the computer that it was opened.
KEPT = {"signpost.js", "demo/school.css", "demo/hill.svg"}


@dataclass(frozen=True)
class Page:
    """One file, ready to send. `zipped` is the body in gzip; `tag` is its ETag, no-store files have none."""

    body: bytes
    zipped: bytes
    headers: dict[str, str]
    tag: str = ""


def policy(name: str, framed_by: list[str]) -> str:
    """The content security policy of one HTML file of widget/."""
    if name.startswith("demo/"):
        # What docs/embed.md tells a school to allow, so that the demonstration is also the proof.
        rules = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'"
    else:
        rules = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
    ancestors = " ".join(["'self'", *framed_by]) if name == "chat.html" else "'none'"
    return f"{rules}; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; require-trusted-types-for 'script'; trusted-types 'none'"


def read_pages(framed_by: list[str], root: Path = ROOT) -> dict[str, Page]:
    """Every address and what is sent for it. framed_by: origins that may show the chat page in a frame."""
    pages = {}
    for path in sorted(p for p in root.rglob("*") if p.suffix in TYPES):
        name = path.relative_to(root).as_posix()
        body = path.read_bytes()
        kept = name in KEPT
        headers = HEADERS | {
            "Content-Type": TYPES[path.suffix],
            "Vary": "Accept-Encoding",
            "Cache-Control": "public, max-age=3600" if kept else "no-store",
        }
        if path.suffix == ".html":
            headers["Content-Security-Policy"] = policy(name, framed_by)
        # A school's page loads the script from its own origin, and may ask for integrity (which needs CORS).
        if name == "signpost.js":
            headers |= {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
        elif name == "chat.html":
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        else:
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"' if kept else ""  # weak: the same for both encodings
        if tag:
            headers["ETag"] = tag
        pages[f"/widget/{name}"] = Page(body, gzip.compress(body, 9, mtime=0), headers, tag)
    for address, name in DEMO.items():
        pages[address] = pages.pop(f"/widget/{name}")
    return pages


def add_pages(routes: Blueprint, environment: Mapping[str, str]) -> None:
    """Add the routes. Raises SettingError when SIGNPOST_SITES is wrong."""
    pages = read_pages(sites(environment))

    async def send(request: Request, name: str = "") -> HTTPResponse:
        page = pages.get(request.path)
        if page is None:
            return raw(b"Not found", status=404, content_type="text/plain; charset=utf-8")
        if page.tag and page.tag in request.headers.get("if-none-match", ""):
            return raw(b"", status=304, headers=page.headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return raw(page.zipped, headers=page.headers | {"Content-Encoding": "gzip"})
        return raw(page.body, headers=page.headers)

    for number, address in enumerate(("/widget/<name:path>", *DEMO)):
        # A body that comes with a GET is passed over, not held in memory until it is whole; `add_route` could not say so.
        routes.route(address, methods=["GET", "HEAD"], ignore_body=True, name=f"page_{number}")(send)
