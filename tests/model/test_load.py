"""A few seconds of load: `make load` in small. Everybody is answered, nobody gets somebody else's answer."""

import pytest

from tools.load import PYTHON, SCRIPTS, alone, crowd, quantile
from tools.server import running


@pytest.fixture(scope="module")
def spoiled():
    """A server in which every 40th call of an action fails."""
    with running(program="tools.faulty", SIGNPOST_FAULT_EVERY="40") as server:
        yield server


def test_thirty_people_with_an_action_failing_now_and_then(spoiled, server, tmp_path):
    assert PYTHON.exists(), "make .tools/load/ready"
    alone(server, tmp_path / "scripts.json")  # what is right, from a server that is well
    seen = crowd(spoiled.url, people=30, seconds=10, scripts=tmp_path / "scripts.json", pause=0.4)
    assert len(seen["ms"]) >= 20 and seen["conversations"] >= 20, "a busy machine starts fewer people in ten seconds"
    assert (seen["unanswered"], seen["crossed"], seen["fell"]) == ([], [], [])
    assert seen["degraded"] > 0, "the faults happened"
    assert quantile(seen["ms"], 1.0) < 8000


def test_the_comparison_sees_a_mix_up(server, tmp_path):
    """The check itself is proved: with what another script got as the expectation, answers count as crossed."""
    import json

    alone(server, tmp_path / "scripts.json")
    made = json.loads((tmp_path / "scripts.json").read_text())
    swapped = [{**script, "expected": (made[(i + 1) % len(made)]["expected"] * 2)[: len(script["texts"])]} for i, script in enumerate(made)]
    (tmp_path / "scripts.json").write_text(json.dumps(swapped))
    seen = crowd(server.url, people=5, seconds=3, scripts=tmp_path / "scripts.json", pause=0.1)
    assert seen["crossed"] and seen["unanswered"] == [] and len(SCRIPTS) == len(made)
