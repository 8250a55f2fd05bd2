"""Shared by every test: the repository's root and what is read from it. Tests read nothing outside it."""

import datetime
import os
from pathlib import Path

import pytest
import yaml

from actions.content import Content, load_content
from tools.programs import provide

ROOT = Path(__file__).resolve().parent.parent


def cannot(why: str):
    """A check that cannot run here: skipped with its reason, and a failure in CI."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(why)


def need(*programs: str) -> None:
    """Programs that a test runs, by the names of their Debian packages; installed where we are root."""
    try:
        provide(*programs)
    except SystemExit as absent:
        cannot(str(absent))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(today=datetime.date.today())


@pytest.fixture(scope="session")
def domain() -> dict:
    return yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def intents(domain) -> set[str]:
    """Every intent but `choose`, which is a tapped button."""
    return {i if isinstance(i, str) else next(iter(i)) for i in domain["intents"]} - {"choose"}
