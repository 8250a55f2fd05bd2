"""Find Chromium for the browser tests, the bench and the screenshots; install Debian's when we may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

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


def required() -> bool:
    """Whether doing without a browser would be a failure: in CI, or when SIGNPOST_REQUIRE_BROWSER is set."""
    return bool(os.environ.get("CI") or os.environ.get("SIGNPOST_REQUIRE_BROWSER"))


def launch(playwright):
    """A headless browser. The back/forward cache is on, as it is for people: leave-no-trace checks need it."""
    return playwright.chromium.launch(
        executable_path=find(),
        # Chromium's sandbox refuses to start as root, which containers are.
        args=["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [],
        ignore_default_args=["--disable-back-forward-cache"],
    )


def main() -> None:
    """Install Chromium with apt-get when it is absent and we are root; otherwise say so and go on."""
    if find():
        return
    if not (Path("/usr/bin/apt-get").exists() and os.geteuid() == 0):
        print("No Chromium and no right to install it: browser tests will be skipped.")
        sys.exit(1 if required() else 0)
    print("Installing Chromium with apt-get …")
    quiet = {"stdout": subprocess.DEVNULL, "check": False, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], **quiet)
    sys.exit(1 if required() and not find() else 0)


if __name__ == "__main__":
    main()
