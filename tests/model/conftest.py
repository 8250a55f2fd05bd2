"""One real server for all model tests, started here; tests that break things start their own."""

import pytest

from tools.server import MODEL, running


@pytest.fixture(scope="session")
def server():
    assert MODEL.exists(), "train first: make train"
    with running() as server:
        yield server
