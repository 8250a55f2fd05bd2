"""Redis, a proxy and two servers, started once for the tests in this folder."""

import pytest

from tests.conftest import need
from tools.cluster import PROGRAMS, Cluster
from tools.server import MODEL


@pytest.fixture(scope="session")
def cluster():
    need(*PROGRAMS)
    assert MODEL.exists(), "train first: make train"
    made = Cluster(2, SIGNPOST_RATE_LIMIT="off", SIGNPOST_TICK_SECONDS="1", PYTHONWARNINGS="ignore")
    try:
        yield made.start(restart_the_dead=False)
    finally:
        made.stop()
