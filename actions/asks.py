"""Which follow-up somebody wants to hear next, and what about: "what happens if I ring", "and childline?", "how do I block him on snap"."""

from actions.cards import OF_AGE
from actions.choices import ADULTS, SUICIDE
from actions.content import WAY_OF_SPEAKING, WONT_GO, Content
from actions.heard import CANT_TALK, Heard
from actions.state import THE_NUMBER, State
from actions.topics import ABOUT_DESPAIR, BY_SOMEBODY_NEAR, FOR_ADULTS, MANNERS, OF_A_CARER, OFF_THE_SUBJECT, OWN_ACTS, QUESTIONS
from actions.urgency import Urgency

# The share of probability from which somebody wants a follow-up and not the topic's own advice.
SURE_OF_ASK = 0.35
SURE_OF_ASK_BY_NAME = 0.2  # where a contact is named: "what happens if i ring 101"
# The answers to a parent who hurt their child themselves, who has just done it, in an emergency, and who is afraid that they will. No button leads to them.
LOST_TEMPER, HURT_NOW, NEARLY_HURT = "lost_temper", "hurt_now", "nearly_hurt"
CASUALTY, ANOTHERS_LIFE, SUSPECTED, COMING_OUT = "casualty", "anothers_life", "suspected", "coming_out"
# The answers to who told somebody, in an emergency too, or has called already; and to a young person who hurt another, or passed a picture on.
SOMEBODY_KNOWS, KNOWS_NOW, HELP_CALLED, AT_HELP, RING_AGAIN = "somebody_knows", "knows_now", "help_called", "at_help", "ring_again"
WORTH_TELLING, CALL_ANYWAY = "worth_telling", "call_anyway"  # "is it bad enough", and in an emergency
# On the phone to 999, or without one; hurt oneself, and better again; what becomes of them; a friend who is low.
ON_THE_LINE, RINGS_BACK, NO_PHONE, HURT_MYSELF, CHECKED_OVER = "on_the_line", "rings_back", "no_phone", "hurt_myself", "checked_over"
NOT_TOO_LATE, PREGNANT, THEIR_FATE, IN_SHORT, ANOTHERS_LOW = "not_too_late", "pregnant", "their_fate", "in_short", "anothers_low"
NO_NAME = "no_name"  # who wants to stay unnamed, or fears that others will know who told
FIRE_OR_WATER = "fire_or_water"  # danger by nobody's hand: "lock the door" would be wrong
OWN_DOING, OWN_DOING_NOW, THEY_KNOW, NO_CREDIT = "own_doing", "own_doing_now", "they_know", "no_credit"
# The answers that whoever heard them goes on with while the matter is the same, and with which urgency: "he's 8", of a parent who hit.
GOES_ON_IN_EMERGENCY = frozenset([HURT_NOW, CASUALTY, ANOTHERS_LIFE, OWN_DOING_NOW, HURT_MYSELF, FIRE_OR_WATER])
GO_ON = GOES_ON_IN_EMERGENCY | {LOST_TEMPER, NEARLY_HURT, SUSPECTED, OWN_DOING, ANOTHERS_LOW, PREGNANT}
# The answers after which "they are coming" is said of help.
AWAITS_HELP = GOES_ON_IN_EMERGENCY | {HELP_CALLED, RING_AGAIN, ON_THE_LINE}
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
OF_WHO_THEY_ARE = PLAIN_TALK | {"parent_advice", "parent_wants_signs", "is_it_my_fault", "trolling_abuse"}
OF_A_NAME = frozenset(["confidentiality", "how_to_report", "fear_of_trouble", "contact_numbers", "professional_duty"])
OF_A_MANNER = OFF_THE_SUBJECT | ABOUT_DESPAIR  # "this game makes me want to kill myself"
DID_IT = frozenset([OWN_DOING, LOST_TEMPER])  # whose own steps stay when they told somebody
ABOUT_MONEY = frozenset(["sextortion", "gifts_money"])  # "i need money" is no phone credit
AGAIN = MANNERS | QUESTIONS  # what says nothing new
OF_A_FATE = QUESTIONS | {"vague_distress", "is_it_my_fault", "out_of_scope", "professional_duty", "how_to_report"}
OF_SOMEBODY_LOW = ABOUT_DESPAIR | {"friend_at_risk", "vague_distress", "out_of_scope", "images_shared", "parent_wants_signs"}
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
OF_OWN_DOING = PLAIN_TALK | {
    "abuse_at_home",
    "friend_at_risk",
    "images_shared",
    "met_already",
    "is_it_my_fault",
    "fear_of_trouble",
    "sextortion",
    OWN_ACTS,
}
UNKIND_CHILDREN = frozenset(["bullied", "left_out"])
# Families of danger that "they are here" sets off, of those who come to help.
LIKE_HELP = frozenset(["arrival", "rescue_cry", "presence", "missing_child"])
# And those beside somebody who is brought to hospital or to the police.
BROUGHT = LIKE_HELP | {"held_or_taken", "medical", "casualty", "suicide_intent", "abuser_collects"}
# Families of danger: of somebody ill or hurt, and all that may stand beside these with nobody to flee from.
HURT_OR_ILL = frozenset(["casualty", "medical"])
NOBODY_TO_FLEE = HURT_OR_ILL | {"rescue_cry", "suicide_intent", "suicide_if"}


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
    ask = _by_situation(state, heard, topic, last) or _by_model(heard) or _goes_on(state, heard, topic, last)
    named = topic in ASKS_FOR_ONE and (heard.short or topic == "contact_numbers")
    if contact and ask is None and (named or (topic in MANNERS and heard.brief)):
        ask = last if last in OF_A_CONTACT and contact in abouts[last] else THE_NUMBER
    if ask == "words_to_say" and heard.found.get("listener") == "child" and state.audience != "young_person":  # "what do i say to her"
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


