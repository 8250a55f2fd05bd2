"""Find Chromium for the browser tests, the bench and the screenshots; install Debian's when we may."""

import os
import shutil

from tools.programs import provide

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str:
    """The path of a Chromium, from SIGNPOST_CHROMIUM or PATH; "" when there is none."""
    return os.environ.get("SIGNPOST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")


def why_not() -> str:
    """What is missing for the browser tests, in words; "" when nothing is."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "playwright is not installed (make test-browser installs it)"
    return "" if find() else "no Chromium here (apt-get install chromium, or set SIGNPOST_CHROMIUM)"


def launch(playwright):
    """A headless browser. The back/forward cache is on, as it is for people: leave-no-trace checks need it."""
    return playwright.chromium.launch(
        executable_path=find(),
        # Chromium's sandbox refuses to start as root, which containers are.
        args=["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [],
        ignore_default_args=["--disable-back-forward-cache"],
    )


def main() -> None:
    """Install Chromium when it is absent and we may; otherwise say so and go on. In CI its absence is an error."""
    if find():
        return
    try:
        provide("chromium")
    except SystemExit as absent:
        if os.environ.get("CI"):
            raise
        print(f"{absent}. The browser tests will be skipped.")


if __name__ == "__main__":
    main()
