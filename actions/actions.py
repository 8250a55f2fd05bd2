"""The custom actions: read the tracker, decide elsewhere, say.

Words come from content/, contacts from the directory, urgency from the labels that the NLU components put on the
message. Nothing here reads what was typed.
"""

import datetime
import functools

from rasa_sdk import Action
from rasa_sdk.events import SlotSet

from actions.cards import Case, Reply, compose
from actions.choices import choices_for, chosen
from actions.content import Content, load_content
from actions.urgency import AUDIENCES, Urgency, after_turn, highest

# Talk that names no worry of its own: the contacts of the last worry stay on the card.
MANNERS = frozenset(
    ["greeting", "thanks", "goodbye", "affirm", "deny", "bot_identity", "trolling_abuse", "out_of_scope", "danger_over", "vague_distress"]
)
# The share of probability on "it is over" that counts as clearly saying so.
SURE_ENOUGH = 0.7
# A parent who says "I feel like a bad mother" is still a parent; "hi, it's me now, I'm 11" is somebody else.
SURE_OF_CHANGE = 0.85


@functools.cache
def content() -> Content:
    """All words and contacts, read once. Raises ContentError at import of the package, before anybody writes."""
    return load_content(today=datetime.date.today())


content()


def _urgency(word: str | None) -> Urgency:
    return Urgency.of(word) if word else Urgency.CHAT


def _latest(tracker) -> dict:
    return tracker.latest_message or {}


def _intent(tracker) -> str:
    return (_latest(tracker).get("intent") or {}).get("name") or "vague_distress"


def _chosen(tracker, entity: str) -> str | None:
    return next((e["value"] for e in _latest(tracker).get("entities", []) if e["entity"] == entity), None)


def _reader(tracker, message: dict) -> str:
    """Who is reading: what they tapped; else what the words say, though one odd sentence doesn't change a known reader."""
    known = tracker.get_slot("audience") or "unknown"
    tapped = _chosen(tracker, "audience")
    if tapped in AUDIENCES:
        return tapped
    heard = message.get("audience") or {}
    name, sure = heard.get("name", "unknown"), heard.get("confidence", 0.0)
    if name == "unknown" or (known not in ("unknown", name) and sure < SURE_OF_CHANGE):
        return known
    return name


class ReadMessage(Action):
    """Set the slots that one message changes: urgency (the highest so far), audience, worry.

    It runs before the policies, so the rule "danger now" sees the conversation's urgency, not the message's.
    """

    def name(self) -> str:
        return "action_validate_slot_mappings"

    def run(self, dispatcher, tracker, domain) -> list[dict]:
        message = _latest(tracker)
        floor = _urgency(tracker.get_slot("urgency"))
        now = _urgency((message.get("urgency") or {}).get("tier"))
        intent = _intent(tracker)
        urgency = after_turn(floor, now, danger_over=(message.get("over") or 0) >= SURE_ENOUGH)
        events = [SlotSet("urgency", urgency.word)]
        audience = _reader(tracker, message)
        if audience != "unknown":
            events.append(SlotSet("audience", audience))
        if intent not in MANNERS and intent != "choose":
            events.append(SlotSet("worry", intent))
        return events


def read_case(tracker, *, topic: str | None = None) -> Case:
    """What is known now, from slots and the last message's labels."""
    topic = topic or _intent(tracker)
    return Case(
        topic=topic,
        worry=tracker.get_slot("worry") or topic,
        urgency=_urgency(tracker.get_slot("urgency")),
        audience=tracker.get_slot("audience") or "unknown",
    )


def say(dispatcher, reply: Reply) -> None:
    """Send the texts, then the card."""
    for text in reply.texts:
        dispatcher.utter_message(text=text)
    dispatcher.utter_message(json_message=reply.card)


class ActionAdvise(Action):
    """Reply with advice on the topic just raised, and who can help."""

    def name(self) -> str:
        return "action_advise"

    def run(self, dispatcher, tracker, domain) -> list[dict]:
        case = read_case(tracker)
        # In an emergency the server has already said the fixed words (rules.yml).
        say(dispatcher, compose(case, content(), choices=choices_for(case), lead=case.urgency < Urgency.EMERGENCY))
        return []


class ActionChoose(Action):
    """Answer a tapped button: a worry tapped instead of typed, who is reading, or danger now."""

    def name(self) -> str:
        return "action_choose"

    def run(self, dispatcher, tracker, domain) -> list[dict]:
        worry = _chosen(tracker, "worry")
        in_danger = _chosen(tracker, "answer") == "in_danger"
        choice = chosen("answer", "in_danger") if in_danger else chosen("worry", worry or "")
        topic = "in_person_danger" if in_danger else worry or tracker.get_slot("worry") or "vague_distress"
        case = read_case(tracker, topic=topic)
        if choice:
            case = case.at(highest(case.urgency, choice.urgency))
        say(dispatcher, compose(case, content(), choices=choices_for(case)))
        return [SlotSet("urgency", case.urgency.word), SlotSet("worry", topic if topic != "vague_distress" else None)]
