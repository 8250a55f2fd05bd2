"""The tracker store that forgets words, the rate limits, the action endpoint: without a server."""

import asyncio
import json
import re

import pytest

from addons import lean

lean.install()

from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.exceptions import RasaException  # noqa: E402

from addons.floors import Floors  # noqa: E402
from addons.in_process import InProcessActions  # noqa: E402
from addons.private_store import PrivateTrackerStore  # noqa: E402
from addons.rate_limit import RateLimits, Refused  # noqa: E402
from addons.web_channel import clean, whole  # noqa: E402

SECRET = "Zebedee of 77 Canary Row"
DOMAIN = Domain.from_dict({"intents": ["greeting"], "slots": {"urgency": {"type": "text", "mappings": [{"type": "custom"}]}}})


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def store(**more):
    clock = Clock()
    return PrivateTrackerStore(DOMAIN, clock=clock, **more), clock


def conversation(sender="a" * 32, turns=1):
    events = []
    for _ in range(turns):
        shares = {"tier": "urgent", "scores": {"urgent": 0.75}}
        parse = {"intent": {"name": "greeting", "confidence": 0.9}, "urgency": shares, "text": SECRET, "metadata": {"x": SECRET}}
        entities = [{"entity": "app", "value": SECRET}]
        events += [
            UserUttered(SECRET, {"name": "greeting", "confidence": 0.9}, entities, parse, metadata={"x": SECRET}),
            SlotSet("urgency", "urgent"),
            ActionExecuted("action_listen"),
            BotUttered(SECRET, {"custom": SECRET}),
        ]
    return DialogueStateTracker.from_events(sender, events, DOMAIN.slots)


def run(work):
    return asyncio.run(work)


def test_a_saved_conversation_holds_labels_and_no_words():
    kept, _ = store()
    run(kept.save(conversation()))
    held = json.dumps(kept.store["a" * 32][1])
    assert "Zebedee" not in held and "Canary" not in held
    tracker = run(kept.retrieve("a" * 32))
    assert tracker.get_slot("urgency") == "urgent"
    # By the model's shares whoever has the model could check a guess of what was typed.
    assert tracker.latest_message.intent == {"name": "greeting"} and not re.search(
        r'"(?:confidence|scores)": [\d{]', kept.store["a" * 32][1]
    )


def test_a_long_conversation_is_cut_and_keeps_its_urgency():
    kept, _ = store(max_events=20)
    tracker = conversation(turns=50)
    run(kept.save(tracker))
    again = run(kept.retrieve("a" * 32))
    assert len(again.events) <= 22 and again.get_slot("urgency") == "urgent"


def test_an_idle_conversation_is_forgotten_and_the_oldest_goes_first():
    kept, clock = store(idle_minutes=1, max_conversations=2)
    run(kept.save(conversation("a" * 32)))
    clock.now += 30
    run(kept.save(conversation("b" * 32)))
    run(kept.save(conversation("c" * 32)))
    assert run(kept.keys()) == ["b" * 32, "c" * 32]
    clock.now += 61
    assert run(kept.retrieve("b" * 32)) is None and run(kept.keys()) == []


def test_ending_forgets_at_once():
    kept, _ = store()
    run(kept.save(conversation()))
    run(kept.delete("a" * 32))
    run(kept.delete("a" * 32))
    assert run(kept.retrieve("a" * 32)) is None


def test_rate_limits_refuse_one_flood_and_nobody_else():
    clock = Clock()
    limits = RateLimits(clock=clock)
    for _ in range(RateLimits.PER_CONVERSATION[1]):
        limits.check("1.2.3.4", "a")
    with pytest.raises(Refused) as refused:
        limits.check("1.2.3.4", "a")
    assert refused.value.status == 429
    limits.check("1.2.3.4", "b")
    clock.now += 1
    limits.check("1.2.3.4", "a")


def test_who_only_ends_conversations_is_limited_by_address_and_not_by_pace():
    limits = RateLimits(clock=Clock())
    limits.per_address, limits.overall = (1, RateLimits.PER_CONVERSATION[1] + 5), 1000
    for _ in range(limits.per_address[1]):  # more than one conversation may send
        limits.check_address("1.2.3.4")
    with pytest.raises(Refused):
        limits.check_address("1.2.3.4")
    limits.check_address("5.6.7.8")


def test_rate_limits_hold_no_address():
    limits = RateLimits()
    limits.check("203.0.113.9", "a")
    assert "203.0.113.9" not in repr(limits._buckets)


def test_rate_limits_can_be_switched_off():
    limits = RateLimits.from_environment({"SIGNPOST_RATE_LIMIT": "off"})
    for _ in range(1000):
        limits.check("1.2.3.4", "a")
        limits.check_address("1.2.3.4")


class Executor:
    def __init__(self, work):
        self.run = work


def endpoint(work) -> InProcessActions:
    made = InProcessActions()
    made.__dict__["_executor"] = Executor(work)
    return made


def test_an_action_that_fails_says_nothing_of_what_was_typed(capfd):
    async def fail(call):
        raise ValueError(SECRET)

    with pytest.raises(RasaException) as error:
        run(endpoint(fail).request(json={"next_action": "action_advise"}))
    assert str(error.value) == "action_advise failed"
    assert error.value.__cause__ is None and error.value.__context__ is None
    out, err = capfd.readouterr()
    assert "Zebedee" not in out + err


def test_an_action_that_hangs_is_given_up(monkeypatch):
    import time

    monkeypatch.setattr("addons.in_process.TIME_LIMIT", 0.1)

    async def hang(call):
        time.sleep(0.5)  # a blocking call, as a broken action would make

    with pytest.raises(RasaException):
        run(endpoint(hang).request(json={"next_action": "action_advise"}))


def test_the_channel_remembers_the_highest_urgency_for_a_while():
    from actions.urgency import Urgency

    clock = Clock()
    floors = Floors(idle_seconds=60, clock=clock)
    floors.set("a", Urgency.EMERGENCY)
    assert floors.get("a") is Urgency.EMERGENCY and floors.get("b") is Urgency.CHAT
    clock.now += 61
    assert floors.get("a") is Urgency.CHAT


@pytest.mark.parametrize("text, cleaned", [("a\x00b", "ab"), ("\u202eevil", "evil"), ("\ud800hi", "hi"), (" \n", ""), ("ok 😭", "ok 😭")])
def test_invisible_and_broken_characters_are_taken_out(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "card", [None, {}, [], "x", {"card": "signpost"}, {"card": "signpost", "contacts": [{"id": "999", "href": "tel:911"}]}]
)
def test_half_a_card_is_no_card(card):
    assert not whole(card)
