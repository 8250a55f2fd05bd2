"""How one message changes a conversation. Pure: labels in, labels out; no words that somebody typed."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from actions.cards import Case
from actions.choices import SUICIDE, Choice
from actions.content import Content
from actions.urgency import AUDIENCES, Urgency, after_turn, highest

# Talk that names no worry of its own: the contacts of the last worry stay on the card.
MANNERS = frozenset(
    ["greeting", "thanks", "goodbye", "affirm", "deny", "bot_identity", "trolling_abuse", "out_of_scope", "danger_over", "vague_distress"]
)
# Questions that come up inside a worry: its contacts stay on the card.
QUESTIONS = frozenset(
    ["how_to_report", "how_to_block", "contact_numbers", "confidentiality", "law_age", "parent_advice", "not_helped", "fear_of_trouble"]
)
# Talk that passes an open question by. "Thanks" and "bye" don't: who leaves is not asked twice. Nor does another subject.
PASSING_BY = frozenset(["greeting", "affirm", "deny", "vague_distress"])
# Inside a worry these are taken for more of it: "i don't know", "like 40", "ur useless".
MORE_OF_IT = frozenset(["vague_distress", "out_of_scope", "trolling_abuse"])
ABOUT_SUICIDE = frozenset(["suicide_intent"])  # families of danger (data/danger/)
# Whoever is worried by their own acts gets no victim's comfort, whatever they ask next.
OWN_ACTS = "adult_own_thoughts"
PLEASANTRIES = frozenset(["greeting", "thanks", "goodbye", "bot_identity"])
# Worries that somebody has about another.
OF_OTHERS = frozenset(["friend_at_risk", "professional_duty", "parent_advice", "parent_wants_signs", "parent_found_messages"])
# Whose danger is not somebody at the door: "someone is in danger now" says more of the same worry.
SAME_DANGER = {SUICIDE: SUICIDE, "mental_health": SUICIDE, "runaway_missing": "runaway_missing", OWN_ACTS: OWN_ACTS}
MISSES = 2  # then the answer is the one for the higher urgency
# A parent who says "I feel like a bad mother" is still a parent; "hi, it's me now, I'm 11" is somebody else. A bare message in
# the middle of a conversation ("he says he already sent one") reads like a young person's own, and to mention a friend is not to
# be one, so to become either takes more (docs/decisions.md has how often it goes wrong).
SURE_OF_CHANGE = {"young_person": 0.98, "friend": 0.98, "parent": 0.85, "professional": 0.85}
# A few words in the middle of a conversation ("a man", "he said sorry") are read as part of it. Up to these shares of probability the
# model may be guessing: of such messages it had not seen, 98 % of emergencies are above the first, and below the second it is right
# about the topic in two of five (docs/decisions.md).
SURE_OF_FRAGMENT = 0.2
SURE_OF_TOPIC = 0.6
# From here on a message about somebody else is also about suicide.
ALSO_SUICIDE = 0.25
# The share of probability from which somebody wants a follow-up and not the topic's own advice.
SURE_OF_ASK = 0.35
SURE_OF_ASK_BY_NAME = 0.2  # where a contact is named: "what happens if i ring 101"
# The constant answer to who asks how to get at a child, or which words set this off. No button leads to it.
REFUSAL = "refusal"
# The answer to who asks for one contact by name. No button leads to it.
THE_NUMBER = "the_number"
# Topics in which naming a contact asks for it; the last two only in a few words: "and samaritans?"
ASKS_FOR_ONE = frozenset(["contact_numbers", "out_of_scope", "vague_distress"])
# Follow-ups of which the next contact named in a few words wants the same: "and childline?"
OF_A_CONTACT = frozenset(["what_happens", "words_to_say", THE_NUMBER])
# The family of danger (data/danger/) of those who can't speak because somebody would hear.
CANT_TALK = "cant_talk"
# Answers that are a fact about the reader or the child, or a day, and nothing more.
BARE_FACTS = frozenset(["age", "number", "day", "place"])
# Topics where naming an app means wanting its guide.
ABOUT_APPS = frozenset(["how_to_block"])


@dataclass(frozen=True)
class State:
    """The slots of a conversation.

    topic: what the reply is about; worry: the last topic that was a worry; tapped: a worry that was tapped, not typed.
    question: the routing question that stands open; misses: how often it was passed by; asked: those not to ask again.
    ask, about: the follow-up that is wanted now, and what it is about.
    told: the advice given last, by topic, urgency and reader. deaf: the reader said so, or that they sign.
    app: the app or game that was named last.
    """

    SLOTS: ClassVar[tuple[str, ...]]
    urgency: str = "chat"
    audience: str = "unknown"
    worry: str | None = None
    topic: str | None = None
    tapped: str | None = None
    nation: str | None = None
    age: str | None = None
    question: str | None = None
    misses: int = 0
    asked: tuple[str, ...] = ()
    ask: str | None = None
    about: str | None = None
    told: str | None = None
    deaf: bool = False
    app: str | None = None

    def slots(self) -> dict[str, Any]:
        """As slot values."""
        return {**asdict(self), "asked": list(self.asked)}

    def case(self, nation: str | None = None) -> Case:
        """The case a reply is composed for. nation: the setting, where nobody has said one."""
        topic = self.topic or "vague_distress"
        return Case(
            topic,
            Urgency.of(self.urgency),
            self.audience,
            self.worry or topic,
            nation=self.nation or nation,
            age=self.age,
            deaf=self.deaf,
            named=self.about if self.ask == THE_NUMBER else None,
        )

    def without_question(self) -> "State":
        """The open question is settled, or dropped: it is not asked again."""
        asked = (*self.asked, self.question) if self.question and self.question not in self.asked else self.asked
        return replace(self, question=None, misses=0, asked=tuple(asked))


State.SLOTS = tuple(State.__dataclass_fields__)


def after_message(state: State, message: Mapping[str, Any], content: Content) -> State:
    """The conversation after one more message. message: Rasa's parse data with our components' labels."""
    before = state.ask
    state = replace(state, asked=tuple(state.asked), ask=None, about=None)
    found: dict[str, str] = {}
    for entity in message.get("entities") or ():
        found.setdefault(entity["entity"], entity["value"])
    intent = (message.get("intent") or {}).get("name") or "vague_distress"
    if intent == "choose":
        return _tapped(state, content.choices.chosen(found), content)
    return _typed(state, intent, message, found, content, before)


def _tapped(state: State, choice: Choice | None, content: Content) -> State:
    topic = state.worry or "vague_distress"
    if choice is None:
        return replace(state, topic=topic)
    picked = dict(choice.chosen)
    urgency = Urgency.of(state.urgency)
    state = replace(state, urgency=highest(urgency, choice.urgency).word, topic=topic, age=choice.age or state.age)
    if "question" in picked:
        if picked["answer"] == "unsure":
            return _missed(replace(state, question=picked["question"]), content)
        return replace(state, question=picked["question"]).without_question()
    if picked.get("answer") == "in_danger":
        if same := SAME_DANGER.get(state.worry):
            return replace(state, topic=same, worry=same).without_question()
        return replace(state, topic="in_person_danger", worry="in_person_danger", tapped="in_person_danger").without_question()
    if picked.get("answer") == "safe_again":
        if state.worry == SUICIDE:
            return state
        return replace(state, urgency=after_turn(urgency, Urgency.CHAT, danger_over=True).word, topic="danger_over").without_question()
    if "audience" in picked:
        return replace(state, audience=picked["audience"])
    if picked.get("ask") == "nation" and "about" in picked:
        state = replace(state, nation=picked["about"])
    if "worry" in picked:
        return replace(state, topic=picked["worry"], worry=picked["worry"], tapped=picked["worry"])
    return replace(state, ask=picked["ask"], about=picked.get("about"))


def _typed(state: State, intent: str, message: Mapping[str, Any], found: dict[str, str], content: Content, before: str | None) -> State:
    """before: the follow-up that was given last."""
    floor, now = Urgency.of(state.urgency), Urgency.of((message.get("urgency") or {}).get("tier") or "chat")
    if message.get("probing") and (now < Urgency.URGENT or (now is Urgency.URGENT and not message.get("families"))):
        # One constant answer: no detail, no gradation, nothing learnt from how it was asked.
        return replace(state, topic="trolling_abuse", ask=REFUSAL).without_question()
    if found.get("said") in BARE_FACTS:  # "im 11", "in wales": known for certain to say nothing else
        intent, now = "vague_distress", Urgency.CHAT
    elif message.get("foreign"):  # what the model makes of another language is chance; nobody is turned away over it
        intent, now = "vague_distress", highest(now, Urgency.SUPPORT)
    elif state.worry and message.get("short"):
        intent, now = _fragment(state, intent, now, message)
    if state.worry == OWN_ACTS and intent not in PLEASANTRIES:
        intent = OWN_ACTS
    over = bool(message.get("over")) and state.worry != SUICIDE
    audience = _reader(state.audience, message, found)
    corrected = audience != state.audience and "reader" in found
    worry = state.worry if intent in MANNERS else (state.worry or intent) if intent in QUESTIONS else intent
    if _about_suicide(message) or (state.worry == SUICIDE and worry in OF_OTHERS):
        worry = SUICIDE
    state = replace(
        state,
        urgency=after_turn(floor, now, danger_over=over).word,
        audience=audience,
        topic=intent,
        worry=worry,
        nation=found.get("nation") or state.nation,
        age=state.age if found.get("said") == "number" and state.age else found.get("age") or state.age,
        deaf=state.deaf or found.get("hears") == "no",
        app=found.get("app") or state.app,
    )
    told_more = corrected or found.get("nation") or found.get("age") or found.get("said") in BARE_FACTS
    more = MORE_OF_IT | {"danger_over"} if worry == SUICIDE else MORE_OF_IT
    if state.worry and (intent in more or (intent in MANNERS and told_more)):
        state = replace(state, topic=state.worry)  # "no I meant my friend": the worry again, for the new reader
    if state.question:
        state = _question_met(state, intent, now, found.get("said"), content)
    ask, about = _ask(intent, message, found, content, before, state.app)
    if ask == "words_to_say" and about == "101" and state.urgency == Urgency.EMERGENCY.word:
        about = "999"  # "what do I say to the police", now
    if found.get("nation") and intent in MANNERS and not state.worry:
        ask, about = "nation", found["nation"]
    return replace(state, ask=ask, about=about)


def _fragment(state: State, intent: str, now: Urgency, message: Mapping[str, Any]) -> tuple[str, Urgency]:
    """Topic and urgency of a few words inside a worry: the model's, where it is sure; else those of the worry and of no more danger.

    In an emergency the worry that made it one keeps the word, unless the few words are another one.
    """
    urgency, heard = message.get("urgency") or {}, message.get("intent") or {}
    scores = urgency.get("scores") or {}
    if now is Urgency.EMERGENCY and urgency.get("by") == "model" and scores.get(now.word, 1.0) < SURE_OF_FRAGMENT:
        now = Urgency.of(max((tier for tier in scores if tier != now.word), key=scores.__getitem__))
    in_emergency = state.urgency == Urgency.EMERGENCY.word
    if now < Urgency.EMERGENCY and intent not in MANNERS | QUESTIONS and (in_emergency or heard.get("confidence", 1.0) < SURE_OF_TOPIC):
        intent = state.worry
    return intent, now


def _about_suicide(message: Mapping[str, Any]) -> bool:
    """Whether a worry about somebody else is also about suicide, whose contacts then stay."""
    topic = (message.get("intent") or {}).get("name")
    if topic not in OF_OTHERS:
        return False
    ranked = {entry["name"]: entry["confidence"] for entry in message.get("intent_ranking") or ()}
    return (
        bool(ABOUT_SUICIDE & set(message.get("families") or ()))
        or ranked.get(SUICIDE, 0.0) + ranked.get("mental_health", 0.0) >= ALSO_SUICIDE
    )


def _question_met(state: State, intent: str, now: Urgency, said: str | None, content: Content) -> State:
    question = content.choices.questions.get(state.question)
    answer = question.answer(said) if question and said else None
    if answer and said != "unsure":
        higher = highest(Urgency.of(state.urgency), answer.urgency)
        return replace(state, urgency=higher.word, topic=state.worry or state.topic, age=answer.age or state.age).without_question()
    if question and (answer or (intent in PASSING_BY and now < Urgency.URGENT)):
        return _missed(state, content)
    return state.without_question()


def _missed(state: State, content: Content) -> State:
    """An open question was passed by: ask once more, then take the higher urgency."""
    question = content.choices.questions[state.question]
    state = replace(state, misses=state.misses + 1, topic=state.worry or state.topic)
    if state.misses < MISSES:
        return state
    return replace(state, urgency=highest(Urgency.of(state.urgency), question.higher).word).without_question()


def _reader(known: str, message: Mapping[str, Any], found: dict[str, str]) -> str:
    """Who is reading: what they say outright; else what the words suggest, though one odd sentence doesn't change a known reader.

    While nobody is known the model's reading stands: "it's about my friend" in a first message is as often about somebody else's.
    """
    if found.get("reader") in AUDIENCES and known != "unknown":
        return found["reader"]
    heard = message.get("audience") or {}
    name, sure = heard.get("name", "unknown"), heard.get("confidence", 0.0)
    if known in ("unknown", name):
        return name
    return name if sure >= SURE_OF_CHANGE.get(name, math.inf) else known


def _ask(
    intent: str, message: Mapping[str, Any], found: dict[str, str], content: Content, before: str | None = None, app: str | None = None
) -> tuple[str | None, str | None]:
    """The follow-up a message wants, and what about. before: the one given last, for "and childline?"; app: named before."""
    if intent in content.choices.quiet:
        return None, None
    heard = message.get("ask") or {}
    limit = SURE_OF_ASK_BY_NAME if found.get("contact") else SURE_OF_ASK
    ask = heard.get("name") if heard.get("confidence", 0.0) >= limit else None
    if message.get("signs") and message.get("wonders"):
        ask = "is_this_ok"
    if CANT_TALK in (message.get("families") or ()):
        ask = "cant_speak"
    if (found.get("app") or app) and intent in ABOUT_APPS:
        ask = "app_guide"
    if found.get("contact") and message.get("short") and before in OF_A_CONTACT and found["contact"] in content.follow_ups.abouts[before]:
        ask = before
    elif (
        found.get("contact")
        and intent in ASKS_FOR_ONE
        and (message.get("short") or intent == "contact_numbers")
        and ask in (None, THE_NUMBER)
    ):
        ask = THE_NUMBER
    if ask not in content.follow_ups.abouts:
        return None, None
    about = (found.get("app") or app) if ask == "app_guide" else found.get("contact")
    if ask == "words_to_say" and about is None:
        about = found.get("listener")
    return ask, about if about in content.follow_ups.abouts[ask] else None
