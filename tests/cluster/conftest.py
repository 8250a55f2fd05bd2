"""Redis, a proxy and two servers, started once for the tests in this folder."""

import pytest

from tools.cluster import Cluster, missing_programs
from tools.server import MODEL


@pytest.fixture(scope="session")
def programs():
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)} (as root on Debian: python -m tools.cluster --install-only)")


@pytest.fixture(scope="session")
def cluster(programs):
    assert MODEL.exists(), "train first: make train"
    made = Cluster(2, SIGNPOST_RATE_LIMIT="off", SIGNPOST_TICK_SECONDS="1", PYTHONWARNINGS="ignore")
    try:
        yield made.start(restart_the_dead=False)
    finally:
        made.stop()