def _goes_on(state: State, heard: Heard, topic: str, last: str | None) -> str | None:
    """ "he's 8", of a parent who hit: still the one who did it, and nobody to keep the child from. So long as it is the same matter."""
    emergency, same = state.tier is Urgency.EMERGENCY, topic in (state.worry, state.topic) and topic not in QUESTIONS
    if last in GOES_ON_IN_EMERGENCY:
        return last if emergency and (same or topic in MANNERS) and heard.families <= NOBODY_TO_FLEE else None
    if last == NEARLY_HURT:
        return NEARLY_HURT if topic in OF_A_CARER else None
    if last == LOST_TEMPER:
        return LOST_TEMPER if state.topic == "abuse_at_home" and state.audience == "parent" and not emergency else None
    if last == ANOTHERS_LOW:
        return last if not (emergency or heard.families) and same else None
    if last == PREGNANT:
        return (
            last if not (emergency or heard.families) and (same or topic in MANNERS | {"how_to_block", "law_age"}) and heard.short else None
        )
    if last == OWN_DOING:  # "do i get in trouble" too: who passed a picture on has done something wrong
        despairs = heard.despairs or topic in ABOUT_DESPAIR - {state.worry}
        return OWN_DOING if not (emergency or heard.alarm or despairs) and (same or topic in MANNERS or topic in OF_OWN_DOING) else None
    return SUSPECTED if last == SUSPECTED and not emergency and not heard.families and (same or topic in MANNERS) else None


