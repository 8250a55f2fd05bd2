"""How one message changes a conversation. Pure: labels in, labels out; no words that somebody typed."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from actions.cards import Case
from actions.choices import ADULTS, SUICIDE, Choice
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
OFF_THE_SUBJECT = frozenset(["out_of_scope", "trolling_abuse"])
# Inside a worry these are taken for more of it: "i don't know", "like 40", "ur useless".
MORE_OF_IT = frozenset(["vague_distress", "out_of_scope", "trolling_abuse"])
ABOUT_DESPAIR = frozenset([SUICIDE, "mental_health"])
FAMILIES_OF_SUICIDE = frozenset(["suicide_intent"])  # families of danger (data/danger/)
# Whoever is worried by their own acts gets no victim's comfort, whatever they ask next.
OWN_ACTS = "adult_own_thoughts"
FOR_OWN_ACTS = frozenset(["stop_it_now", "samaritans"])  # what they may ask for by name
# Emergencies that are plainly another matter, though.
OUTSIDE_OWN_ACTS = frozenset(["in_person_danger", "runaway_missing", "sextortion"])
NODS = frozenset(["affirm", "deny"])
OTHERS = frozenset(["parent", "friend", "professional"])  # readers who tell of somebody else
PLEASANTRIES = frozenset(["greeting", "thanks", "goodbye", "bot_identity"])
# Advice for adults with a child in their care.
FOR_ADULTS = frozenset(["professional_duty", "parent_advice", "parent_wants_signs", "parent_found_messages"])
# Worries that somebody has about another.
OF_OTHERS = frozenset(["friend_at_risk", "professional_duty", "parent_advice", "parent_wants_signs", "parent_found_messages"])
# Whose danger is not somebody at the door: "someone is in danger now" says more of the same worry.
SAME_DANGER = {SUICIDE: SUICIDE, "mental_health": SUICIDE, "runaway_missing": "runaway_missing", OWN_ACTS: OWN_ACTS}
MISSES = 2  # then the answer is the one for the higher urgency
# A parent who says "I feel like a bad mother" is still a parent; "hi, it's me now, I'm 11" is somebody else. A bare message in
# the middle of a conversation ("he says he already sent one") reads like a young person's own, and to mention a friend is not to
# be one, so to become either takes more (docs/decisions.md has how often it goes wrong).
SURE_OF_CHANGE = {"young_person": 0.98, "friend": 0.98, "parent": 0.85, "professional": 0.85}
# A few words in the middle of a conversation ("a man", "he said sorry"), or a question of any length, are read as part of it. Up to
# these shares of probability the model may be guessing: of fragments it had not seen, 97.5 % of emergencies are above the first, and
# below the second it is right about the topic in two of five (docs/decisions.md).
SURE_OF_FRAGMENT = 0.3
SURE_OF_TOPIC = 0.6
# Read after a sentence that says what was told before (actions/in_context.py): an emergency takes the first share there or the second alone,
# and is one from the third on whatever it says alone ("no its tonight"). Measured on second messages left out (docs/decisions.md).
SURE_IN_CONTEXT = 0.07
SURE_ALONE = 0.9
RAISES = 0.5
# Which of two worries outranks the other (docs/labelling.md): a detail of the graver one does not put it away.
RANK = {
    SUICIDE: 6, "in_person_danger": 5, "sextortion": 4, "met_already": 3, "known_adult": 3, "abuse_at_home": 3, "past_abuse": 3,
    "images_shared": 2, "image_request": 2, "runaway_missing": 2, "meeting_plan": 1, "sexual_messages": 1,
}  # fmt: skip
# The same of a message of any length that is no question: so unsure a topic is wrong more often than right.
GUESSED_TOPIC = 0.4
# From here on a message about somebody else is also about suicide.
ALSO_SUICIDE = 0.25
# The share of probability from which somebody wants a follow-up and not the topic's own advice.
SURE_OF_ASK = 0.35
SURE_OF_ASK_BY_NAME = 0.2  # where a contact is named: "what happens if i ring 101"
# The constant answer to who asks how to get at a child, or which words set this off. No button leads to it.
REFUSAL = "refusal"
# The answer to who asks for one contact by name. No button leads to it.
THE_NUMBER = "the_number"
# The answer to a parent who hurt their child themselves. No button leads to it.
LOST_TEMPER = "lost_temper"
# Topics in which naming a contact asks for it; the last two only in a few words: "and samaritans?"
ASKS_FOR_ONE = frozenset(["contact_numbers", "out_of_scope", "vague_distress"])
# Follow-ups of which the next contact named in a few words wants the same: "and childline?"
OF_A_CONTACT = frozenset(["what_happens", "words_to_say", THE_NUMBER])
# The family of danger (data/danger/) of those who can't speak because somebody would hear.
CANT_TALK = "cant_talk"
# Answers that are a fact about the reader or the child, or a day, and nothing more.
BARE_FACTS = frozenset(["age", "number", "day", "place"])
# Worries that "its tonight" makes an emergency: of a meeting, of leaving, of suicide.
MAY_BE_TODAY = frozenset(["meeting_plan", "runaway_missing", SUICIDE, "mental_health"])
# Harm by somebody in the child's life: that they also want it kept secret, or give presents, is no matter of blocking them.
BY_SOMEBODY_NEAR = frozenset(["known_adult", "abuse_at_home", "met_already", "in_person_danger"])
PART_OF_IT = frozenset(["secrecy", "gifts_money", "grooming_signs"])
# From this share on a yes or no of several words is one, and "somebody else's child" another child than the one talked of.
SURE_OF_NOD = 0.8
# Questions that say themselves what to do with a picture.
ASKS_HOW = frozenset(["how_to_block", "how_to_report", "out_of_scope"])
# Topics where naming an app means wanting its guide.
ABOUT_APPS = frozenset(["how_to_block"])


@dataclass(frozen=True)
class State:
    """The slots of a conversation.

    topic: what the reply is about; worry: the last topic that was a worry; tapped: a worry that was tapped, not typed.
    question: the routing question that stands open; misses: how often it was passed by; asked: those not to ask again.
    ask, about: the follow-up that is wanted now, and what it is about.
    told: the advice given last, by topic, urgency and reader. deaf: the reader said so, or that they sign.
    despair: suicide or a low mood was told, of oneself or another: its contacts stay. life_at_risk: as an emergency, and nothing lowers it.
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
    despair: bool = False
    life_at_risk: bool = False
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
            despair=self.despair,
            life_at_risk=self.life_at_risk,
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
        return replace(_at_risk(state, choice), question=picked["question"]).without_question()
    if picked.get("answer") == "in_danger":
        same = SUICIDE if state.despair and state.worry in OF_OTHERS else SAME_DANGER.get(state.worry)
        if same:
            return replace(state, topic=same, worry=same, life_at_risk=state.life_at_risk or same == SUICIDE).without_question()
        return replace(state, topic="in_person_danger", worry="in_person_danger", tapped="in_person_danger").without_question()
    if picked.get("answer") == "safe_again":
        if state.life_at_risk:
            return state
        return replace(state, urgency=after_turn(urgency, Urgency.CHAT, danger_over=True).word, topic="danger_over").without_question()
    if "audience" in picked:
        return replace(state, audience=picked["audience"])
    if picked.get("ask") == "nation" and "about" in picked:
        state = replace(state, nation=picked["about"])
    if "worry" in picked:
        despair = state.despair or picked["worry"] in ABOUT_DESPAIR
        return replace(state, topic=picked["worry"], worry=picked["worry"], tapped=picked["worry"], despair=despair)
    return replace(state, ask=picked["ask"], about=picked.get("about"))


