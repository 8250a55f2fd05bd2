"""The one way in: POST /chat, POST /end, GET /health. Whatever goes wrong, a person sees numbers.

The contract is in README ("Talk to it from your own code"). Text is read here and handed on; it is never logged,
stored or put into an error.
"""

import asyncio
import contextlib
import json
import os
import re
import time
from typing import Any

import structlog
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from actions.actions import content
from actions.cards import Reply, safety_reply
from actions.signals import build_all, detector
from actions.urgency import AUDIENCES, WORDS, Urgency, highest
from addons import metrics, operator_log
from addons.housekeeping import keep_house
from addons.operator_log import kind, note
from addons.pages import add_pages
from addons.places import Places
from addons.rate_limit import Refused
from addons.security import from_another_site, sites
from addons.shared import floors_and_limits

log = structlog.get_logger("signpost.chat")
SENDER = re.compile(r"[0-9a-f]{32}")
BODY_SECONDS = 5  # a phone on one bar sends 16 KB in this; a slow-loris does not
PASTES = 4  # long messages that are read or wait for it; a fifth of a second each
GAP = " … "  # between the two ends of a long message
BODY_BYTES = 256 * 1024  # 16,384 characters, each escaped as six bytes, twice over
OUR_PATHS = ("/chat", "/end", "/health")
# Seconds. A connection that says nothing must not hold a file handle for long: there are only so many (Sanic: 60, 120, 60).
TIMEOUTS = {"REQUEST_TIMEOUT": 5, "KEEP_ALIVE_TIMEOUT": 15, "RESPONSE_TIMEOUT": 20}


def as_messages(sender: str, reply: Reply) -> list[dict]:
    """A reply in Rasa's REST shape: texts, then exactly one card."""
    return [*({"recipient_id": sender, "text": t} for t in reply.texts), {"recipient_id": sender, "custom": reply.card}]


