"""The channel under too many turns at once and too many messages, without a server or a model."""

import asyncio
import json
import threading
import time
import types
from dataclasses import replace

import pytest

from addons import lean

lean.install()

from rasa.shared.exceptions import RasaException  # noqa: E402

from actions import signals  # noqa: E402
from actions.actions import answered  # noqa: E402
from actions.cards import Case, compose, safety_reply  # noqa: E402
from actions.state import State  # noqa: E402
from actions.urgency import Urgency  # noqa: E402
from addons.floors import Floors  # noqa: E402
from addons.in_process import InProcessActions  # noqa: E402
from addons.places import LONG, Places  # noqa: E402
from addons.web_channel import PASTES, WebChannel, as_messages, whole_reply  # noqa: E402


class Body:
    def __init__(self, data: bytes):
        self.chunks = [data, None]

    async def read(self):
        return self.chunks.pop(0)


def request(text: str, sender: str):
    app = types.SimpleNamespace(ctx=types.SimpleNamespace(agent=None))
    return types.SimpleNamespace(
        stream=Body(json.dumps({"sender": sender, "message": text}).encode()), remote_addr="", ip="192.0.2.1", app=app, headers={}
    )


async def nobody(message):
    """A turn that takes a while and says nothing."""
    await asyncio.sleep(0.2)


async def hangs(message):
    """A turn that takes longer than anybody waits."""
    await asyncio.sleep(3600)


def test_when_no_place_comes_free_people_get_the_card_and_danger_in_it_is_heard():
    async def work():
        channel = WebChannel(turn_seconds=3600, answer_seconds=3600)
        channel.turns = Places(at_once=4, patience=0.2)
        held = [asyncio.create_task(channel._chat(request("hello", f"{i:032x}"), hangs)) for i in range(4)]
        await asyncio.sleep(0.05)
        answer = await channel._chat(request("hes outside my house and my mums at work", "f" * 32), hangs)
        assert not any(task.done() for task in held), "nobody waited for the turns that hang"
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        assert channel.turns._conversations == {} and channel.turns._places._value == 4, "every place was given back"
        return answer, channel.floors.get("f" * 32).word

    answer, floor = asyncio.run(work())
    card = answer.raw_body[-1]["custom"]
    assert answer.status == 503 and card["degraded"] and card["urgency"] == "emergency" and card["contacts"][0]["id"] == "999"
    assert floor == "emergency", "and remembered for the next message"


def test_waiting_in_line_and_a_turn_that_hangs_together_take_no_longer_than_the_page_waits():
    async def long(message):
        await asyncio.sleep(60)

    async def work():
        channel = WebChannel(turn_seconds=60, answer_seconds=1)
        return await channel._chat(request("hes outside my house and my mums at work", "e" * 32), long)

    started = time.monotonic()
    card = asyncio.run(work()).raw_body[-1]["custom"]
    assert card["degraded"] and card["urgency"] == "emergency" and time.monotonic() - started < 30
    given = WebChannel.from_credentials({})
    assert given.turn_seconds < given.answer_seconds < 8, "the page gives up at 8 (widget/chat.js)"


def test_a_crowd_waits_in_line_and_is_served():
    async def work():
        channel, served = WebChannel(), []

        async def turn(message):
            await asyncio.sleep(0.01)
            served.append(message.sender_id)

        await asyncio.gather(*(channel._chat(request("hello", f"{i:032x}"), turn) for i in range(60)))
        return served

    assert asyncio.run(work()) == [f"{i:032x}" for i in range(60)]


def test_one_conversation_takes_one_place_however_much_it_sends():
    async def work():
        channel = WebChannel(turn_seconds=3600, answer_seconds=3600)
        channel.turns = Places(at_once=2, patience=60)
        flood = [asyncio.create_task(channel._chat(request("hello", "a" * 32), hangs)) for _ in range(10)]
        await asyncio.sleep(0.05)
        await channel._chat(request("hello", "b" * 32), quick)
        still = not any(task.done() for task in flood)
        for task in flood:
            task.cancel()
        await asyncio.gather(*flood, return_exceptions=True)
        return still

    async def quick(message):
        return None

    assert asyncio.run(work()), "its own conversation's line, not the others'"


def test_a_refused_flood_is_still_listened_to():
    async def work():
        channel = WebChannel()
        for i in range(30):
            answer = await channel._chat(request("hes outside my house and my mums at work" if i == 29 else "hello", "a" * 32), quick)
        return answer

    async def quick(message):
        return None

    answer = asyncio.run(work())
    assert answer.status == 429 and answer.raw_body[-1]["custom"]["contacts"][0]["id"] == "999"