def _at_risk(state: State, answer: Choice) -> State:
    """Whoever told of suicide or a low mood and answers that they are not safe has said it as an emergency."""
    said = answer.urgency is Urgency.EMERGENCY and state.despair and state.worry in ABOUT_DESPAIR | OF_OTHERS
    return replace(state, life_at_risk=state.life_at_risk or said)


def _typed(state: State, intent: str, message: Mapping[str, Any], found: dict[str, str], content: Content, before: str | None) -> State:
    """before: the follow-up that was given last."""
    now = Urgency.of((message.get("urgency") or {}).get("tier") or "chat")
    if message.get("probing") and (now < Urgency.URGENT or (now is Urgency.URGENT and not message.get("families"))):
        # One constant answer: no detail, no gradation, nothing learnt from how it was asked.
        return replace(state, topic="trolling_abuse", ask=REFUSAL).without_question()
    # Where there is no English to read, labels are chance.
    unclear = message.get("foreign") or message.get("wordless") == ""
    over = bool(message.get("over")) or _says_over(state, found.get("said"))
    if found.get("said") == "number" and not _is_an_age(state, found):
        found.pop("age", None)
    intent, now = _understood(state, intent, now, message, found)
    despair = state.despair or intent in ABOUT_DESPAIR or (intent in OF_OTHERS and _also_suicide(message))
    life_at_risk = state.life_at_risk or (
        now is Urgency.EMERGENCY and despair and (intent in ABOUT_DESPAIR | OF_OTHERS or _by_family(message))
    )
    doubtful = life_at_risk or unclear or found.get("said") in BARE_FACTS
    # Whoever is worried by their own acts speaks of children and friends, and is neither.
    same_reader = unclear or (state.worry == OWN_ACTS and "reader" not in found)
    audience = state.audience if same_reader else _reader(state.audience, message, found)
    corrected = audience != state.audience and "reader" in found
    known = replace(state, age=None, deaf=False) if corrected and state.audience != "unknown" else state
    if corrected and audience == "young_person" and state.worry == "friend_at_risk":  # "ok its me": what it is about is open again
        state = replace(state, worry=SUICIDE if state.life_at_risk else "mental_health" if state.despair else None)
        intent = "vague_distress" if intent in MANNERS else intent
    told_more = corrected or found.get("nation") or found.get("age") or found.get("said") in BARE_FACTS
    worry = state.worry if intent in MANNERS else (state.worry or intent) if intent in QUESTIONS else intent
    # "no I meant my friend", "like 40", "im ok now" after an overdose: the worry again.
    more = MORE_OF_IT | {"danger_over"} if life_at_risk or state.worry in ABOUT_DESPAIR else MORE_OF_IT
    if life_at_risk and not found.get("said"):
        more |= NODS  # "no im not going to do it"
    again = state.worry and (intent in more or (intent in MANNERS and told_more))
    after = replace(
        state,
        urgency=after_turn(Urgency.of(state.urgency), now, danger_over=over and not doubtful).word,
        audience=audience,
        topic=state.worry if again else intent,
        worry=worry,
        nation=found.get("nation") or state.nation,
        age=known.age if found.get("said") == "number" and known.age else found.get("age") or known.age,
        deaf={"no": True, "yes": False}.get(found.get("hears"), known.deaf),
        despair=despair,
        life_at_risk=life_at_risk,
        app=found.get("app") or state.app,
    )
    if after.question:
        after = _question_met(after, intent, now, found.get("said"), content, silent=bool(found.get("said")) or message.get("brief", True))
    ask, about = (
        (None, None)
        if unclear
        else _ask(intent, message, found, content, before=before, app=after.app, audience=audience, tier=Urgency.of(after.urgency))
    )
    if ask == "words_to_say" and about == "101" and after.urgency == Urgency.EMERGENCY.word:
        about = "999"  # "what do I say to the police", now
    if found.get("nation") and intent in MANNERS and not state.worry:
        ask, about = "nation", found["nation"]
    return replace(after, ask=ask, about=about)