def clean(text: str) -> str:
    """What the model may see: no NULs, lone surrogates, direction overrides or invisible marks; outer space gone."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    # Two Arabic ligatures unfold into whole phrases: 16,384 of them would cost a second.
    text = re.sub("[\ufdfa\ufdfb]", " ", text)
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text).strip()


class WebChannel(InputChannel):
    """POST /chat takes {"sender": 32 lower-case hex, "message": text, "again": true with a retry}; design and error table in README.

    message_chars: read whole by the model. paste_chars: above it 413; between the two the deterministic layer reads
    all and the model the first and last half of message_chars. turn_seconds: then the safety card is sent; it must
    outlast an action's own limit (addons/in_process.py). answer_seconds: the same, counted from when the request came,
    a slow upload and waiting in line included; the page shows its own card at 8, and takes an answer until 20. listen_seconds: how long the
    deterministic layer may take over a long message, others' before it included; then it reads both ends. health_seconds: how long an answer of GET /health holds.
    """

    def __init__(
        self,
        message_chars: int = 2000,
        paste_chars: int = 16384,
        turn_seconds: float = 6,
        answer_seconds: float = 7.5,
        listen_seconds: float = 2,
        health_seconds: float = 5,
    ):
        self.message_chars = message_chars
        self.paste_chars = paste_chars
        self.turn_seconds = turn_seconds
        self.answer_seconds = answer_seconds
        self.listen_seconds = listen_seconds
        self.health_seconds = health_seconds
        self.floors, self.limits = floors_and_limits(os.environ)
        self.sites = sites(os.environ)
        self.turns = Places()
        self._healthy: tuple[float, bool] = (-1e9, False)
        self._one_paste, self._pastes = asyncio.Lock(), 0
        self._one_look = asyncio.Lock()

    @classmethod
    def name(cls) -> str:
        """The name in credentials.yml and in metrics."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "WebChannel":
        """Built from credentials.yml."""
        return cls(**(credentials or {}))

    def url_prefix(self) -> str:
        """Its routes stand at the root."""
        return "/"

    def blueprint(self, on_new_message) -> Blueprint:
        """The routes."""
        routes = Blueprint("signpost")

        @routes.before_server_start  # with one process there is no main_process_start
        async def begin(app, _loop):
            # A content or pattern error should stop the start, not the first message.
            content()
            build_all()
            operator_log.install()
            app.config.update(TIMEOUTS)
            app.error_handler.add(Exception, self._no_route_or_worse)
            await keep_house(app, self, lambda: self._health(app, on_new_message))

        @routes.post("/chat", stream=True)
        async def chat(request: Request) -> HTTPResponse:
            with metrics.turn() as counted:
                return counted(await self._chat(request, on_new_message))

        @routes.post("/end", stream=True)
        async def end(request: Request) -> HTTPResponse:
            return await self._end(request)

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            healthy = await self._health(request.app, on_new_message)
            return json_response({"status": "ok" if healthy else "no model"}, status=200 if healthy else 503)

        add_pages(routes, os.environ)
        return routes

    async def _chat(self, request: Request, on_new_message) -> HTTPResponse:
        with operator_log.turn() as faults:
            status, answer = await self._answer(request, on_new_message)
        _tell_operator(faults, answer[-1]["custom"], status)
        return json_response(answer, status=status)

    async def _answer(self, request: Request, on_new_message) -> tuple[int, list[dict]]:
        """Status and messages. Never raises: the last line of defence is here.

        The deterministic layer runs inside the pipeline. Here it is asked only about what the pipeline does not read
        whole, or did not answer.
        """
        sender, text, heard, read = "", "", None, False
        until = time.monotonic() + self.answer_seconds
        try:
            body = await _json_body(request)
            sender = _sender(body)
            # First what other processes have heard: a refusal too must not fall below it.
            await self.floors.refresh(sender)
            text = self._text(body)
            if from_another_site(request.headers, self.sites):
                raise Refused(403, "bad_request")
            await self.limits.admit(request.remote_addr or request.ip, sender)
            if read := len(text) > self.message_chars:
                heard = await self._listen(text, until)
            async with self.turns.place(sender, text, min(self.turns.patience, until - time.monotonic())):
                seconds = min(self.turn_seconds, max(0.5, until - time.monotonic()))
                reply = await self._turn(on_new_message, sender, text, heard, seconds, again=body.get("again") is True)
            return 503 if _no_model(request, reply) else 200, reply
        except Refused as refused:
            # Even a refused message is listened to: an emergency in it gets 999 first, and is remembered.
            text = text or clean(refused.text[: self.paste_chars])
            if not read:
                # Of a flood the ends only: what is refused must cost little.
                heard = await self._listen(self._ends(text) if refused.status in (403, 429) else text, until)
            floor = await self._raise_floor(sender, heard)
            tier = highest(floor, heard, Urgency.SUPPORT)
            return refused.status, as_messages(sender, safety_reply(content(), why=refused.why, urgency=tier))
        except Exception as error:
            note("chat_failed", error=kind(error))
            heard = heard if read else await self._listen(text, until)
            tier = highest(self.floors.get(sender), heard, Urgency.SUPPORT)
            with contextlib.suppress(Exception):  # an answer does not wait for what may have failed already
                await self._raise_floor(sender, heard)
            return 200, as_messages(sender, safety_reply(content(), why="degraded", urgency=tier))

    async def _listen(self, text: str, until: float) -> Urgency | None:
        """What the deterministic layer hears, or what a tapped button means; None: nothing, or it failed.

        A long paste is read in a thread, one at a time: others are not kept waiting. Where several wait for that already, or it
        takes more than listen_seconds, or until `until`, both ends of it are read at once.
        """
        try:
            if choice := content().choices.by_payload.get(text):
                return choice.urgency
            if len(text) <= self.message_chars + len(GAP):
                return detector().tier(text)
            if self._pastes < PASTES:
                self._pastes += 1
                try:
                    async with asyncio.timeout(min(self.listen_seconds, until - time.monotonic())):
                        return await self._read_whole(text)
                except TimeoutError:
                    pass
                finally:
                    self._pastes -= 1
            note("long_message_read_at_its_ends")
            return detector().tier(self._ends(text))
        except Exception as error:
            note("listening_failed", error=kind(error))
            return None

    async def _read_whole(self, text: str) -> Urgency | None:
        await self._one_paste.acquire()
        reading = asyncio.create_task(asyncio.to_thread(detector().tier, text))
        # Nobody can stop a thread: the next one begins when this has ended, though its asker is no longer waiting.
        reading.add_done_callback(lambda _: self._one_paste.release())
        return await asyncio.shield(reading)

    def _ends(self, text: str) -> str:
        """The text, or its first and last half of message_chars."""
        half = self.message_chars // 2
        return text if len(text) <= self.message_chars else f"{text[:half]}{GAP}{text[-half:]}"

    async def _no_route_or_worse(self, request: Request, error: Exception) -> HTTPResponse:
        """What the web server itself refuses or fails at: with the card, where somebody may be writing to us."""
        status = error.status_code if isinstance(error, SanicException) else 500
        if status < 500 and getattr(request, "path", "") not in OUR_PATHS:
            # Sanic's own page repeats the path that was asked for.
            return json_response({"status": {404: "not found", 405: "not allowed"}.get(status, "error")}, status=status)
        if status >= 500:
            note("server_error", error=kind(error), at=operator_log.now())
        why = "degraded" if status >= 500 else "bad_request"
        answer = as_messages("", safety_reply(content(), why=why, urgency=Urgency.SUPPORT))
        return json_response(answer, status=status, headers=getattr(error, "headers", None))

    def _text(self, body: dict) -> str:
        text = body.get("message")
        if not isinstance(text, str):
            raise Refused(400, "bad_request")
        if len(text) > self.paste_chars:
            raise Refused(413, "too_long", text)
        text = clean(text)
        if text.startswith("/") and text not in content().choices.payloads:
            text = re.sub(r"^[\s/]+", "", text)  # Rasa strips blanks before it looks for a slash
        return text

    async def _turn(
        self, on_new_message, sender: str, text: str, heard: Urgency | None, seconds: float, *, again: bool = False
    ) -> list[dict]:
        """Rasa's answer, if it is whole; the safety card if not.

        heard: what was heard in a text too long for the model. again: the page got no answer to these words before.
        """
        floor = self.floors.get(sender)
        output = CollectingOutputChannel()
        for_model = self._ends(text) or "/vague_distress"
        signal = {"signal": heard.word} if heard is not None and len(text) > self.message_chars else {}
        # The floor travels with the message: a turn that failed, here or in another process, left no trace in the tracker.
        message = UserMessage(
            for_model, output, sender, input_channel=self.name(), metadata={**signal, "floor": floor.word, "again": again}
        )
        try:
            await asyncio.wait_for(on_new_message(message), seconds)
        except TimeoutError:
            note("turn_timed_out", seconds=round(seconds, 1))
        except Exception as error:
            note("turn_failed", error=kind(error))
        messages = _rest_shape(sender, output.messages)
        # Rasa goes on quietly without an action that reads the message; the reply is then whole, and speaks of the one before.
        if whole_reply(messages) and not operator_log.noted("action_"):
            tier = Urgency.of(messages[-1]["custom"]["urgency"])
            if not _fell(floor, tier):
                self.floors.set(sender, tier)
                await self.floors.share(sender)
                return messages
            note("urgency_fell", was=floor.word, to=tier.word)
        else:
            note("no_whole_reply", messages=len(messages))
        if len(text) <= self.message_chars:
            heard = await self._listen(text, time.monotonic())
        tier = highest(await self._raise_floor(sender, heard), Urgency.SUPPORT)
        return as_messages(sender, safety_reply(content(), why="degraded", urgency=tier))

    async def _raise_floor(self, sender: str, heard: Urgency | None) -> Urgency:
        """Remember what the deterministic layer heard in a message that the model did not answer; the floor now."""
        floor = highest(self.floors.get(sender), heard)
        if sender and heard:
            self.floors.set(sender, floor)
            await self.floors.share(sender)
        return floor

    async def _end(self, request: Request) -> HTTPResponse:
        try:
            sender = _sender(await _json_body(request))
            self.limits.check_address(request.remote_addr or request.ip)  # not of the conversation: who writes fast may leave fast
        except Refused as refused:
            return json_response({"status": refused.why}, status=refused.status)
        # A turn that is still under way would save its labels after we have forgotten them: wait for it.
        try:
            async with self.turns.place(sender, "", self.answer_seconds):
                self.floors.forget(sender)
                forgotten = await self._forget(request.app, sender)
        except Refused:
            forgotten = False
        return json_response({"status": "forgotten"}) if forgotten else json_response({"status": "not_now"}, status=503)

    async def _forget(self, app, sender: str) -> bool:
        """False when the store could not be asked; it forgets an idle conversation by itself."""
        store = getattr(getattr(app.ctx, "agent", None), "tracker_store", None)
        return await store.delete(sender) if hasattr(store, "delete") else True

    async def _health(self, app, on_new_message) -> bool:
        """Whether a real message is answered by the model now; asked at most once in health_seconds, however many want to know."""
        async with self._one_look:
            asked, healthy = self._healthy
            if time.monotonic() - asked >= self.health_seconds:
                healthy = await self._look(app, on_new_message)
                self._healthy = (time.monotonic(), healthy)
            return healthy

    async def _look(self, app, on_new_message) -> bool:
        sender = os.urandom(16).hex()
        with operator_log.turn():  # the log is for people's turns
            reply = await self._turn(on_new_message, sender, "hello", None, self.turn_seconds)
            await self._forget(app, sender)
        self.floors.forget(sender)
        return not reply[-1]["custom"]["degraded"]