def test_a_button_for_danger_means_danger_when_everything_else_has_failed(content):
    """The tap is often the first thing somebody sends; without a model nobody but the channel knows what it means."""

    async def work(payload):
        return await WebChannel()._chat(request(payload, "d" * 32), nobody)

    for choice in content.choices.by_payload.values():
        card = asyncio.run(work(choice.payload)).raw_body[-1]["custom"]
        assert card["degraded"] and card["urgency"] == (
            choice.urgency.word if choice.urgency and choice.urgency > Urgency.SUPPORT else "support"
        )
    assert asyncio.run(work(content.choices.in_danger.payload)).raw_body[-1]["custom"]["contacts"][0]["id"] == "999"


def test_a_retry_is_told_from_words_that_are_said_again():
    seen = []

    async def watch(message):
        seen.append(message.metadata["again"])

    async def work():
        for more in ({}, {"again": True}, {"again": "yes"}):
            asked = request("hello", "b" * 32)
            asked.stream = Body(json.dumps({"sender": "b" * 32, "message": "hello", **more}).encode())
            await WebChannel()._chat(asked, watch)

    asyncio.run(work())
    assert seen == [False, True, False]


def test_who_never_got_the_advice_gets_all_of_it_on_the_retry(content):
    state = State(urgency="urgent", audience="young_person", worry="image_request", topic="image_request")
    first = answered(state, {}, content)
    told = replace(state, told=first.told, told_times=first.told_times)
    said_twice, retried = (answered(told, {"metadata": {"again": again}}, content) for again in (False, True))
    assert len(said_twice.reply.card["steps"]) < len(first.reply.card["steps"])
    assert retried.reply == first.reply


def test_a_wish_to_die_is_answered_whole_however_often_the_advice_was_given(content):
    """Not with "I'm still here. I can't answer everything." In an emergency the numbers come first anyway, and the short words stand."""
    for urgency, whole in (("support", True), ("emergency", False)):
        low = State(urgency=urgency, audience="young_person", worry="mental_health", topic="mental_health", despair=True)
        first = answered(low, {}, content)
        told = replace(low, told=first.told, told_times=first.told_times)
        again = answered(told, {"situations": ["wish_to_die"]}, content)
        assert (again.reply.texts[0] == first.reply.texts[0]) is whole


def test_the_floor_travels_with_the_message():
    seen = []

    async def watch(message):
        seen.append(message.metadata["floor"])

    async def work():
        channel = WebChannel()
        await channel._chat(request("hes outside my house and my mums at work", "b" * 32), watch)  # the turn says nothing: a failed one
        await channel._chat(request("ok", "b" * 32), watch)

    asyncio.run(work())
    assert seen == ["chat", "emergency"]


def test_a_failed_turn_on_mild_words_raises_nothing():
    async def work():
        channel = WebChannel()
        answer = await channel._chat(request("hello", "c" * 32), nobody)
        assert answer.raw_body[-1]["custom"]["degraded"]
        return channel.floors.get("c" * 32).word

    assert asyncio.run(work()) == "chat"


def test_a_whole_reply_that_never_read_the_message_is_not_sent(content):
    """Rasa goes on quietly when the action that reads a message fails; what it then says is about the message before."""
    before = compose(Case("greeting", Urgency.CHAT), content)
    assert whole_reply(as_messages("d" * 32, before)), "nothing but its being stale keeps it back"

    async def work():
        channel = WebChannel()

        async def turn(message):
            with pytest.raises(RasaException):
                await actions.request(json={"next_action": "action_validate_slot_mappings"})
            for text in before.texts:
                await message.output_channel.send_text_message(message.sender_id, text)
            await message.output_channel.send_custom_json(message.sender_id, before.card)

        return await channel._chat(request("hes outside my house and my mums at work", "d" * 32), turn)

    class Failing:
        async def run(self, call):
            raise ValueError("a fault")

    actions = InProcessActions()
    actions.__dict__["_executor"] = Failing()
    card = asyncio.run(work()).raw_body[-1]["custom"]
    assert card["degraded"] and card["urgency"] == "emergency"


def test_a_message_that_is_too_long_falls_no_lower_than_what_another_process_heard():
    class Shared(Floors):
        said = Urgency.EMERGENCY  # what the others know

        async def refresh(self, sender):
            self.set(sender, self.said)

        async def share(self, sender):
            self.said = self.held(sender)

    async def work():
        channel = WebChannel()
        channel.floors = Shared()
        answer = await channel._chat(request("some man on snap wants pics of me and im 12 " * 400, "a" * 32), nobody)
        return answer, channel.floors.said

    answer, said = asyncio.run(work())
    assert answer.status == 413 and said is Urgency.EMERGENCY
    assert answer.raw_body[-1]["custom"]["urgency"] == "emergency"