def _understood(state: State, intent: str, now: Urgency, message: Mapping[str, Any], found: dict[str, str]) -> tuple[str, Urgency]:
    """Topic and urgency of a message, given the conversation."""
    said = found.get("said")
    if said in BARE_FACTS:  # "im 11", "in wales": known for certain to say nothing else
        intent, now = "vague_distress", Urgency.CHAT
    elif _says_over(state, said) or (said == "no_danger" and state.worry):
        return "danger_over", Urgency.CHAT
    elif said in ("safe", "away") and state.question == "safe_now" and not (said == "away" and state.worry == "runaway_missing"):
        intent, now = "vague_distress", Urgency.CHAT  # "no hes not here", to "are you safe right now?"
    elif said == "today" and state.worry:  # alone, "its tonight" reads like suicide
        if state.worry in MAY_BE_TODAY:
            return SUICIDE if state.worry == "mental_health" else state.worry, Urgency.EMERGENCY
        intent = "vague_distress"
    elif said == "not_safe" and state.worry:  # what the button "Not safe" says, whether or not the question is open
        return SUICIDE if state.worry in ABOUT_DESPAIR else state.worry, Urgency.EMERGENCY
    elif said == "not_safe":  # to begin with it may be many things ("i dont feel safe"), and no refusal
        intent, now = ("vague_distress" if intent in NODS else intent), highest(now, Urgency.SUPPORT)
    elif said == "not_today" and state.worry:  # says when, and refuses nothing
        intent, now = "vague_distress", Urgency.CHAT
    elif message.get("wordless") is not None:  # "...", "😭": the model knows few pictures, and nobody is turned away over one
        intent, now = _wordless(state, message["wordless"], now)
    elif message.get("foreign"):  # what the model makes of another language is chance; nobody is turned away over it
        intent, now = "vague_distress", highest(now, Urgency.SUPPORT)
    elif message.get("in_context") and "reader" not in found:
        intent, now = _in_context(state, intent, now, message, said)
    elif state.worry and state.worry not in QUESTIONS and Urgency.of(state.urgency) >= Urgency.SUPPORT:
        if message.get("short") or message.get("would_face_them") or intent in QUESTIONS:
            intent, now = _fragment(state, intent, now, message)
        elif _confidence(message) < GUESSED_TOPIC:
            intent = _of_the_worry(state, intent, now)
    if intent in NODS and not said and not message.get("brief", True) and _confidence(message) < SURE_OF_NOD:
        intent = "vague_distress"  # "no but actually my uncle did ask me that"
    if intent == "friend_at_risk" and "reader" not in found and _still_theirs(state, message):
        intent = state.worry if state.worry and state.worry not in QUESTIONS else "parent_found_messages"
    if intent in FOR_ADULTS and state.audience in ("young_person", "friend") and _reader(state.audience, message, found) == state.audience:
        # "do i have to go to training", of a coach; "what do i say to her", of a friend
        intent = state.worry or intent
    if intent in PART_OF_IT and state.worry in BY_SOMEBODY_NEAR and now <= Urgency.of(state.urgency):
        intent = state.worry
    despair = intent in ABOUT_DESPAIR and (_by_family(message) or _confidence(message) >= SURE_OF_TOPIC)
    if state.worry == OWN_ACTS and now is Urgency.EMERGENCY and _by_family(message):
        return SUICIDE, now
    if state.worry == OWN_ACTS and not (intent in PLEASANTRIES or despair or "reader" in found):
        return (intent if now is Urgency.EMERGENCY and intent in OUTSIDE_OWN_ACTS else OWN_ACTS), now
    return intent, now


