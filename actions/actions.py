"""The custom actions: read the tracker, decide elsewhere, say.

Words come from content/, contacts from the directory, urgency from the labels that the NLU components put on the
message. What was typed is handed to the model once more (actions/in_context.py), and read by nothing else here.
"""

import datetime
import functools
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import structlog
from rasa_sdk import Action
from rasa_sdk.events import SlotSet

from actions.asks import GO_ON
from actions.cards import Case, Reply, compose
from actions.contacts import StaleError
from actions.content import Content, load_content
from actions.in_context import second_reading
from actions.state import State
from actions.topics import MANNERS
from actions.turns import after_message
from actions.urgency import Urgency, highest


@functools.cache
def content() -> Content:
    """All words and contacts, read once, for the place named by SIGNPOST_NATION and SIGNPOST_LOCAL.

    Raises ContentError at import of the package, before anybody writes.
    """
    place = {
        "nation": os.environ.get("SIGNPOST_NATION") or None,
        "local": tuple(os.environ.get("SIGNPOST_LOCAL", "").replace(",", " ").split()),
    }
    try:
        return load_content(today=datetime.date.today(), **place)
    except StaleError as stale:
        # The tests refuse a stale number; a server in use must not fall silent on the 367th day, or over a wrong clock.
        structlog.get_logger("signpost.content").warning("contacts_stale", reason=str(stale))
        return load_content(today=None, **place)


content()


def _state(tracker) -> State:
    return State(**{name: tracker.get_slot(name) for name in State.SLOTS if tracker.get_slot(name) is not None})


def _changed(tracker, after: State) -> list[dict]:
    """The slots that are no longer as they were, as events."""
    return [SlotSet(name, value) for name, value in after.slots().items() if value != tracker.get_slot(name)]


def with_context(before: State, message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message with what the model makes of it after what was told before, as `in_context`; as it is where that is not asked, or fails."""
    try:
        read = second_reading(message.get("text") or "", before.worry, before.audience, before.urgency)
    except Exception as error:  # one reading is enough
        structlog.get_logger("signpost.context").warning("second_reading_failed", error=type(error).__name__)
        read = None
    return {**message, "in_context": read} if read else message


class ReadMessage(Action):
    """Set the slots that one message changes: urgency (the highest so far), reader, worry, and what the reply is about.

    It runs before the policies, so the rule "danger now" sees the conversation's urgency, not the message's.
    """

    def name(self) -> str:
        """The name by which Rasa calls it before the policies."""
        return "action_validate_slot_mappings"

    def run(self, dispatcher, tracker, domain) -> list[dict]:
        """The slots that change, as events. tracker.latest_message: Rasa's parse data with our labels."""
        before = _state(tracker)
        # The channel's floor too: it knows of turns that failed, here or in another process, and left no trace in the tracker.
        floor = ((tracker.latest_message or {}).get("metadata") or {}).get("floor") or "chat"
        before = replace(before, urgency=highest(Urgency.of(before.urgency), Urgency.of(floor)).word)
        after = after_message(before, with_context(before, tracker.latest_message or {}), content())
        return _changed(tracker, after)


class Answer(NamedTuple):
    """A reply, what the conversation keeps of it (the routing question now open; which advice was given and how often, as in State), and the follow-up it gives, if any."""

    reply: Reply
    question: str | None
    told: str | None
    told_times: int
    follow_up: str | None

    def after(self, state: State) -> State:
        """The conversation once it is given. What was missed was the question before."""
        misses = state.misses if self.question == state.question else 0
        return replace(state, question=self.question, told=self.told, told_times=self.told_times, misses=misses)


def answered(state: State, message: Mapping[str, Any], words: Content) -> Answer:
    """What is said to a message. state: the conversation with it (after_message). message: Rasa's parse data with our labels."""
    case: Case = state.case(words.nation)
    advice = None
    if state.ask:
        signs = message.get("signs")
        if not signs and message.get("short"):
            signs = None  # "is that weird" describes nothing: it asks for the list
        advice = words.follow_up(state.ask, state.about, case, signs=signs, tapped=state.tapped)
    ask = state.ask if advice else None
    offer = words.offer(case, asked=state.asked, ask=ask, about=state.about, tapped=state.tapped)
    # Whoever hurt their child goes on with the advice for that; other follow-ups are an answer to one question.
    goes_on = ask in GO_ON
    told = f"{case.topic} {case.urgency.word} {case.audience} {case.reads} {case.deaf} {case.no_bsl} {goes_on}"
    # To a wish to die "I can't answer everything" is no answer: the words for it stand whole.
    wish = "wish_to_die" in (message.get("situations") or ()) and case.urgency < Urgency.EMERGENCY
    repeats = not wish and case.urgency >= Urgency.SUPPORT and (case.topic == "vague_distress" or case.topic not in MANNERS)
    # Who sends it again because no answer came has not read the long one.
    unread = (message.get("metadata") or {}).get("again")
    again = state.told_times if not unread and (goes_on or not ask) and told == state.told and repeats else 0
    # In an emergency the server has already said the fixed words (rules.yml); who taps through a menu has read them.
    tapped = (message.get("intent") or {}).get("name") == "choose"
    reply = compose(
        case,
        words,
        question=offer.words,
        choices=offer.buttons,
        lead=case.urgency < Urgency.EMERGENCY and not (ask and tapped),
        advice=advice,
        follow_up=ask or "",
        personal=bool(message.get("personal")),
        foreign=bool(message.get("foreign")),
        again=again,
    )
    kept = (state.told, state.told_times) if ask and not goes_on else (told, again + 1)
    return Answer(reply, offer.question, *kept, ask)


def say(dispatcher, reply: Reply) -> None:
    """Send the texts, then the card."""
    for text in reply.texts:
        dispatcher.utter_message(text=text)
    dispatcher.utter_message(json_message=reply.card)


class ActionAdvise(Action):
    """Reply with advice on what was just raised or asked, and who can help."""

    def name(self) -> str:
        """The name in rules and stories."""
        return "action_advise"

    def run(self, dispatcher, tracker, domain) -> list[dict]:
        """Send the reply; note the open question and the advice given."""
        state = _state(tracker)
        answer = answered(state, tracker.latest_message or {}, content())
        say(dispatcher, answer.reply)
        return _changed(tracker, answer.after(state))
