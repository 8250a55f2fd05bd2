"""The one way in: POST /chat, POST /end, GET /health. Whatever goes wrong, a person sees numbers.

The contract is in README ("Talk to it from your own code"). Text is read here and handed on; it is never logged,
stored or put into an error.
"""

import asyncio
import json
import os
import re
import time
from collections import OrderedDict
from typing import Any

import structlog
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from actions.actions import content
from actions.cards import Reply, safety_reply
from actions.choices import PAYLOADS
from actions.signals import detector
from actions.urgency import Urgency, highest
from addons.rate_limit import RateLimits, Refused

log = structlog.get_logger("signpost.chat")
SENDER = re.compile(r"[0-9a-f]{32}")
BODY_SECONDS = 5  # a phone on one bar sends 16 KB in this; a slow-loris does not
BODY_BYTES = 256 * 1024  # 16,384 characters, each escaped as six bytes, twice over
REMEMBERED = 20_000  # conversations whose highest urgency the channel knows


def as_messages(sender: str, reply: Reply) -> list[dict]:
    """A reply in Rasa's REST shape: texts, then exactly one card."""
    return [*({"recipient_id": sender, "text": t} for t in reply.texts), {"recipient_id": sender, "custom": reply.card}]


def clean(text: str) -> str:
    """What the model may see: no NULs, lone surrogates, direction overrides or invisible marks; outer space gone."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text).strip()


class Floors:
    """The highest urgency of each conversation, kept beside Rasa: it still holds when the tracker store is gone."""

    def __init__(self, idle_seconds: float = 1800, clock=time.monotonic):
        self._tiers: OrderedDict[str, tuple[float, Urgency]] = OrderedDict()
        self._idle, self._clock = idle_seconds, clock

    def get(self, sender: str) -> Urgency:
        """CHAT when nothing is known, or it was too long ago."""
        when, tier = self._tiers.get(sender, (0.0, Urgency.CHAT))
        return tier if when and self._clock() - when < self._idle else Urgency.CHAT

    def set(self, sender: str, tier: Urgency) -> None:
        self._tiers[sender] = (self._clock(), tier)
        self._tiers.move_to_end(sender)
        while len(self._tiers) > REMEMBERED:
            self._tiers.popitem(last=False)

    def forget(self, sender: str) -> None:
        self._tiers.pop(sender, None)


class WebChannel(InputChannel):
    """POST /chat takes {"sender": 32 lower-case hex, "message": text}; design and error table in README.

    message_chars: read whole by the model. paste_chars: above it 413; between the two the deterministic layer reads
    all and the model the first and last half of message_chars. turn_seconds: then the safety card is sent; it must
    outlast an action's own limit (addons/in_process.py).
    """

    def __init__(self, message_chars: int = 2000, paste_chars: int = 16384, turn_seconds: float = 6):
        self.message_chars = message_chars
        self.paste_chars = paste_chars
        self.turn_seconds = turn_seconds
        self.floors = Floors()
        self.limits = RateLimits.from_environment(os.environ)
        self._healthy: tuple[float, bool] = (-1e9, False)

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "WebChannel":
        """Built from credentials.yml."""
        return cls(**(credentials or {}))

    def url_prefix(self) -> str:
        return "/"

    def blueprint(self, on_new_message) -> Blueprint:
        """The routes."""
        routes = Blueprint("signpost")

        @routes.main_process_start
        async def begin(app, _loop):
            # A content or pattern error should stop the start, not the first message.
            content()
            detector()

        @routes.post("/chat", stream=True)
        async def chat(request: Request) -> HTTPResponse:
            return await self._chat(request, on_new_message)

        @routes.post("/end", stream=True)
        async def end(request: Request) -> HTTPResponse:
            return await self._end(request)

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            healthy = await self._health(request, on_new_message)
            return json_response({"status": "ok" if healthy else "no model"}, status=200 if healthy else 503)

        return routes

    async def _chat(self, request: Request, on_new_message) -> HTTPResponse:
        sender, heard = "", None
        try:
            body = await _json_body(request)
            sender = _sender(body)
            text = self._text(body)
            self.limits.check(request.remote_addr or request.ip, sender)
            heard = detector().tier(text)
            reply = await self._turn(request, on_new_message, sender, text, heard)
            return json_response(reply, status=503 if _no_model(request, reply) else 200)
        except Refused as refused:
            # Even a refused message is listened to: an emergency in it gets 999 first.
            heard = detector().tier(refused.text[: self.paste_chars]) if refused.text else None
            tier = highest(self.floors.get(sender), heard, Urgency.SUPPORT)
            return json_response(as_messages(sender, safety_reply(content(), why=refused.why, urgency=tier)), status=refused.status)
        except Exception as error:
            log.error("chat_failed", error=type(error).__name__)
            tier = highest(self.floors.get(sender), heard, Urgency.SUPPORT)
            return json_response(as_messages(sender, safety_reply(content(), why="degraded", urgency=tier)))

    def _text(self, body: dict) -> str:
        text = body.get("message")
        if not isinstance(text, str):
            raise Refused(400, "bad_request")
        if len(text) > self.paste_chars:
            raise Refused(413, "too_long", text)
        text = clean(text)
        if text.startswith("/") and text not in PAYLOADS:
            text = text.lstrip("/ ")
        return text

    async def _turn(self, request, on_new_message, sender: str, text: str, heard: Urgency | None) -> list[dict]:
        """Rasa's answer, if it is whole; the safety card if not."""
        floor = self.floors.get(sender)
        output = CollectingOutputChannel()
        for_model = text or "/vague_distress"
        if len(text) > self.message_chars:
            half = self.message_chars // 2
            for_model = f"{text[:half]} … {text[-half:]}"
        signal = {"signal": heard.word} if heard is not None and len(text) > self.message_chars else {}
        message = UserMessage(for_model, output, sender, input_channel=self.name(), metadata=signal)
        try:
            await asyncio.wait_for(on_new_message(message), self.turn_seconds)
        except TimeoutError:
            log.error("turn_timed_out", seconds=self.turn_seconds)
        except Exception as error:
            log.error("turn_failed", error=type(error).__name__)
        messages = _rest_shape(sender, output.messages)
        card = messages[-1].get("custom") if messages else None
        if whole(card):
            self.floors.set(sender, Urgency.of(card["urgency"]))
            return messages
        log.error("safety_card_sent", had_card=bool(card))
        tier = highest(floor, heard, Urgency.SUPPORT)
        self.floors.set(sender, tier)
        return as_messages(sender, safety_reply(content(), why="degraded", urgency=tier))

    async def _end(self, request: Request) -> HTTPResponse:
        try:
            sender = _sender(await _json_body(request))
        except Refused as refused:
            return json_response({"status": refused.why}, status=refused.status)
        self.floors.forget(sender)
        await self._forget(request, sender)
        return json_response({"status": "forgotten"})

    async def _forget(self, request: Request, sender: str) -> None:
        store = getattr(getattr(request.app.ctx, "agent", None), "tracker_store", None)
        store = getattr(store, "_tracker_store", store)  # Rasa wraps the store in a fail-safe one
        if hasattr(store, "delete"):
            await store.delete(sender)

    async def _health(self, request: Request, on_new_message) -> bool:
        """Whether a real message is answered by the model now; asked at most once in five seconds."""
        asked, healthy = self._healthy
        if time.monotonic() - asked < 5:
            return healthy
        sender = os.urandom(16).hex()
        reply = await self._turn(request, on_new_message, sender, "hello", None)
        await self._forget(request, sender)
        self.floors.forget(sender)
        healthy = not reply[-1]["custom"]["degraded"]
        self._healthy = (time.monotonic(), healthy)
        return healthy


def _no_model(request: Request, reply: list[dict]) -> bool:
    agent = getattr(request.app.ctx, "agent", None)
    return reply[-1]["custom"]["degraded"] and (agent is None or not agent.is_ready())


def whole(card) -> bool:
    """Whether a card is one a person can use: the right keys, and 999 among its contacts."""
    try:
        return card["card"] == "signpost" and any(c["id"] == "999" and c["href"] == "tel:999" for c in card["contacts"])
    except (TypeError, KeyError):
        return False


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
