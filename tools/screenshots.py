"""The README's pictures, from the real server: `make screenshots` writes docs/screenshots/*.png."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tools import chromium
from tools.server import ROOT, running

FOLDER = ROOT / "docs" / "screenshots"
MOST_BYTES = 500_000  # of all pictures together
PHONE = {"viewport": {"width": 375, "height": 720}}
DESKTOP = {"viewport": {"width": 940, "height": 660}}
WORRY = "some man on snap wants pics of me and im 12"
DANGER = "hes outside my house and my mums at work"
PICTURES = {  # name                what is said (None: not opened)   the device                            broken
    "closed": (None, DESKTOP, ""),
    "desktop": (WORRY, DESKTOP, ""),
    "phone": ("my online friend says keep us secret", PHONE, ""),
    "emergency": (DANGER, PHONE, ""),
    "dark": (WORRY, PHONE | {"color_scheme": "dark"}, ""),
    "away": ("he keeps texting me at night", PHONE, "**/chat"),
}


def take(browser, url: str, name: str) -> Path:
    """One picture; its path."""
    words, device, broken = PICTURES[name]
    context = browser.new_context(**device, reduced_motion="reduce")
    page = context.new_page()
    if broken:
        page.route(broken, lambda route: route.abort())
    page.goto(url)
    page.locator("signpost-chat .open").wait_for()
    if words:
        page.locator("signpost-chat .open").click()
        chat = page.frame_locator("signpost-chat iframe")
        chat.locator("textarea").fill(words)
        chat.locator("textarea").press("Enter")
        chat.locator(".turn.bot").nth(1).wait_for()
        page.wait_for_timeout(300)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> None:
    """Take all of them; fails when they grow too big for a repository."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running() as server, sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        size = sum(take(browser, server.url, name).stat().st_size for name in PICTURES)
    print(f"{len(PICTURES)} pictures in {FOLDER.relative_to(ROOT)}, {size // 1024} KB")
    if size > MOST_BYTES:
        raise SystemExit(f"more than {MOST_BYTES // 1000} KB")


if __name__ == "__main__":
    main()
