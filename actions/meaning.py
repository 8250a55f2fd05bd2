"""What a message means, given the conversation: its topic and its urgency.

The model reads each message alone, and for a first message that stands. Later on the first of READINGS that knows better has
its say, then each of CORRECTIONS may put one thing right. Their order is their rank: a reading that marks what it says as
final is corrected by nothing.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from actions.asks import KNOWS_NOW, SOMEBODY_KNOWS, THEY_KNOW
from actions.choices import SUICIDE
from actions.heard import ALSO_SUICIDE, CANT_TALK, Heard
from actions.state import State
from actions.topics import (
    ABOUT_DESPAIR,
    BY_SOMEBODY_NEAR,
    FOR_ADULTS,
    MANNERS,
    MAY_BE_TODAY,
    NODS,
    OF_A_CARER,
    OF_OTHERS,
    OFF_THE_SUBJECT,
    OUTSIDE_OWN_ACTS,
    OWN_ACTS,
    PART_OF_IT,
    PLEASANTRIES,
    QUESTIONS,
    RANK,
    WHERE_WE_LIVE,
)
from actions.urgency import AUDIENCES, Urgency, highest

OTHERS = frozenset(["parent", "friend", "professional"])  # readers who tell of somebody else
# Of these "that was last year" ends an emergency, and leaves past abuse; of a missing child or a casualty it ends nothing.
HURTS_FOR_LONG = frozenset(
    ["abuse_at_home", "known_adult", "met_already", "in_person_danger", "sexual_messages", "images_shared", "sextortion"]
)
LIKE_COMING_IN = frozenset(["arrival", "presence", "missing_child"])  # families of danger that "she just walked in" may set off
# A parent who says "I feel like a bad mother" is still a parent; "hi, it's me now, I'm 11" is somebody else. A bare message in
# the middle of a conversation ("he says he already sent one") reads like a young person's own, and to mention a friend is not to
# be one, so to become either takes more (docs/decisions.md has how often it goes wrong).
SURE_OF_CHANGE = {"young_person": 0.98, "friend": 0.98, "parent": 0.85, "professional": 0.85}
# A few words in the middle of a conversation ("a man", "he said sorry"), or a question of any length, are read as part of it. Up to
# these shares of probability the model may be guessing: of fragments it had not seen, 97.5 % of emergencies are above the first, and
# below the second it is right about the topic in two of five (docs/decisions.md).
SURE_OF_FRAGMENT = 0.3
SURE_OF_TOPIC = 0.6
# Follow-ups after which "nothing happened" says that nobody helped.
TOLD_SOMEBODY = frozenset([SOMEBODY_KNOWS, KNOWS_NOW, THEY_KNOW])
# After these a few words are no first message: small talk, good news, a plain question. Who is afraid, or was not helped, may speak of danger.
HARMLESS = (QUESTIONS - {"fear_of_trouble", "not_helped"}) | NODS | {"out_of_scope", "trolling_abuse", "danger_over", "thanks", "goodbye"}
# Situations that ask or tell, in a few words, what by itself is no danger today.
ONLY_ASKS = frozenset(["too_late", "pregnant", "their_fate", "too_long"])
# Families beside which "he will kill himself if I leave" is all the danger there is.
ONLY_A_THREAT = frozenset(["suicide_if", "suicide_intent", "blackmail"])
# Worries in which nobody is near, and the families of danger that speak of them; "can't talk" may be said of a mother who would hear.
ONLINE = frozenset(["sextortion", "images_shared", "image_request", "sexual_messages", "grooming_signs", "secrecy"])
FAMILIES_ONLINE = frozenset(["cant_talk", "blackmail", "image_asked", "image_sent", "sexual_approach"])
# The same of a message of any length that is no question: so unsure a topic is wrong more often than right.
GUESSED_TOPIC = 0.4
# From this share on a yes or no of several words is one, and "somebody else's child" another child than the one talked of.
SURE_OF_NOD = 0.8
# A worry of at least this share is likelier than "something else", where somebody may be in danger.
A_HINT = 0.1
# After "something bad happened" a few words ("in the night") are another subject, or a goodbye, from this share on.
SURE_OF_FAREWELL = 0.9
# Read after a sentence that says what was told before (actions/in_context.py): an emergency takes the first share there or the second alone,
# and is one from the third on whatever it says alone ("no its tonight"). Measured on second messages left out (docs/decisions.md).
SURE_IN_CONTEXT = 0.05
SURE_ALONE = 0.9
RAISES = 0.3


class Meaning(NamedTuple):
    """Topic and urgency of one message. final: nothing that comes after changes it."""

    topic: str
    urgency: Urgency
    final: bool = False


def meaning(state: State, heard: Heard) -> Meaning:
    """What the message means in this conversation. state.ask: the follow-up that was given last."""
    means = next((read for reading in READINGS if (read := reading(state, heard))), Meaning(heard.topic, heard.urgency))
    for correction in CORRECTIONS:
        if means.final:
            break
        means = correction(state, heard, means)
    return means


def reader(known: str, heard: Heard, *, outright: bool = True) -> str:
    """Who is reading: what they say outright; else what the words suggest, though one odd sentence doesn't change a known reader.

    While nobody is known the model's reading stands ("it's about my friend" is as often about somebody else's), but for who says that they are a parent or work with children.
    outright: whether what they say outright counts.
    """
    said = heard.found.get("reader")
    if outright and said in AUDIENCES and (known != "unknown" or said in ("parent", "professional")):
        return said
    name = heard.audience
    if known in ("unknown", name):
        return name
    if heard.somebody_knows or "quotes" in heard.situations:  # "i told my mum", "a lad said my dad hits me": whoever says it
        return known
    return name if heard.audience_share >= SURE_OF_CHANGE.get(name, math.inf) else known


def danger_is_home(state: State, heard: Heard) -> bool:
    """Whether somebody is home, in a worry about somebody who lives there."""
    return state.worry in WHERE_WE_LIVE and heard.said in ("home", "back")


def was_long_ago(state: State, heard: Heard) -> bool:
    """Whether what was told, and still hurts, is said to have been years ago."""
    return heard.said == "long_ago" and state.worry in HURTS_FOR_LONG and _calm(heard)


def _raised_in_context(heard: Heard) -> bool:
    """Whether the second reading, after what was told, finds an emergency."""
    return bool(heard.in_context) and heard.in_context["urgency"]["emergency"] >= RAISES


def _calm(heard: Heard) -> bool:
    """Whether neither the model nor a family hears an emergency in the message itself."""
    return not heard.alarm and heard.urgency < Urgency.EMERGENCY


def does_not_end(state: State, heard: Heard) -> bool:
    """Whether what is said ends nothing: somebody makes them write it, they are home, and so may the danger be, or who is out may be the one who helps."""
    if state.holds == "forced" or "made_to_say" in heard.situations or (heard.said == "somebody_out" and state.worry in BY_SOMEBODY_NEAR):
        return True
    return state.holds == "home" and "at_home_or_here" in heard.situations


def says_over(state: State, heard: Heard) -> bool:
    """Whether a few words leave no doubt that an emergency is none, or no more: nobody is in danger; it was years ago; the child who was missing is back."""
    if state.tier is not Urgency.EMERGENCY:
        return False
    if heard.said == "no_danger" or (heard.said == "wrong_button" and state.tapped == "in_person_danger"):
        return True
    if was_long_ago(state, heard) or (heard.said == "only_the_post" and state.worry == "in_person_danger" and _calm(heard)):
        return True
    # "shes back" may sound like somebody who came in; of another danger no child is back. "im safe" of who ran away is no end of it.
    another = heard.alarm and heard.families - LIKE_COMING_IN
    back = heard.said == "back" or (heard.said == "safe_them" and state.audience in OTHERS)
    return state.worry == "runaway_missing" and back and not another


# Readings: the first that has something to say decides.


def _a_bare_fact(_state: State, heard: Heard) -> Meaning | None:
    """ "im 11", "in wales": known for certain to say nothing else."""
    return Meaning("vague_distress", Urgency.CHAT) if heard.a_bare_fact else None


def _wants_to_die(state: State, heard: Heard) -> Meaning | None:
    """A wish to die and nothing else is a worry, whatever laughs beside it; as an emergency, where the model hears one, it is suicide."""
    if heard.said != "to_die":
        return None
    emergency = heard.urgency is Urgency.EMERGENCY
    return Meaning(SUICIDE if emergency or state.worry == SUICIDE else "mental_health", highest(heard.urgency, Urgency.SUPPORT))


def _nobody_in_danger(state: State, heard: Heard) -> Meaning | None:
    over = says_over(state, heard) or (heard.said == "no_danger" and state.worry)
    return Meaning("danger_over", Urgency.CHAT, final=True) if over and not does_not_end(state, heard) else None


def _safe_now(state: State, heard: Heard) -> Meaning | None:
    """ "no hes not here", "im safe", to "are you safe right now?". Of somebody at home or a known adult unasked too; of a missing child "she's not here" is
    no comfort, and who waits for somebody from online says "he's not here" unasked."""
    asked = state.question == "safe_now" and not (heard.said == "away" and state.worry == "runaway_missing")
    comfort = (heard.said in ("safe", "safe_them", "away") and asked) or (heard.said == "away" and state.worry in WHERE_WE_LIVE)
    if heard.said == "away" and _raised_in_context(heard) and (not asked or heard.scores.get("emergency", 1.0) >= SURE_ALONE):
        return None  # "she's out now", of a mother who leaves small children alone
    return Meaning("vague_distress", Urgency.CHAT) if comfort else None


def _home(state: State, heard: Heard) -> Meaning | None:
    """ "he's home now", of who hurts us there: not over, and asked once more whether it is safe (turns.py). The model may hear an emergency."""
    if not danger_is_home(state, heard):
        return None
    raised = heard.alarm or _raised_in_context(heard) or (not heard.in_context and heard.urgency is Urgency.EMERGENCY)
    return Meaning(state.worry, Urgency.EMERGENCY if raised else Urgency.CHAT, final=True)


def _what_happened(state: State, heard: Heard) -> Meaning | None:
    """ "i said no" is no refusal."""
    topic = "vague_distress" if heard.topic in NODS else heard.topic
    return Meaning(state.worry or topic, highest(heard.urgency, Urgency.SUPPORT)) if heard.said == "said_no" else None


def _long_ago(state: State, heard: Heard) -> Meaning | None:
    """ "that was last year": what was told is over, and still hurts."""
    return Meaning("past_abuse", Urgency.SUPPORT, final=True) if was_long_ago(state, heard) else None


def _today(state: State, heard: Heard) -> Meaning | None:
    """Alone, "its tonight" reads like suicide. To begin with, "now" says nothing yet, unless the model is sure."""
    if heard.said != "today":
        return None
    if not state.worry:
        says_more = heard.share_of(ABOUT_DESPAIR) >= ALSO_SUICIDE or not heard.brief or not _unsure_of_danger(heard)
        return None if says_more else Meaning("vague_distress", Urgency.SUPPORT)
    if state.worry in MAY_BE_TODAY:
        return Meaning(SUICIDE if state.worry == "mental_health" else state.worry, Urgency.EMERGENCY, final=True)
    if _raised_in_context(heard):  # "right now", of a dad who hits
        return Meaning(state.worry, Urgency.EMERGENCY)
    return Meaning("vague_distress", heard.urgency)


def _somebody_out(state: State, heard: Heard) -> Meaning | None:
    """ "mum is at work now": who is out may be the one who helps, and it no good news."""
    if heard.said != "somebody_out" or state.worry not in BY_SOMEBODY_NEAR:
        return None
    calm = heard.in_context and heard.in_context["urgency"]["emergency"] < SURE_IN_CONTEXT and _unsure_of_danger(heard)
    raised = Urgency.EMERGENCY if _raised_in_context(heard) else None
    return Meaning(state.worry, _otherwise(heard) if calm else highest(heard.urgency, raised))


def _not_safe(state: State, heard: Heard) -> Meaning | None:
    """What the button "Not safe" says, whether or not the question is open. To begin with it may be many things ("i dont feel safe"), and is no refusal."""
    if heard.said != "not_safe":
        return None
    if state.worry:
        return Meaning(SUICIDE if state.worry in ABOUT_DESPAIR else state.worry, Urgency.EMERGENCY, final=True)
    return Meaning("vague_distress" if heard.topic in NODS else heard.topic, highest(heard.urgency, Urgency.SUPPORT))


def _not_today(state: State, heard: Heard) -> Meaning | None:
    """Says when, and refuses nothing."""
    return Meaning("vague_distress", Urgency.CHAT) if heard.said == "not_today" and state.worry else None


def _without_words(state: State, heard: Heard) -> Meaning | None:
    """ "...", "😭": the model knows few pictures, and nobody is turned away over one. A nod or a heart is one in a conversation only."""
    if heard.wordless is None:
        return None
    in_a_talk = {"yes": "affirm", "no": "deny", "unsure": "vague_distress", "thanks": "thanks"}
    if state.topic and heard.wordless in in_a_talk:
        return Meaning(in_a_talk[heard.wordless], heard.urgency)
    return Meaning("vague_distress", highest(heard.urgency, Urgency.SUPPORT))


def _another_language(_state: State, heard: Heard) -> Meaning | None:
    """What the model makes of it is chance; nobody is turned away over it."""
    return Meaning("vague_distress", highest(heard.urgency, Urgency.SUPPORT)) if heard.foreign else None


def _after_what_was_told(state: State, heard: Heard) -> Meaning | None:
    """A few words inside a worry, read alone and after it: an emergency by both, or surely by one."""
    if not heard.in_context or heard.names_a_reader:
        return None
    alone, here = heard.scores.get("emergency", 1.0), heard.in_context["urgency"]["emergency"]
    now = heard.urgency
    overruled = now is Urgency.EMERGENCY and heard.of_the_model_alone and here < SURE_IN_CONTEXT and alone < SURE_ALONE
    if overruled:
        now = _otherwise(heard)
    elif here >= RAISES:  # after a mere "bye" the contacts for despair may stand beside (turns.py)
        now = highest(now, Urgency.SUPPORT if _a_mere_pleasantry(state, heard) else Urgency.EMERGENCY)
    told = heard.topic in NODS and not (heard.said or heard.brief or heard.refuses)  # "no i havent paid": no refusal, a fact
    said_outright = (
        (heard.topic in QUESTIONS and heard.confidence >= GUESSED_TOPIC)
        or (heard.topic in MANNERS and heard.confidence >= SURE_OF_NOD and not told)
        or (heard.topic in ABOUT_DESPAIR and heard.confidence >= SURE_OF_TOPIC)
    )
    sure = not overruled and heard.confidence >= SURE_OF_TOPIC
    graver = sure and RANK.get(heard.topic, 0) > RANK.get(state.worry, 0)
    beside = heard.confidence >= SURE_OF_NOD and {heard.topic, state.worry} <= PART_OF_IT  # "he says dont tell", of who asks odd questions
    # "a man online wants pics", of who told of their dad: somebody else, and another danger.
    online = "somebody_online" in heard.situations and heard.topic in ONLINE | {"meeting_plan"}
    somebody_else = sure and online and state.worry in BY_SOMEBODY_NEAR and now >= state.tier
    if said_outright or graver or beside or somebody_else:
        return Meaning(heard.topic, now)
    topic, share = max(heard.in_context["topic"].items(), key=lambda item: item[1])
    return Meaning(topic if share >= SURE_OF_TOPIC else _of_the_worry(state, heard, now), now)


def _a_mere_pleasantry(state: State, heard: Heard) -> bool:
    """ "bye", of who told of a picture or a dead rabbit; not of who told that they want to die."""
    sure = heard.topic in PLEASANTRIES and heard.confidence >= SURE_OF_NOD
    low = state.despair and heard.in_context and heard.in_context["urgency"]["emergency"] >= SURE_ALONE
    return sure and heard.brief and not (state.dying or low) and heard.urgency is Urgency.CHAT


def _inside_the_worry(state: State, heard: Heard) -> Meaning | None:
    """A few words, or a question: the model's reading where it is sure; else of the worry and of no more danger. A longer message: where it is not quite unsure.

    In an emergency the worry that made it one keeps the word, unless the few words are another one. Suicide is never passed over.
    """
    now = heard.urgency
    alone = heard.of_the_model_alone and not heard.families
    unsure = now is Urgency.EMERGENCY and alone and heard.scores.get(now.word, 1.0) < SURE_OF_FRAGMENT
    if not state.worry or state.worry in QUESTIONS or state.tier < Urgency.SUPPORT:
        # "he waved", after small talk or good news: part of that, unless the model is sure.
        of_it = unsure and heard.short and state.topic in HARMLESS
        return Meaning("vague_distress", min(_otherwise(heard), Urgency.SUPPORT)) if of_it else None
    if not (heard.short or heard.would_face_them or heard.topic in QUESTIONS):
        return Meaning(_of_the_worry(state, heard, now), now) if heard.confidence < GUESSED_TOPIC else None
    if unsure:
        now = _otherwise(heard)
    if state.tier is Urgency.EMERGENCY and state.worry == "runaway_missing" and not heard.alarm and heard.confidence < SURE_OF_NOD:
        return Meaning(_of_the_worry(state, heard, Urgency.SUPPORT), now)  # "im at the station", of who ran away
    of_the_worry = state.tier is Urgency.EMERGENCY or heard.confidence < SURE_OF_TOPIC
    if state.life_at_risk and state.worry == SUICIDE and now is Urgency.EMERGENCY and not heard.families:
        return Meaning(SUICIDE, now)  # "no one is home", of who has the pills there
    return Meaning(_of_the_worry(state, heard, now) if of_the_worry else heard.topic, now)


READINGS: tuple[Callable[[State, Heard], Meaning | None], ...] = (
    _a_bare_fact,
    _wants_to_die,
    _long_ago,
    _nobody_in_danger,
    _home,
    _what_happened,
    _safe_now,
    _today,
    _somebody_out,
    _not_safe,
    _not_today,
    _without_words,
    _another_language,
    _after_what_was_told,
    _inside_the_worry,
)


def _otherwise(heard: Heard) -> Urgency:
    """The tier of an emergency that is none."""
    return heard.urgency if heard.otherwise is None else heard.otherwise


def _of_the_worry(state: State, heard: Heard, now: Urgency) -> str:
    """The topic of an unsure message: the worry's, unless it is another kind of talk, a low mood, or an emergency. A mere guess is no question ("my husband
    wants to message them"), and in an emergency no other one."""
    guessed = heard.confidence < GUESSED_TOPIC and not heard.families and heard.topic not in ABOUT_DESPAIR
    if state.worry and guessed and (heard.topic in QUESTIONS or (now is Urgency.EMERGENCY and state.tier is now)):
        return state.worry
    return heard.topic if now is Urgency.EMERGENCY or heard.topic in MANNERS | QUESTIONS | ABOUT_DESPAIR else state.worry