def _no_model(request: Request, reply: list[dict]) -> bool:
    agent = getattr(request.app.ctx, "agent", None)
    return reply[-1]["custom"]["degraded"] and (agent is None or not agent.is_ready())


def _fell(floor: Urgency, tier: Urgency) -> bool:
    """Whether the urgency fell by more than "the danger is over" may lower it: one step, from emergency. Whether that was said, the actions know."""
    over = floor is Urgency.EMERGENCY and tier is Urgency.URGENT and not operator_log.noted("store_failed")
    return tier < floor and not over


def _tell_operator(faults: list[str], card: dict, status: int) -> None:
    """One line for a turn in which something failed, whatever it was and however often."""
    if faults:
        what = "; ".join(dict.fromkeys(faults))
        log.error("turn_failed", sent="safety_card" if card["degraded"] else "advice", tier=card["urgency"], status=status, faults=what, at=operator_log.now())  # fmt: skip


def whole(card) -> bool:
    """Whether a card is one a person can use: the right keys and kinds of value, and 999 among its contacts."""
    try:
        return (
            card["card"] == "signpost"
            and card["urgency"] in WORDS
            and card["audience"] in AUDIENCES
            and isinstance(card["topic"], str)
            and isinstance(card["degraded"], bool)
            and all(isinstance(step, str) for step in card["steps"])
            and all(choice["payload"].startswith("/") and choice["title"] for choice in card["choices"])
            and all(isinstance(c[key], str) and c[key] for c in card["contacts"] for key in ("id", "name", "number", "href", "why"))
            and any(c["id"] == "999" and c["href"] == "tel:999" for c in card["contacts"])
        )
    except (TypeError, KeyError, AttributeError):
        return False


