"""One server, its parts broken one after the other: actions, classifier, tracker store, content, the process itself."""

import contextlib
import os
import shutil
import signal
import threading
import time
import urllib.error

import pytest

from tests.faults.conftest import DANGER, LIMIT, Bench, Log, breakable_model, say
from tools.server import ROOT, free_port, new_sender, running

PORT = free_port()
ENDPOINTS = """
action_endpoint: {url: "in-process://actions", package: tests.faults.parts, selective_domain: true}
tracker_store: {type: tests.faults.parts.BreakableStore}
"""
# Shorter than the shipped 6 and 3, for the sake of the clock on the wall; the order between them is the same.
CREDENTIALS = "addons.web_channel.WebChannel: {turn_seconds: 3, health_seconds: 1}"
ACTION_SECONDS = "1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def make(folder):
    """How the bench is started; the last test starts it again."""
    (folder / "endpoints.yml").write_text(ENDPOINTS, encoding="utf-8")
    (folder / "credentials.yml").write_text(CREDENTIALS, encoding="utf-8")
    (folder / "fault").write_text("", encoding="utf-8")
    shutil.copytree(ROOT / "content", folder / "content")
    model = breakable_model(folder)

    @contextlib.contextmanager
    def start():
        with running(
            model=model,
            port=PORT,
            endpoints=folder / "endpoints.yml",
            credentials=folder / "credentials.yml",
            SIGNPOST_FAULT_FILE=str(folder / "fault"),
            SIGNPOST_CONTENT=str(folder / "content"),
            SIGNPOST_ACTION_SECONDS=ACTION_SECONDS,
            SIGNPOST_STORE_REST_SECONDS="0.5",
        ) as server:
            yield server

    return start


@pytest.fixture(scope="module")
def bench(make, folder):
    with make() as server:
        yield Bench(server, folder / "fault", folder / "content")


@pytest.fixture
def broken(bench):
    """Heals the bench afterwards, whatever happened."""
    yield bench
    bench.heals()


FAULTS = [  # what breaks                 the answer is    the log line names
    ("action raises",               "safety card",   "action_failed action=action_validate_slot_mappings error=ValueError"),
    ("only the advice raises",      "safety card",   "action_failed action=action_advise error=ValueError"),
    ("action hangs",                "safety card",   "action_timed_out"),
    ("action returns nonsense",     "safety card",   ""),
    ("action returns half a card",  "safety card",   "no_whole_reply"),
    ("action says nothing",         "safety card",   "no_whole_reply"),
    ("classifier raises",           "safety card",   "error=GraphComponentException/RuntimeError"),
    ("store refuses",               "advice",        "store_failed call=retrieve error=ConnectionRefusedError"),
    ("store hangs",                 "advice",        "store_failed call=retrieve error=TimeoutError"),
]  # fmt: skip


@pytest.mark.parametrize("fault, answer, named", FAULTS, ids=[f[0] for f in FAULTS])
def test_whatever_part_fails_the_numbers_come_with_the_right_tier(broken, fault, answer, named):
    sender, log = new_sender(), Log(broken.server)
    broken.breaks(fault)
    first = say(broken.server, DANGER, sender)
    assert first.status == 200 and first.card["urgency"] == "emergency"
    assert first.card["degraded"] is (answer == "safety card")
    lines = log.lines()
    assert len(lines) == 1, "one line for the operator"
    assert "turn_failed" in lines[0] and named in lines[0]
    assert "outside" not in lines[0] and "mum" not in lines[0] and sender not in lines[0]
    assert say(broken.server, "ok thank you", sender).card["urgency"] == "emergency", "the conversation's urgency outlives the fault"

    broken.heals()
    time.sleep(0.6)  # a store is left alone for half a second here
    log.mark()
    healthy = say(broken.server, "how do i block someone on roblox")
    assert healthy.card["urgency"] == "info" and not healthy.card["degraded"]
    after = say(broken.server, "ok thank you", sender)
    assert after.card["urgency"] == "emergency" and not after.card["degraded"], "after the fault the conversation goes on where it was"
    assert log.lines() == []


@pytest.mark.parametrize("fault", ["action raises", "classifier raises", "action hangs"])
def test_a_tapped_danger_keeps_its_tier_whatever_fails(broken, fault):
    broken.breaks(fault)
    sender = new_sender()
    card = say(broken.server, '/choose{"answer":"in_danger"}', sender).card
    assert card["urgency"] == "emergency" and card["contacts"][0]["id"] == "999"
    broken.heals()
    assert say(broken.server, "ok", sender).card["urgency"] == "emergency"


def test_a_slow_store_only_costs_time(broken):
    log = Log(broken.server)
    broken.breaks("store is slow")
    answer = say(broken.server, DANGER)
    assert not answer.card["degraded"] and answer.card["urgency"] == "emergency" and answer.seconds > 1
    assert log.lines() == []


def test_a_conversation_that_waits_for_its_own_hung_turn_is_answered_too(broken):
    broken.breaks("action hangs")
    sender, answers = new_sender(), []
    threads = [threading.Thread(target=lambda: answers.append(say(broken.server, DANGER, sender))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [a.card["urgency"] for a in answers] == ["emergency"] * 4


def test_hung_actions_use_up_nothing_that_the_next_person_needs(broken):
    broken.breaks("action hangs")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(say(broken.server, DANGER))) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 30 and all(a.card["degraded"] for a in answers)
    broken.heals()
    assert not say(broken.server, DANGER).card["degraded"]


def test_content_that_breaks_later_is_not_missed(broken):
    before = say(broken.server, "how do i block someone on roblox")
    away = broken.content.with_name("away")
    broken.content.rename(away)
    try:
        after = say(broken.server, "how do i block someone on roblox")
        broken.breaks("action raises")
        degraded = say(broken.server, DANGER)
    finally:
        away.rename(broken.content)
    assert after.texts == before.texts and after.card == before.card
    assert degraded.card["urgency"] == "emergency" and degraded.card["degraded"]


def test_health_says_no_while_the_classifier_fails_and_yes_again_after(broken):
    broken.breaks("classifier raises")
    time.sleep(1.1)  # asked at most once in a second here
    assert broken.server.health() == 503
    broken.heals()
    time.sleep(1.1)
    assert broken.server.health() == 200


def test_a_process_killed_in_mid_turn_leaves_nobody_waiting_and_comes_back(bench, make):
    """Last in this file: it takes the bench down. The page shows its own card meanwhile (nobody can answer for a dead process)."""
    sender, seen = new_sender(), []
    say(bench.server, DANGER, sender)
    bench.breaks("action hangs")

    def ask():
        begun = time.monotonic()
        try:
            bench.server.post("/chat", {"sender": sender, "message": DANGER})
        except (urllib.error.URLError, OSError) as error:
            seen.append((type(error).__name__, time.monotonic() - begun))

    waiting = threading.Thread(target=ask)
    waiting.start()
    time.sleep(0.5)
    os.kill(bench.server.process.pid, signal.SIGKILL)
    waiting.join(10)
    assert seen and seen[0][1] < LIMIT, "the connection breaks, it doesn't hang"
    bench.heals()
    with make() as again:
        answer = say(again, DANGER, sender)
        assert answer.card["urgency"] == "emergency" and not answer.card["degraded"]