# Corrections: each puts one thing right.


def _suicide_is_no_other_subject(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "im gonna kms tonight lol" is like a joke to the model, and an emergency."""
    other = means.topic in ("out_of_scope", "trolling_abuse") and means.urgency is Urgency.EMERGENCY
    # To the model fear, or odd behaviour. A weapon beside it is the danger, and a picture asked for stays what it is about.
    alone = "suicide_if" in heard.families and heard.families <= ONLY_A_THREAT
    if_they_leave = alone and not ((OF_OTHERS | ONLINE) & {means.topic}) and state.worry not in ONLINE
    return means._replace(topic=SUICIDE) if if_they_leave or (other and heard.of_suicide) else means


def _nobody_sent_away(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "my house is on fire", "in the night": to the model another subject, or a goodbye. Who may be in danger, or has just said that something is wrong, is not sent away."""
    if means.topic in OFF_THE_SUBJECT and means.urgency >= Urgency.URGENT:
        worries = {topic: share for topic, share in heard.ranking.items() if topic not in MANNERS | QUESTIONS}
        likeliest = max(worries, key=worries.get, default="in_person_danger")
        usual = "in_person_danger" if means.urgency is Urgency.EMERGENCY else "vague_distress"
        return means._replace(topic=state.worry or (likeliest if worries.get(likeliest, 0.0) >= A_HINT else usual))
    if means.topic in OFF_THE_SUBJECT and heard.short and "too_long" in heard.situations:  # "to meny words"
        return means._replace(topic="vague_distress")
    more_to_say = state.topic == "vague_distress" and not state.worry and state.tier >= Urgency.SUPPORT and not heard.said
    turned = means.topic in OFF_THE_SUBJECT | {"goodbye"} and heard.short and heard.confidence < SURE_OF_FAREWELL
    return Meaning("vague_distress", highest(means.urgency, Urgency.SUPPORT)) if more_to_say and turned else means


def _no_relief_in_an_emergency(state: State, _heard: Heard, means: Meaning) -> Meaning:
    """ "he go now!!", of a child who was to meet somebody: what is an emergency is not over."""
    now = means.topic == "danger_over" and means.urgency is Urgency.EMERGENCY
    return means._replace(topic=state.worry or "in_person_danger") if now else means


def _danger_stays_the_worry(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "should i stay in my room", of somebody with a knife: to the model a low mood; "he wont come out of the bathroom", of who is blackmailed and wants to die: somebody at the door."""
    if state.tier is not Urgency.EMERGENCY or not state.worry or state.worry in QUESTIONS:
        return means
    lower = means.topic == "mental_health" and state.worry not in ABOUT_DESPAIR and not heard.despairs
    nobody_there = means.topic == "in_person_danger" and state.life_at_risk and not heard.alarm
    return means._replace(topic=state.worry) if lower or nobody_there else means


def _no_mere_nod(_state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "no but actually my uncle did ask me that"."""
    mere = means.topic not in NODS or heard.said or heard.brief or heard.confidence >= SURE_OF_NOD
    return means if mere else means._replace(topic="vague_distress")


def _no_mere_guess(_state: State, heard: Heard, means: Meaning) -> Meaning:
    """Nobody is greeted for naming who it was ("its my grandad"), or sent away ("my boyfriend shouted at me"), over a guess."""
    guessed = means.topic in ("greeting", "out_of_scope") and heard.topic == means.topic and heard.confidence < GUESSED_TOPIC
    return means._replace(topic="vague_distress") if guessed and not (heard.said or heard.found) else means


def _still_about_the_same(state: State, heard: Heard, means: Meaning) -> Meaning:
    """What sounds like a worry about a friend, of who told of somebody else or of themselves: "she says she loves him", "she already sent it to my mate"."""
    if means.topic != "friend_at_risk" or heard.names_a_reader:
        return means
    own_worry = state.worry and state.worry not in QUESTIONS | OF_OTHERS | ABOUT_DESPAIR
    if state.audience != "parent" and not (state.audience == "young_person" and own_worry):
        return means
    another = heard.audience == "friend" and heard.confidence >= SURE_OF_NOD
    if another or reader(state.audience, heard, outright=False) != state.audience:
        return means
    return means._replace(topic=state.worry if state.worry and state.worry not in QUESTIONS else "parent_found_messages")


def _adults_advice_for_adults(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "do i have to go to training", of a coach; "what do i say to her", of a friend."""
    young = state.audience in ("young_person", "friend") and reader(state.audience, heard) == state.audience
    return means._replace(topic=state.worry or means.topic) if means.topic in FOR_ADULTS and young else means


def _part_of_harm_by_somebody_near(state: State, _heard: Heard, means: Meaning) -> Meaning:
    part = means.topic in PART_OF_IT and state.worry in BY_SOMEBODY_NEAR and means.urgency <= state.tier
    return means._replace(topic=state.worry) if part else means


def _own_acts_stay(state: State, heard: Heard, means: Meaning) -> Meaning:
    """Of who is worried by their own acts: the worry stays, but for despair, a plainly other emergency, and pleasantries."""
    if state.worry != OWN_ACTS:
        return means
    emergency = means.urgency is Urgency.EMERGENCY
    if emergency and (heard.of_suicide or (means.topic == SUICIDE and heard.confidence >= SURE_OF_TOPIC)):
        return means._replace(topic=SUICIDE)
    # A low mood beside it keeps its contacts (turns.py), and these too.
    if means.topic in PLEASANTRIES or heard.names_a_reader or (emergency and means.topic in OUTSIDE_OWN_ACTS):
        return means
    return means._replace(topic=OWN_ACTS)


def _a_carer_afraid_of_themselves(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "i nearly hurt my toddler today", "i have scary thoughts of hurting my newborn": urgent at least (docs/labelling.md), and no offender's: thoughts and a child, and nothing sexual."""
    if "may_hurt_own_child" not in heard.situations or state.worry == OWN_ACTS or means.topic not in OF_A_CARER | {OWN_ACTS}:
        return means
    return means._replace(topic="abuse_at_home" if means.topic == OWN_ACTS else means.topic, urgency=highest(means.urgency, Urgency.URGENT))


def _no_nod_beside_danger(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "no hes back", of a man at the door."""
    return means._replace(topic=state.worry or "in_person_danger") if means.topic in NODS and heard.alarm and not heard.said else means


def _a_threat_if_told(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "he said hell kill me if i tell", and "he knows that i told": urgent at least, and never "you don't have to call anyone"."""
    near = state.worry in BY_SOMEBODY_NEAR
    know = "they_know" in heard.situations and (near or state.worry in (None, "fear_of_trouble", "not_helped", "secrecy"))
    if not (
        "threat_if_told" in heard.situations or know or heard.told_the_one(state.worry) or ("they_were_told" in heard.situations and near)
    ):
        return means
    topic = (state.worry or "abuse_at_home") if means.topic in QUESTIONS | MANNERS and state.worry not in QUESTIONS else means.topic
    return Meaning(topic, highest(means.urgency, Urgency.URGENT))


def _let_down(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "nothing happened", "she laughed", of who told somebody."""
    told = state.ask in TOLD_SOMEBODY or state.topic == "not_helped" or "told_somebody" in heard.situations
    if "let_down" not in heard.situations or not told or means.urgency >= Urgency.URGENT or means.topic not in MANNERS | {state.worry}:
        return means
    return Meaning("not_helped", highest(means.urgency, Urgency.SUPPORT))


def _unsure_of_danger(heard: Heard) -> bool:
    """Whether an emergency is the model's alone, and it is not sure of one, neither of the words nor after what was told."""
    return heard.of_the_model_alone and not _raised_in_context(heard) and heard.scores.get("emergency", 1.0) < SURE_ALONE


def _only_asks(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "is it too late", of last night; "im pregnant what do i do": to the model an emergency, and none by these words alone."""
    asks = (
        heard.situations & ONLY_ASKS and heard.short and heard.of_the_model_alone and not (heard.families or heard.despairs or state.dying)
    )
    of_despair = ABOUT_DESPAIR & {means.topic, state.worry}
    # Of "is it too late" the second reading is an emergency after a rape, and none either.
    sure = heard.scores.get("emergency", 1.0) >= SURE_ALONE or (_raised_in_context(heard) and "too_late" not in heard.situations)
    lowered = asks and not (of_despair or sure) and means.urgency is Urgency.EMERGENCY
    return means._replace(urgency=max(_otherwise(heard), Urgency.SUPPORT)) if lowered else means


def _family_would_hear(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "i cant ring my mum will hear", of who is blackmailed: who is in the next room is no danger."""
    online = means.topic in ONLINE or state.worry in ONLINE
    near = "relatives_near" in heard.situations and CANT_TALK in heard.families <= FAMILIES_ONLINE and not (heard.despairs or state.dying)
    if (
        not (online and near and state.tier < Urgency.EMERGENCY and means.urgency is Urgency.EMERGENCY)
        or heard.scores.get("emergency", 1.0) >= SURE_ALONE
    ):
        return means
    return Meaning(state.worry if state.worry in ONLINE else means.topic, max(_otherwise(heard), Urgency.URGENT))


def _wont_go(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "im not going", of a meeting on another day: to the model somebody is missing."""
    will_not = "wont_go" in heard.situations and state.worry == "meeting_plan" and heard.short
    if not will_not or means.topic not in MANNERS | {"meeting_plan", "runaway_missing"} or not _unsure_of_danger(heard):
        return means
    return Meaning(state.worry, _otherwise(heard)) if means.urgency is Urgency.EMERGENCY else means


def _somebody_knows(state: State, heard: Heard, means: Meaning) -> Meaning:
    """ "i told my mum", "she said she will help": to the model nobody helped, or somebody is coming. To begin with it may be a threat, and stays what it is."""
    beside = heard.an_adult_is_there(state.worry)
    if not (heard.a_helper_knows(state.worry) or beside):
        return means
    raised = means.urgency is Urgency.EMERGENCY and state.topic and _unsure_of_danger(heard)
    now = _otherwise(heard) if raised else means.urgency
    lowered = now < means.urgency
    topic = (state.worry or "vague_distress") if means.topic == "not_helped" or lowered else means.topic
    return Meaning(topic, now if beside else highest(now, Urgency.SUPPORT))


CORRECTIONS: tuple[Callable[[State, Heard, Meaning], Meaning], ...] = (
    _suicide_is_no_other_subject,
    _nobody_sent_away,
    _danger_stays_the_worry,
    _no_relief_in_an_emergency,
    _no_mere_nod,
    _no_mere_guess,
    _still_about_the_same,
    _adults_advice_for_adults,
    _part_of_harm_by_somebody_near,
    _own_acts_stay,
    _a_carer_afraid_of_themselves,
    _no_nod_beside_danger,
    _a_threat_if_told,
    _let_down,
    _only_asks,
    _family_would_hear,
    _wont_go,
    _somebody_knows,
)