def whole_reply(messages: list[dict]) -> bool:
    """Whether there is a whole card, and words that do without it: they carry the number too."""
    return bool(messages) and whole(messages[-1].get("custom")) and any("999" in m["text"] for m in messages[:-1])


def _rest_shape(sender: str, messages: list[dict]) -> list[dict]:
    """Texts in order and the last card at the end; anything else is dropped."""
    texts = [{"recipient_id": sender, "text": m["text"]} for m in messages if m.get("text")]
    cards = [{"recipient_id": sender, "custom": m["custom"]} for m in messages if m.get("custom")]
    return texts + cards[-1:]


def _sender(body: dict) -> str:
    sender = body.get("sender")
    if not isinstance(sender, str) or not SENDER.fullmatch(sender):
        raise Refused(400, "bad_request", body.get("message") if isinstance(body.get("message"), str) else "")
    return sender


async def _json_body(request: Request) -> dict:
    """The body as a JSON object, read in bounded time and size before anything is parsed."""
    chunks, size = [], 0

    async def read():
        nonlocal size
        while (chunk := await request.stream.read()) is not None:
            size += len(chunk)
            if size > BODY_BYTES:
                raise Refused(413, "too_long", b"".join(chunks).decode("utf-8", "ignore"))
            chunks.append(chunk)

    try:
        await asyncio.wait_for(read(), BODY_SECONDS)
    except TimeoutError:
        raise Refused(408, "bad_request") from None
    try:
        body = json.loads(b"".join(chunks))
    except (ValueError, RecursionError):
        raise Refused(400, "bad_request", b"".join(chunks).decode("utf-8", "ignore")) from None
    if not isinstance(body, dict):
        raise Refused(400, "bad_request")
    return body
