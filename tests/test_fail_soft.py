"""Bounded calls, stores that rest after a failure, the operator's one line: without a server."""

import asyncio
import logging
import threading
import time

import pytest

from addons import lean

lean.install()

from rasa.core.agent import Agent  # noqa: E402
from rasa.core.tracker_store import InMemoryTrackerStore  # noqa: E402
from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

from addons import fail_soft, operator_log  # noqa: E402
from addons.fail_soft import Resting, SoftTrackerStore  # noqa: E402
from addons.operator_log import NoWords, kind, note  # noqa: E402
from addons.private_store import PrivateTrackerStore  # noqa: E402
from addons.threads import HungError, Threads  # noqa: E402

SECRET = "Zebedee of 77 Canary Row"


def run(work):
    return asyncio.run(work)


def test_a_bounded_call_gives_its_result_or_its_error():
    threads = Threads("test")
    assert run(threads.run(lambda: 7, 1)) == 7
    with pytest.raises(KeyError):
        run(threads.run(lambda: {}["x"], 1))
    with pytest.raises(TimeoutError):
        run(threads.run(lambda: time.sleep(0.3), 0.05))


def test_too_many_hung_calls_are_not_added_to_and_one_success_clears_them():
    threads, free = Threads("test", most=3), threading.Event()

    async def story():
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await threads.run(free.wait, 0.02)
        tried = asyncio.create_task(threads.run(free.wait, 0.1))
        await asyncio.sleep(0.01)
        with pytest.raises(HungError):
            await threads.run(lambda: "not run while that one is tried", 0.1)
        with pytest.raises(TimeoutError):
            await tried
        assert await threads.run(lambda: "well again", 0.1) == "well again"
        assert await threads.run(lambda: "and again", 0.1) == "and again"

    run(story())
    free.set()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_what_failed_is_left_alone_for_a_while():
    clock = Clock()
    resting = Resting(5, clock)
    assert not resting
    resting.failed()
    assert resting
    clock.now = 5.1
    assert not resting


class Broken(PrivateTrackerStore):
    error: Exception | None = ConnectionError(SECRET)

    async def save(self, tracker):
        raise self.error

    async def retrieve(self, sender_id):
        raise self.error


def test_when_saving_fails_the_words_are_kept_nowhere():
    store = SoftTrackerStore(Broken(Domain.empty()))
    with operator_log.turn() as faults:
        run(store.save(DialogueStateTracker("a" * 32, [])))
        assert run(store.retrieve("a" * 32)) is None
    assert faults == ["store_failed call=save error=ConnectionError", "store_failed call=retrieve error=resting"]
    with pytest.raises(NotImplementedError):
        _ = store.fallback_tracker_store


def test_one_conversation_that_cannot_be_read_makes_no_stranger_of_another():
    inner = PrivateTrackerStore(Domain.empty())
    store = SoftTrackerStore(inner)
    for sender in ("a" * 32, "b" * 32):
        run(store.save(DialogueStateTracker(sender, [])))
    inner.store["b" * 32] = (inner.store["b" * 32][0], "no JSON")
    with operator_log.turn() as faults:
        assert run(store.retrieve("b" * 32)) is None
    assert faults == ["store_failed call=retrieve error=JSONDecodeError"]
    assert run(store.retrieve("a" * 32)) is not None
    run(store.save(DialogueStateTracker("b" * 32, [])))
    assert run(store.retrieve("b" * 32)) is not None, "it begins anew"


def test_forgetting_says_whether_it_was_done():
    inner = PrivateTrackerStore(Domain.empty())
    store = SoftTrackerStore(inner)
    assert run(store.delete("a" * 32)) is True
    store.resting.failed()
    assert run(store.delete("a" * 32)) is False


def test_an_agent_takes_no_store_that_keeps_words(monkeypatch):
    monkeypatch.setattr(Agent, "_create_tracker_store", Agent._create_tracker_store)
    fail_soft.install()
    with pytest.raises(TypeError):
        Agent._create_tracker_store(InMemoryTrackerStore(Domain.empty()), Domain.empty())
    assert isinstance(Agent._create_tracker_store(None, Domain.empty())._tracker_store, PrivateTrackerStore)


def test_the_operators_log_holds_no_words(caplog):
    handler = logging.StreamHandler()
    handler.addFilter(NoWords())
    record = logging.LogRecord(
        "rasa.core.processor", logging.ERROR, "x.py", 1, f"failed on {SECRET}", (), (ValueError, ValueError(SECRET), None)
    )
    debug = logging.LogRecord("rasa.core.processor", logging.DEBUG, "x.py", 1, SECRET, (), None)
    ours = logging.LogRecord("signpost.chat", logging.ERROR, "x.py", 1, "turn_failed", (), None)
    with operator_log.turn() as faults:
        assert not handler.filter(record) and not handler.filter(debug) and handler.filter(ours)
        note("action_failed", action="action_advise", error="ValueError")
    assert faults == ["rasa.core.processor error=ValueError", "action_failed action=action_advise error=ValueError"]
    assert handler.filter(record) and SECRET not in record.getMessage() and not record.exc_info


def test_the_web_servers_own_complaints_name_no_path():
    passes = NoWords().filter

    def record(message, exc_text=None):
        made = logging.LogRecord("sanic.error", logging.ERROR, "http1.py", 1, message, (), None)
        made.exc_text = exc_text  # as addons/quiet_log.py leaves an exception
        return made

    assert not passes(record(f"<Request: OPTIONS /{SECRET}> body not consumed."))
    bad = record(SECRET, '  File "x.py", line 1, in y\nsanic.exceptions.BadURL')
    assert passes(bad) and bad.getMessage() == "sanic.error: sanic.exceptions.BadURL (no words kept)" and not bad.exc_text


def test_an_errors_kind_names_its_cause_and_quotes_nothing():
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as cause:
            raise RuntimeError(SECRET) from cause
    except RuntimeError as error:
        assert kind(error) == "RuntimeError/ValueError"