def says(reply):
    """A turn that says this."""

    async def turn(message):
        for text in reply.texts:
            await message.output_channel.send_text_message(message.sender_id, text)
        await message.output_channel.send_custom_json(message.sender_id, reply.card)

    return turn


FALLS = [  # held, what the turn says, what is sent
    (Urgency.EMERGENCY, Urgency.CHAT, "emergency"),
    (Urgency.EMERGENCY, Urgency.SUPPORT, "emergency"),
    (Urgency.EMERGENCY, Urgency.URGENT, "urgent"),  # "nobody is in danger now"
    (Urgency.URGENT, Urgency.SUPPORT, "urgent"),
    (Urgency.SUPPORT, Urgency.URGENT, "urgent"),
]


@pytest.mark.parametrize("held, said, sent", FALLS)
def test_urgency_falls_no_further_than_the_end_of_a_danger_lowers_it(content, held, said, sent):
    """The last guard: whatever went wrong in the turn."""

    async def work():
        channel = WebChannel()
        channel.floors.set("a" * 32, held)
        answer = await channel._chat(request("ok thanks", "a" * 32), says(compose(Case("thanks", said), content)))
        return answer.raw_body[-1]["custom"], channel.floors.get("a" * 32).word

    card, floor = asyncio.run(work())
    assert card["urgency"] == floor == sent and card["degraded"] is (said.word != sent)


def test_what_a_whole_reply_says_is_shared_with_the_other_processes(content):
    shared = []

    class Shared(Floors):
        async def share(self, sender):
            shared.append(self.held(sender))

    async def work():
        channel = WebChannel()
        channel.floors = Shared()
        await channel._chat(request("hello", "a" * 32), says(compose(Case("image_request", Urgency.URGENT), content)))

    asyncio.run(work())
    assert shared == [Urgency.URGENT]


def test_the_line_takes_no_longer_than_is_left_of_the_time_for_an_answer():
    async def work():
        channel = WebChannel(answer_seconds=0.3)
        channel.turns = Places(at_once=1, patience=3600)
        async with channel.turns.place("b" * 32, "", 1):
            return await asyncio.wait_for(channel._chat(request("hello", "a" * 32), nobody), 30)

    assert asyncio.run(work()).status == 503


def test_nothing_is_called_forgotten_that_a_turn_under_way_will_still_save():
    async def work():
        channel = WebChannel(answer_seconds=0.2)
        async with channel.turns.place("a" * 32, "", 1):
            busy = await channel._end(request("", "a" * 32))
        return busy, await channel._end(request("", "a" * 32))

    busy, free = asyncio.run(work())
    assert (busy.status, busy.raw_body) == (503, {"status": "not_now"})
    assert (free.status, free.raw_body) == (200, {"status": "forgotten"})


@pytest.mark.parametrize("text", ["/restart", "//restart", "/ /restart", "/\n/restart", "/\t/restart", "/\u3000/restart", "/\x85/restart"])
def test_no_slash_of_ours_reaches_rasa_that_we_did_not_offer(text):
    """Rasa strips every kind of blank before it looks for a slash, and warns of what it cannot parse in the writer's own words."""
    assert WebChannel()._text({"message": text}) == "restart"


def test_the_time_for_an_answer_runs_from_when_the_request_came(content):
    class Slow(Body):
        async def read(self):
            await asyncio.sleep(0.3)
            return await super().read()

    seen = []

    async def turn(on_new_message, sender, text, heard, seconds, **more):
        seen.append(seconds)
        return as_messages(sender, safety_reply(content, why="degraded", urgency=Urgency.SUPPORT))

    async def work():
        channel, asked = WebChannel(turn_seconds=60, answer_seconds=20), request("hello", "e" * 32)
        asked.stream = Slow(asked.stream.chunks[0])
        channel._turn = turn
        await channel._chat(asked, nobody)

    asyncio.run(work())
    assert seen[0] <= 20 - 2 * 0.3, "what went into the upload is gone"


CHAT_LOG = "and then we talked about the game and school and stuff. " * 50


class Reader:
    """The detector, which for what is longer than both ends waits until it is let go."""

    def __init__(self):
        self.lengths, self.go = [], threading.Event()

    def tier(self, text):
        self.lengths.append(len(text))
        if len(text) > 2010:
            self.go.wait(60)
        return signals.detector().tier(text)


@pytest.fixture
def reader(monkeypatch):
    reader = Reader()
    monkeypatch.setattr("addons.web_channel.detector", lambda: reader)
    yield reader
    reader.go.set()


