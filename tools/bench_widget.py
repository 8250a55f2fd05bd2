"""How fast the widget is on a throttled phone (4 times slower CPU, 1.6 Mbit/s, 150 ms): part of `make bench`."""

import gzip
import statistics

from playwright.sync_api import sync_playwright

from tools import chromium
from tools.server import ROOT, running

RUNS = 5
SLOW_NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
# Looks at every frame the browser paints until the button has a size.
SEEN = """
const look = () => {
  const box = document.querySelector('signpost-chat')?.shadowRoot?.querySelector('.open')?.getBoundingClientRect()
  if (box?.height) window.buttonSeen = performance.now()
  else requestAnimationFrame(look)
}
look()
"""
# From the last byte of an answer to the frame in which it is on the screen.
ANSWERED = """() => {
  const fetched = window.fetch
  window.fetch = async (...all) => { const answer = await fetched(...all); await answer.clone().text(); window.came = performance.now(); return answer }
  new MutationObserver((changes) => {
    if (changes.some((one) => [...one.addedNodes].some((node) => node.classList?.contains('bot')))) {
      requestAnimationFrame(() => setTimeout(() => { window.shown = performance.now() }))
    }
  }).observe(document.querySelector('.turns'), { childList: true })
}"""


def soon(frame, script: str) -> float:
    """The number a script gives, once it gives one. (The page's policy refuses Playwright's own way of waiting.)"""
    while not (found := frame.evaluate(script)):
        frame.wait_for_timeout(50)
    return found


def once(browser, url: str) -> tuple[float, float, int]:
    """Milliseconds to the button and from the server's answer to the screen, and how many requests went elsewhere."""
    context = browser.new_context(viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    context.add_init_script(SEEN)
    page = context.new_page()
    strangers = []
    context.on("request", lambda request: None if request.url.startswith(url) else strangers.append(request.url))
    slow = context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(url)
    button = soon(page, "window.buttonSeen")
    page.locator("signpost-chat .open").click()
    chat = page.frame_locator("signpost-chat iframe")
    chat.locator("textarea").fill("some man on snap wants pics of me and im 12")
    frame = page.frames[1]
    frame.evaluate(ANSWERED)
    chat.get_by_role("button", name="Send").click()
    answer = soon(frame, "window.shown ? window.shown - window.came : 0")
    context.close()
    return button, answer, len(strangers)


def main() -> None:
    """Sizes, then the medians of a few runs."""
    for name in ("signpost.js", "chat.js", "chat.css", "strings/en.json"):
        size = len(gzip.compress((ROOT / "widget" / name).read_bytes(), 9, mtime=0))
        print(f"{name:16} {size / 1024:.1f} KiB gzipped")
    if why := chromium.why_not():
        raise SystemExit(f"not timed: {why}")
    with running() as server, sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        runs = [once(browser, server.url) for _ in range(RUNS)]
    button, answer, strangers = (list(column) for column in zip(*runs, strict=True))
    print(f"button on the screen after {statistics.median(button):.0f} ms ({min(button):.0f} to {max(button):.0f})")
    print(f"answer on the screen {statistics.median(answer):.0f} ms after the server's ({min(answer):.0f} to {max(answer):.0f})")
    print(f"requests to anybody else: {sum(strangers)}")


if __name__ == "__main__":
    main()
