"""Shared by every test: the repository's root and what is read from it. Tests read nothing outside it."""

import datetime
from pathlib import Path

import pytest
import yaml

from actions.content import Content, load_content

ROOT = Path(__file__).resolve().parent.parent


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