def test_many_long_pastes_keep_nobody_waiting_and_are_heard_at_their_ends(reader):
    """One that takes for ever holds the line: the others, and somebody else's, are read at both ends and still find the emergency."""

    async def work():
        channel = WebChannel(listen_seconds=0.2)
        texts = [f"hes outside my house and my mums at work {CHAT_LOG}", f"{CHAT_LOG} hes outside my house and my mums at work"]
        pastes = [channel._chat(request(texts[i % 2], f"{i:032x}"), quick) for i in range(10)]
        try:
            return await asyncio.wait_for(asyncio.gather(*pastes), 30)
        finally:
            reader.go.set()

    async def quick(message):
        return None

    answers = asyncio.run(work())
    assert [answer.raw_body[-1]["custom"]["urgency"] for answer in answers] == ["emergency"] * 10
    assert sum(length > 2010 for length in reader.lengths) == 1, "one at a time, though nobody waits for it any more"


def test_where_several_wait_for_a_reading_the_next_is_read_at_its_ends_at_once(reader):
    async def work():
        channel = WebChannel(listen_seconds=60, answer_seconds=60)
        pastes = [channel._chat(request(f"hes outside my house and my mums at work {CHAT_LOG}", f"{i:032x}"), quick) for i in range(6)]
        tasks = [asyncio.create_task(paste) for paste in pastes]
        try:
            return await asyncio.wait_for(asyncio.gather(*tasks[PASTES:]), 30), [task.done() for task in tasks]
        finally:
            reader.go.set()
            await asyncio.gather(*tasks)

    async def quick(message):
        return None

    answers, done = asyncio.run(work())
    assert done == [False] * 4 + [True] * 2 and {a.raw_body[-1]["custom"]["urgency"] for a in answers} == {"emergency"}


def test_long_texts_leave_places_to_short_ones():
    """Eight of them at once would hold the event loop, and every clock with it, for seconds."""

    async def work():
        channel = WebChannel(turn_seconds=3600, answer_seconds=3600)
        channel.turns = Places(at_once=4, patience=3600, long_at_once=2)
        inside = []

        async def turn(message):
            inside.append(len(message.text) > LONG)
            await hangs(message)

        tasks = [asyncio.create_task(channel._chat(request("x" * 600, f"{i:032x}"), turn)) for i in range(5)]
        await asyncio.sleep(0.05)
        tasks += [asyncio.create_task(channel._chat(request("hello", f"{i:032x}"), turn)) for i in range(5, 9)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert channel.turns._long._value == 2 and channel.turns._places._value == 4 and channel.turns._conversations == {}
        return inside

    assert asyncio.run(work()) == [True, True, False, False]


def test_a_long_message_is_read_once_and_whole_where_there_is_time(reader):
    reader.go.set()

    async def work():
        channel = WebChannel(listen_seconds=60, answer_seconds=60)
        answer = await channel._chat(request(f"{CHAT_LOG} hes outside my house and my mums at work {CHAT_LOG}", "a" * 32), quick)
        return answer.raw_body[-1]["custom"]["urgency"], await channel._chat(request(CHAT_LOG, "b" * 32), quick)

    async def quick(message):
        return None

    assert asyncio.run(work())[0] == "emergency"
    assert len(reader.lengths) == 2, "the second, in which nothing was heard, is not read again when its turn fails"


def test_of_a_refused_flood_of_pastes_only_the_ends_are_read(reader):
    async def work():
        channel = WebChannel()
        for _ in range(20):
            await channel._chat(request("hello", "a" * 32), nothing)
        return await channel._chat(request(f"{CHAT_LOG} hes outside my house and my mums at work", "a" * 32), nothing)

    async def nothing(message):
        return None

    answer = asyncio.run(work())
    assert answer.status == 429 and answer.raw_body[-1]["custom"]["urgency"] == "emergency"
    assert max(reader.lengths) < 2010


def test_health_is_one_turn_of_the_model_however_many_ask_at_once():
    turns = []

    async def turn(message):
        turns.append(message.text)
        await asyncio.sleep(0.05)

    async def work():
        channel, app = WebChannel(health_seconds=60), request("", "a" * 32).app
        await asyncio.gather(*(channel._health(app, turn) for _ in range(50)))
        return await channel._health(app, turn)

    assert asyncio.run(work()) is False and turns == ["hello"]


def test_another_sites_page_costs_no_turn_and_an_emergency_in_it_is_heard():
    turns = []

    async def turn(message):
        turns.append(message)

    async def work():
        asked = request("hes outside my house and my mums at work", "a" * 32)
        asked.headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        return await WebChannel()._chat(asked, turn)

    answer = asyncio.run(work())
    assert answer.status == 403 and answer.raw_body[-1]["custom"]["contacts"][0]["id"] == "999" and turns == []