def _says_over(state: State, said: str | None) -> bool:
    """Whether a few words leave no doubt that an emergency is none, or no more: nobody is in danger; the child who was missing is back."""
    if state.urgency != Urgency.EMERGENCY.word:
        return False
    missing = state.worry == "runaway_missing"
    # "im safe" of somebody who ran away is no end of it.
    return said == "no_danger" or (missing and (said == "back" or (said == "safe" and state.audience in OTHERS)))


def _is_an_age(state: State, found: Mapping[str, str]) -> bool:
    """Whether a bare number tells an age: not in an emergency, where it may be "55", and an adult's only to the question after it."""
    return state.urgency != Urgency.EMERGENCY.word and (found.get("age") != "adult" or state.question == "under_18")


def _still_theirs(state: State, message: Mapping[str, Any]) -> bool:
    """Whether what sounds like a worry about a friend is about the one talked of before: "she says she loves him", "she already sent it to my mate"."""
    own_worry = state.worry and state.worry not in QUESTIONS | OF_OTHERS | ABOUT_DESPAIR
    if state.audience not in ("parent", "young_person") or (state.audience == "young_person" and not own_worry):
        return False
    heard = message.get("audience") or {}
    return _reader(state.audience, message, {}) == state.audience and (heard.get("name") != "friend" or _confidence(message) < SURE_OF_NOD)