def _by_situation(state: State, heard: Heard, topic: str, last: str | None) -> str | None:
    """What is certain from the words, whatever the model takes it for: the first that holds."""
    contact = heard.found.get("contact")
    # In an emergency the steps of the topic stand, and small talk is no case of it.
    emergency = state.tier is Urgency.EMERGENCY
    case = state.tier >= Urgency.SUPPORT and not emergency
    parent, worker = state.audience == "parent", state.audience == "professional"
    told, despairs = heard.situations, heard.despairs
    did_it = "hurt_own_child" in told or ("hurt_them" in told and parent)
    harmed = bool(heard.families) and state.audience not in ADULTS  # "my uncle is a paedo he touched me"
    grown_up = state.age in OF_AGE or state.audience in ADULTS
    calm = state.tier < Urgency.URGENT and not (despairs or state.life_at_risk or heard.families)
    help_comes = emergency and last in AWAITS_HELP and heard.families <= LIKE_HELP
    situations = (
        (NO_PHONE, emergency and "no_phone" in told and not heard.families & HURT_OR_ILL and topic != "runaway_missing"),
        ("cant_speak", CANT_TALK in heard.families and not worker),
        ("cant_speak", state.deaf and topic == "contact_numbers"),
        (HURT_NOW, emergency and topic == "abuse_at_home" and did_it),
        (RINGS_BACK, emergency and "rings_back" in told and heard.short and heard.families <= LIKE_HELP - {"presence"}),
        (
            ON_THE_LINE,
            emergency
            and ("on_the_line" in told or ("they_ask_where" in told and (last in AWAITS_HELP or bool(contact))))
            and bool(state.told)
            and heard.families <= LIKE_HELP,
        ),
        (CHECKED_OVER, heard.over and last in (CASUALTY, HURT_MYSELF) and not (emergency or heard.alarm)),
        (
            ANOTHERS_LIFE,
            emergency
            and (topic == SUICIDE or despairs)
            # "... if we leave, hes got a knife" tells of somebody to flee from.
            and (heard.families <= NOBODY_TO_FLEE | {"blackmail"} if "suicide_if" in heard.families else "another_hurt" in told),
        ),
        (
            FIRE_OR_WATER,
            heard.urgency is Urgency.EMERGENCY
            and FIRE_OR_WATER in told
            and heard.families <= NOBODY_TO_FLEE | {"missing_child"}
            and not (despairs or state.life_at_risk),
        ),
        (
            HURT_MYSELF,
            heard.urgency is Urgency.EMERGENCY
            and "hurt_oneself_by_mishap" in told
            and heard.families <= NOBODY_TO_FLEE
            and not (despairs or worker)
            and topic not in FOR_ADULTS | {"friend_at_risk"},
        ),
        (
            CASUALTY,
            heard.urgency is Urgency.EMERGENCY and bool(heard.families & HURT_OR_ILL) and heard.families <= NOBODY_TO_FLEE and not despairs,
        ),
        (NEARLY_HURT, "may_hurt_own_child" in told and topic in OF_A_CARER),
        (NO_CREDIT, "no_credit" in told and state.worry not in ABOUT_MONEY),
        (IN_SHORT, "too_long" in told and heard.short and topic in AGAIN | {state.worry} and not heard.alarm),
        (NOT_TOO_LATE, "too_late" in told and not emergency and bool(state.worry) and topic in AGAIN | {state.worry}),
        (PREGNANT, "pregnant" in told and not (emergency or heard.alarm or despairs)),
        (
            THEIR_FATE,
            "their_fate" in told
            and bool(state.worry)
            and not heard.alarm
            and last not in DID_IT
            and state.worry != OWN_ACTS
            and topic in OF_A_FATE | {state.worry},
        ),
        (CALL_ANYWAY, emergency and bool(told & {"is_it_enough", "should_i_call"}) and heard.families <= LIKE_HELP and not despairs),
        (
            NO_NAME,
            "no_name" in told
            and not told & {"they_know", "they_were_told", "threat_if_told"}
            and not (emergency or heard.alarm or despairs)
            and state.worry != OWN_ACTS
            and (topic in OF_A_NAME or (bool(state.told) and heard.short and topic in AGAIN | {state.worry})),
        ),
        (WORTH_TELLING, "is_it_enough" in told and not emergency and not despairs and topic in AGAIN | {state.worry}),
        (
            OWN_DOING_NOW,
            emergency and "hurt_a_peer" in told and heard.families <= HURT_OR_ILL | {"hit_at_home"} and not (grown_up or despairs),
        ),
        (
            RING_AGAIN,
            emergency
            and ("no_help_came" in told or "unanswered_999" in heard.families or ("they_didnt_come" in told and last in AWAITS_HELP)),
        ),
        (AT_HELP, emergency and "help_is_here" in told and heard.families <= BROUGHT),
        (AT_HELP if "at_home_or_here" in told else HELP_CALLED, help_comes and "they_are_here" in told),
        (HELP_CALLED, help_comes and "told_to_stay" in told),
        (HELP_CALLED, emergency and "help_called" in told and heard.families <= LIKE_HELP),
        (
            THEY_KNOW,
            state.tier >= Urgency.URGENT
            and (bool(told & {"they_know", "they_were_told"}) or heard.told_the_one(state.worry))
            and state.worry in BY_SOMEBODY_NEAR
            and not heard.alarm,
        ),
        (
            KNOWS_NOW,
            emergency
            and (heard.a_helper_knows(state.worry) or heard.an_adult_is_there(state.worry))
            and not heard.alarm
            and topic in AGAIN | {state.worry},
        ),
        (
            WONT_GO,
            "wont_go" in told and state.worry == "meeting_plan" and topic in MANNERS | {"meeting_plan"} and heard.short and not heard.alarm,
        ),
        (OWN_DOING, case and "hurt_a_peer" in told and topic in OF_OWN_DOING and not (grown_up or despairs or "touched" in heard.families)),
        (
            SOMEBODY_KNOWS,
            case and (heard.a_helper_knows(state.worry) or "help_called" in told) and topic in AGAIN | {state.worry} and last not in DID_IT,
        ),
        (ANOTHERS_LOW, not emergency and "anothers_low" in told and topic in OF_SOMEBODY_LOW and not (worker or "wish_to_die" in told)),
        (last, last in (SOMEBODY_KNOWS, KNOWS_NOW) and heard.wonders and heard.short),  # "was that right"
        ("app_guide", not emergency and bool(state.app) and topic in ABOUT_APPS and "hacked" not in told),
        (WAY_OF_SPEAKING, heard.wish_to_die and heard.urgency < Urgency.SUPPORT and topic in OF_A_MANNER and not emergency),
        (LOST_TEMPER, case and parent and topic == "abuse_at_home" and did_it),
        (SUSPECTED, not emergency and "suspects_somebody" in told and topic in OF_A_SUSPECT and not harmed),
        ("saying_no", not emergency and "saying_no" in told and not grown_up),
        (COMING_OUT, calm and "coming_out" in told and topic in OF_WHO_THEY_ARE and state.age not in OF_AGE),
        (COMING_OUT, last == COMING_OUT and heard.wonders and heard.short and calm and not heard.signs),  # "is that wrong"
        ("bullied", calm and bool(told & UNKIND_CHILDREN) and topic in OF_UNKIND_CHILDREN and state.age not in OF_AGE),
        ("hacked", "hacked" in told and topic in OF_AN_ACCOUNT and not emergency),
        ("contact_them", (case and heard.would_face_them == "contact") or (heard.would_face_them == "harm" and (parent or emergency))),
        ("the_phone", case and heard.keeps_or_sends and state.audience in ADULTS and topic not in ASKS_HOW),
        ("is_this_ok", heard.wonders and (heard.signs or (heard.short and case))),
    )
    return next((ask for ask, holds in situations if holds), None)
