"""How one message changes a conversation. Pure: labels in, labels out; no words that somebody typed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.asks import wanted
from actions.cards import OF_AGE
from actions.choices import SUICIDE, Choice
from actions.content import WAY_OF_SPEAKING, Content
from actions.heard import ALSO_SUICIDE, Heard
from actions.meaning import OTHERS, Meaning, danger_is_home, does_not_end, meaning, reader, says_over
from actions.state import State
from actions.topics import (
    ABOUT_DESPAIR,
    BY_SOMEBODY_NEAR,
    MANNERS,
    MORE_OF_IT,
    NODS,
    OF_OTHERS,
    OFF_THE_SUBJECT,
    OWN_ACTS,
    PASSING_BY,
    QUESTIONS,
    SAME_DANGER,
)
from actions.urgency import Urgency, after_turn, highest

MISSES = 2  # of an open question; then the answer is the one for the higher urgency
AS_MUCH = 0.5  # from this share on suicide and a low mood together are as much what a message says as its topic
# Of who ran away: from this share on harm is told too; and the families that tell of it.
HARMED = 0.1
HARM = frozenset(["hit_at_home", "assault_now", "forced_sex", "touched", "threat_with_means"])
# What a friend's worry turns into when it is told to be one's own (open again), or one's child's.
OWN_WORRY = {"young_person": None, "parent": "parent_wants_signs"}
# The constant answer to who asks how to get at a child, or which words set this off. No button leads to it.
REFUSAL = "refusal"


def after_message(state: State, message: Mapping[str, Any], content: Content) -> State:
    """The conversation after one more message. message: Rasa's parse data with our components' labels."""
    before = (state.ask, state.about)
    state = replace(state, asked=tuple(state.asked), ask=None, about=None)
    heard = Heard.of(message)
    if heard.topic == "choose":
        return _tapped(state, content.choices.chosen(dict(heard.found)), content)
    return _typed(state, heard, content, before)


def _tapped(state: State, choice: Choice | None, content: Content) -> State:
    topic = state.worry or "vague_distress"
    if choice is None:
        return replace(state, topic=topic)
    picked, was = dict(choice.chosen), state.tier
    state = replace(state, urgency=highest(was, choice.urgency).word, topic=topic, age=choice.age or state.age)
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
        return replace(
            state, urgency=after_turn(was, Urgency.CHAT, danger_over=True).word, topic="danger_over", holds=None
        ).without_question()
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


def _typed(state: State, heard: Heard, content: Content, before: tuple[str | None, str | None]) -> State:
    """before: the follow-up that was given last, and what it was about."""
    if heard.probing and (heard.urgency < Urgency.URGENT or (heard.urgency is Urgency.URGENT and not heard.families)):
        # One constant answer: no detail, no gradation, nothing learnt from how it was asked.
        return replace(state, topic="trolling_abuse", ask=REFUSAL).without_question()
    if heard.said == "number" and not _is_an_age(state, heard):
        heard = heard.without("age")
    if before[0] == WAY_OF_SPEAKING and heard.said in ("yes", "means_it"):
        heard = heard.saying("to_die")  # "if any part of you means it" was what they read
    means = meaning(replace(state, ask=before[0]), heard)
    at_home = danger_is_home(state, heard)
    over = (heard.over or says_over(state, heard)) and not (at_home or does_not_end(state, heard))
    audience = _audience(state, heard)
    corrected = audience != state.audience and heard.names_a_reader
    if corrected and audience in OWN_WORRY and state.worry == "friend_at_risk":  # "ok its me", "im her mum": no friend's worry any more
        state = replace(state, worry=SUICIDE if state.life_at_risk else "mental_health" if state.despair else OWN_WORRY[audience])
        means = means._replace(topic="vague_distress" if means.topic in MANNERS else means.topic)
    state = _about_the_reader(state, heard, audience, corrected=corrected)
    state = replace(_about_life(state, heard, means), holds=_holds(state, heard, means))
    state = _about_the_worry(state, heard, means, over=over, corrected=corrected)
    if state.question:
        state = _question_met(state, heard, means, content)
    if at_home:  # "he's home now": are they safe, then?
        state = replace(state, asked=tuple(question for question in state.asked if question != "safe_now"))
    ask, about = wanted(state, heard, means.topic, content, before=before)
    if ask == "words_to_say" and about == "101" and state.tier is Urgency.EMERGENCY:
        about = "999"  # "what do I say to the police", now
    if heard.found.get("nation") and means.topic in MANNERS and not state.worry:
        ask, about = "nation", heard.found["nation"]
    return replace(state, ask=ask, about=about)


def _is_an_age(state: State, heard: Heard) -> bool:
    """Whether a bare number tells an age: not in an emergency, where it may be "55", and an adult's only to the question after it."""
    return state.tier is not Urgency.EMERGENCY and (heard.found.get("age") not in OF_AGE or state.question == "under_18")


def _audience(state: State, heard: Heard) -> str:
    """Who reads. Whoever is worried by their own acts speaks of children and friends, and is neither."""
    same = heard.unreadable or (state.worry == OWN_ACTS and not heard.names_a_reader)
    return state.audience if same else reader(state.audience, heard)


