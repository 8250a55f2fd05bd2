"""Which follow-up somebody wants to hear next, and what about: "what happens if I ring", "and childline?", "how do I block him on snap"."""

from actions.choices import ADULTS
from actions.content import WAY_OF_SPEAKING, Content
from actions.heard import CANT_TALK, Heard
from actions.state import THE_NUMBER, State
from actions.topics import MANNERS, OFF_THE_SUBJECT, OWN_ACTS
from actions.urgency import Urgency

# The share of probability from which somebody wants a follow-up and not the topic's own advice.
SURE_OF_ASK = 0.35
SURE_OF_ASK_BY_NAME = 0.2  # where a contact is named: "what happens if i ring 101"
# The answers to a parent who hurt their child themselves, who has just done it, in an emergency, and who is afraid that they will. No button leads to them.
LOST_TEMPER, HURT_NOW, NEARLY_HURT = "lost_temper", "hurt_now", "nearly_hurt"
# Topics in which naming a contact asks for it; the last two only in a few words: "and samaritans?"
ASKS_FOR_ONE = frozenset(["contact_numbers", "out_of_scope", "vague_distress"])
# Follow-ups of which the next contact named in a few words wants the same: "and childline?"
OF_A_CONTACT = frozenset(["what_happens", "words_to_say", THE_NUMBER])
# What whoever is worried by their own acts may ask for by name.
FOR_OWN_ACTS = frozenset(["stop_it_now", "samaritans"])
# Questions that say themselves what to do with a picture.
ASKS_HOW = frozenset(["how_to_block", "how_to_report", "out_of_scope"])
# Topics where naming an app means wanting its guide.
ABOUT_APPS = frozenset(["how_to_block"])

# Where a situation (data/situations/) is answered in words of its own: topics that it may be taken for.
PLAIN_TALK = frozenset(["mental_health", "out_of_scope", "vague_distress"])
OF_UNKIND_CHILDREN = PLAIN_TALK | {"friend_at_risk", "professional_duty", "parent_advice", "parent_wants_signs"}
OF_WHO_THEY_ARE = PLAIN_TALK | {"parent_advice", "parent_wants_signs"}
OF_A_SUSPECT = PLAIN_TALK | {
    "known_adult",
    "friend_at_risk",
    "abuse_at_home",
    "images_shared",
    "parent_found_messages",
    "law_age",
    OWN_ACTS,
}
OF_AN_ACCOUNT = frozenset(["how_to_block", "how_to_report", "out_of_scope"])
UNKIND_CHILDREN = frozenset(["bullied", "left_out"])
NOBODY_TO_FLEE = frozenset(["medical", "rescue_cry"])  # families of danger


def wanted(
    state: State, heard: Heard, topic: str, content: Content, *, before: tuple[str | None, str | None]
) -> tuple[str | None, str | None]:
    """The follow-up and what it is about; (None, None) where none is wanted.

    state: the conversation with this message. topic: what the message means. before: the follow-up given last and what it was about, for "and childline?" and "how long does it take".
    """
    if heard.unreadable:
        return None, None
    contact, abouts, (last, last_about) = heard.found.get("contact"), content.follow_ups.abouts, before
    if topic in content.choices.quiet and not ("suspects_somebody" in heard.situations and topic == OWN_ACTS):
        return (THE_NUMBER, contact) if topic == OWN_ACTS and contact in FOR_OWN_ACTS else (None, None)
    ask = _by_situation(state, heard, topic) or _by_model(heard) or _goes_on(state, last)
    named = topic in ASKS_FOR_ONE and (heard.short or topic == "contact_numbers")
    if contact and ask is None and (named or (topic in MANNERS and heard.brief)):
        ask = last if last in OF_A_CONTACT and contact in abouts[last] else THE_NUMBER
    if ask == "words_to_say" and heard.found.get("listener") == "child":  # "what do i say to her"
        ask = "talk_to_child"
    if ask not in abouts or not content.choices.suits(ask, state.audience):
        return None, None
    about = state.app if ask == "app_guide" else contact or (heard.found.get("listener") if ask == "words_to_say" else None)
    if about is None and ask in OF_A_CONTACT and last in OF_A_CONTACT:
        about = last_about  # "will they tell my mum", of the helpline asked about before
    return ask, about if about in abouts[ask] else None


def _by_model(heard: Heard) -> str | None:
    sure = SURE_OF_ASK_BY_NAME if heard.found.get("contact") else SURE_OF_ASK
    return heard.ask if heard.ask_share >= sure else None


def _goes_on(state: State, last: str | None) -> str | None:
    """ "he's 8", of a parent who hit: still the one who did it, and nobody to keep the child from."""
    still = last == LOST_TEMPER and state.topic == "abuse_at_home" and state.audience == "parent" and state.tier < Urgency.EMERGENCY
    return LOST_TEMPER if still else None


def _by_situation(state: State, heard: Heard, topic: str) -> str | None:
    """What is certain from the words, whatever the model takes it for: the first that holds."""
    # In an emergency the steps of the topic stand, and small talk is no case of it.
    emergency = state.tier is Urgency.EMERGENCY
    case = state.tier >= Urgency.SUPPORT and not emergency
    parent, worker = state.audience == "parent", state.audience == "professional"
    told, despairs = heard.situations, heard.wish_to_die or heard.of_suicide
    grown_up = state.age == "adult" or state.audience in ADULTS
    calm = state.tier < Urgency.URGENT and not (despairs or state.life_at_risk or heard.families)
    situations = (
        ("cant_speak", CANT_TALK in heard.families and not worker),
        ("cant_speak", state.deaf and topic == "contact_numbers"),
        (HURT_NOW, emergency and topic == "abuse_at_home" and "hurt_own_child" in told),
        ("casualty", heard.urgency is Urgency.EMERGENCY and "medical" in heard.families <= NOBODY_TO_FLEE and not despairs),
        (NEARLY_HURT, "may_hurt_own_child" in told and (not emergency or topic == "abuse_at_home")),
        ("app_guide", not emergency and bool(state.app) and topic in ABOUT_APPS and "hacked" not in told),
        (WAY_OF_SPEAKING, heard.wish_to_die and topic in OFF_THE_SUBJECT and not emergency),
        (LOST_TEMPER, case and parent and topic == "abuse_at_home" and "hurt_own_child" in told),
        ("suspected", not emergency and "suspects_somebody" in told and topic in OF_A_SUSPECT),
        ("saying_no", not emergency and "saying_no" in told and not grown_up),
        ("coming_out", calm and "coming_out" in told and topic in OF_WHO_THEY_ARE and state.age != "adult"),
        ("bullied", calm and bool(told & UNKIND_CHILDREN) and topic in OF_UNKIND_CHILDREN and state.age != "adult"),
        ("hacked", "hacked" in told and topic in OF_AN_ACCOUNT and not emergency),
        ("contact_them", case and (heard.would_face_them == "contact" or (heard.would_face_them == "harm" and parent))),
        ("the_phone", case and heard.keeps_or_sends and state.audience in ADULTS and topic not in ASKS_HOW),
        ("is_this_ok", heard.wonders and (heard.signs or (heard.short and case))),
    )
    return next((ask for ask, holds in situations if holds), None)