def _wordless(state: State, said: str, now: Urgency) -> tuple[str, Urgency]:
    """Topic and urgency of a message without a word. A nod or a heart is one in a conversation only: to begin with one is to have no words."""
    in_a_talk = {"yes": "affirm", "no": "deny", "unsure": "vague_distress", "thanks": "thanks"}
    if state.topic and said in in_a_talk:
        return in_a_talk[said], now
    return "vague_distress", highest(now, Urgency.SUPPORT)


def _fragment(state: State, intent: str, now: Urgency, message: Mapping[str, Any]) -> tuple[str, Urgency]:
    """Topic and urgency of a few words, or a question, inside a worry: the model's, where it is sure; else those of the worry and of no more danger.

    In an emergency the worry that made it one keeps the word, unless the few words are another one. Suicide is never passed over.
    """
    urgency = message.get("urgency") or {}
    likely = (urgency.get("scores") or {}).get(now.word, 1.0)
    if now is Urgency.EMERGENCY and urgency.get("by") == "model" and not message.get("families") and likely < SURE_OF_FRAGMENT:
        now = Urgency.of(urgency.get("otherwise") or now.word)
    if state.urgency == Urgency.EMERGENCY.word or _confidence(message) < SURE_OF_TOPIC:
        intent = _of_the_worry(state, intent, now)
    return intent, now


def _in_context(state: State, intent: str, now: Urgency, message: Mapping[str, Any], said: str | None) -> tuple[str, Urgency]:
    """Topic and urgency of a few words inside a worry, read alone and after it: an emergency by both, or surely by one."""
    read, urgency = message["in_context"], message.get("urgency") or {}
    alone, here = (urgency.get("scores") or {}).get("emergency", 1.0), read["urgency"]["emergency"]
    if (
        now is Urgency.EMERGENCY
        and urgency.get("by") == "model"
        and not message.get("alarm")
        and here < SURE_IN_CONTEXT
        and alone < SURE_ALONE
    ):
        now = Urgency.of(urgency.get("otherwise") or now.word)
    elif here >= RAISES:
        now = Urgency.EMERGENCY
    topic, share = max(read["topic"].items(), key=lambda item: item[1])
    sure = _confidence(message)
    told = intent in NODS and not (said or message.get("brief", True) or message.get("refuses"))  # "no i havent paid": no refusal, a fact
    said_outright = (
        intent in QUESTIONS
        or (intent in MANNERS and sure >= SURE_OF_NOD and not told)
        or (intent in ABOUT_DESPAIR and sure >= SURE_OF_TOPIC)
    )
    graver = sure >= SURE_OF_TOPIC and RANK.get(intent, 0) > RANK.get(state.worry, 0)
    beside = sure >= SURE_OF_NOD and {intent, state.worry} <= PART_OF_IT  # "he says dont tell", of who asks odd questions
    if not (said_outright or graver or beside):
        intent = topic if share >= SURE_OF_TOPIC else _of_the_worry(state, intent, now)
    return intent, now