def _about_the_reader(state: State, heard: Heard, audience: str, *, corrected: bool) -> State:
    """Who reads, and what they say of themselves: age, nation, hearing, their app. Of another reader than before nothing is known."""
    if corrected and state.audience != "unknown":
        state = replace(state, age=None, deaf=False, no_bsl=False)
    if state.audience == "friend" != audience and state.age == "grown_up":  # by a niece they named, perhaps; of themselves they say it anew
        state = replace(state, age=None)
    found = heard.found
    grown_friend = "grown_up" if audience == "friend" and "grown_up_near" in heard.situations else None
    return replace(
        state,
        audience=audience,
        age=state.age if heard.said == "number" and state.age else found.get("age") or state.age or grown_friend,
        deaf={"no": True, "yes": False}.get(found.get("hears"), state.deaf),
        no_bsl={"no": True, "yes": False}.get(found.get("signs"), state.no_bsl),
        nation=found.get("nation") or state.nation,
        app=found.get("app") or state.app,
    )


def _about_life(state: State, heard: Heard, means: Meaning) -> State:
    """Whether despair was told, of oneself or another, and whether as an emergency: nothing takes either back."""
    also_suicide = heard.share_of([SUICIDE]) >= ALSO_SUICIDE
    of_another = means.topic in OF_OTHERS and (heard.of_suicide or also_suicide)
    beside = means.urgency >= Urgency.SUPPORT and _despair_beside(heard)
    despair = state.despair or means.topic in ABOUT_DESPAIR or of_another or beside
    dying = state.dying or means.topic == SUICIDE or heard.despairs or also_suicide
    in_words = means.topic in ABOUT_DESPAIR | OF_OTHERS or heard.of_suicide or beside
    return replace(
        state,
        despair=despair,
        dying=dying,
        life_at_risk=state.life_at_risk or (means.urgency is Urgency.EMERGENCY and despair and in_words),
    )


def _holds(state: State, heard: Heard, means: Meaning) -> str | None:
    """Whether "I'm home now" is no end of what was told: it may be at home, as nobody from outside was named. Of who ran away: where they told of harm."""
    if "made_to_say" in heard.situations or state.holds == "forced":
        return "forced"
    emergency = Urgency.EMERGENCY in (state.tier, means.urgency)
    if state.audience in OTHERS or not emergency or state.holds == "home":
        return state.holds
    if "kin" in heard.situations and means.urgency is Urgency.EMERGENCY and means.topic in BY_SOMEBODY_NEAR:
        return "home"
    if state.holds or "outsider" in heard.situations:
        return "outside"
    harmed = heard.share_of(BY_SOMEBODY_NEAR) >= HARMED or bool(heard.families & HARM)
    danger = means.topic in BY_SOMEBODY_NEAR and means.urgency is Urgency.EMERGENCY
    return "home" if danger or (harmed and "runaway_missing" in (means.topic, state.worry)) else None


def _despair_beside(heard: Heard) -> bool:
    """ "they have my nudes and i want to die": the pictures are the topic, and not all that was said. Not of "its tonight", after a meeting was told: alone
    that reads like suicide, as does much else that a rule has given its meaning."""
    if heard.said or heard.unreadable:
        return heard.said == "to_die"
    shares = heard.in_context["topic"] if heard.in_context else heard.ranking
    return heard.of_suicide or heard.wish_to_die or sum(shares.get(topic, 0.0) for topic in ABOUT_DESPAIR) >= AS_MUCH


def _about_the_worry(state: State, heard: Heard, means: Meaning, *, over: bool, corrected: bool) -> State:
    """Urgency, which never falls but where the danger is over; the worry, which manners and questions leave as it is; what the reply is about."""
    topic = means.topic
    doubtful = state.life_at_risk or heard.unreadable or heard.a_bare_fact
    urgency = after_turn(state.tier, means.urgency, danger_over=over and not doubtful)
    if topic == "danger_over" and not over and state.tier is Urgency.EMERGENCY:  # an end that was refused is no "it is over"
        return replace(state, urgency=urgency.word, topic=state.worry or "in_person_danger")
    # "no I meant my friend", "like 40", "im ok now" after an overdose: the worry again.
    more = MORE_OF_IT | {"danger_over"} if state.life_at_risk or state.worry in ABOUT_DESPAIR else MORE_OF_IT
    if state.life_at_risk and not heard.said:
        more |= NODS  # "no im not going to do it"
    told_more = corrected or heard.found.get("nation") or heard.found.get("age") or heard.found.get("signs") or heard.a_bare_fact
    again = state.worry and (topic in more or (topic in MANNERS and told_more))
    worry = state.worry if topic in MANNERS else (state.worry or topic) if topic in QUESTIONS else topic
    return replace(state, urgency=urgency.word, topic=state.worry if again else topic, worry=worry)


def _question_met(state: State, heard: Heard, means: Meaning, content: Content) -> State:
    """What becomes of the open question. A bare answer, or too few words to say something else, is a silence; more drop the question."""
    question, said, now = content.choices.questions.get(state.question), heard.said, means.urgency
    answer = question.answer(said) if question and said else None
    if answer and said != "unsure":
        state, higher = _at_risk(state, answer), highest(state.tier, answer.urgency)
        return replace(state, urgency=higher.word, topic=state.worry or state.topic, age=answer.age or state.age).without_question()
    if question and now < Urgency.URGENT and (means.topic in OFF_THE_SUBJECT or (heard.a_bare_fact and not answer)):
        return state  # neither an answer nor a silence
    silent = bool(said) or heard.brief
    if question and (answer or (silent and means.topic in PASSING_BY and now < Urgency.URGENT)):
        return _missed(state, content)
    return state.without_question()


def _missed(state: State, content: Content) -> State:
    """An open question was passed by: ask once more, then take the higher urgency."""
    question = content.choices.questions[state.question]
    state = replace(state, misses=state.misses + 1, topic=state.worry or state.topic)
    if state.misses < MISSES:
        return state
    return replace(state, urgency=highest(state.tier, question.higher).word).without_question()