def _of_the_worry(state: State, intent: str, now: Urgency) -> str:
    """The topic of an unsure message: the worry's, unless it is another kind of talk, a low mood, or an emergency."""
    return intent if now is Urgency.EMERGENCY or intent in MANNERS | QUESTIONS | ABOUT_DESPAIR else state.worry


def _confidence(message: Mapping[str, Any]) -> float:
    return (message.get("intent") or {}).get("confidence", 1.0)


def _by_family(message: Mapping[str, Any]) -> bool:
    return bool(FAMILIES_OF_SUICIDE & set(message.get("families") or ()))


def _also_suicide(message: Mapping[str, Any]) -> bool:
    """Whether a worry about somebody else is also about suicide."""
    ranked = {entry["name"]: entry["confidence"] for entry in message.get("intent_ranking") or ()}
    return _by_family(message) or ranked.get(SUICIDE, 0.0) >= ALSO_SUICIDE


def _question_met(state: State, intent: str, now: Urgency, said: str | None, content: Content, *, silent: bool = True) -> State:
    """silent: a bare answer, or too few words to say something else; more drop the question, they are no silence."""
    question = content.choices.questions.get(state.question)
    answer = question.answer(said) if question and said else None
    if answer and said != "unsure":
        state, higher = _at_risk(state, answer), highest(Urgency.of(state.urgency), answer.urgency)
        return replace(state, urgency=higher.word, topic=state.worry or state.topic, age=answer.age or state.age).without_question()
    if question and now < Urgency.URGENT and (intent in OFF_THE_SUBJECT or (said in BARE_FACTS and not answer)):
        return state  # neither an answer nor a silence
    if question and (answer or (silent and intent in PASSING_BY and now < Urgency.URGENT)):
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
    intent: str,
    message: Mapping[str, Any],
    found: dict[str, str],
    content: Content,
    *,
    before: str | None,
    app: str | None,
    audience: str,
    tier: Urgency,
) -> tuple[str | None, str | None]:
    """The follow-up a message wants, and what about. before: the one given last, for "and childline?"; app: named before; audience: who reads; tier: of the conversation."""
    heard, contact, abouts = message.get("ask") or {}, found.get("contact"), content.follow_ups.abouts
    if intent in content.choices.quiet:
        return (THE_NUMBER, contact) if intent == OWN_ACTS and contact in FOR_OWN_ACTS else (None, None)
    ask = heard.get("name") if heard.get("confidence", 0.0) >= (SURE_OF_ASK_BY_NAME if contact else SURE_OF_ASK) else None
    if message.get("signs") and message.get("wonders"):
        ask = "is_this_ok"
    # In an emergency the steps of the topic stand, and small talk is no case of it.
    case = Urgency.SUPPORT <= tier < Urgency.EMERGENCY
    if case and message.get("keeps_or_sends") and audience in ADULTS and intent not in ASKS_HOW:
        ask = "the_phone"
    faces = message.get("would_face_them")
    if case and (faces == "contact" or (faces == "harm" and audience == "parent")):
        ask = "contact_them"
    if case and audience == "parent" and intent == "abuse_at_home" and message.get("by_own_hand"):
        ask = LOST_TEMPER
    if CANT_TALK in (message.get("families") or ()):
        ask = "cant_speak"
    app = found.get("app") or app
    if app and intent in ABOUT_APPS:
        ask = "app_guide"
    named = intent in ASKS_FOR_ONE and (message.get("short") or intent == "contact_numbers")
    if contact and ask is None and (named or (intent in MANNERS and message.get("brief"))):
        ask = before if before in OF_A_CONTACT and contact in abouts[before] else THE_NUMBER
    if ask == "words_to_say" and found.get("listener") == "child":  # "what do i say to her"
        ask = "talk_to_child"
    if ask not in abouts or not content.choices.suits(ask, audience):
        return None, None
    about = app if ask == "app_guide" else contact or (found.get("listener") if ask == "words_to_say" else None)
    return ask, about if about in abouts[ask] else None
