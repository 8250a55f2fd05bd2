"""How one message changes a conversation: every case is labels in, labels out."""

from dataclasses import replace

import pytest

from actions.state import State
from actions.turns import after_message


def typed(intent="vague_distress", tier="chat", *, reader=("unknown", 0.0), over=False, ask=None, **entities) -> dict:
    """A message as the NLU components leave it."""
    return {
        "intent": {"name": intent},
        "urgency": {"tier": tier},
        "audience": {"name": reader[0], "confidence": reader[1]},
        "over": over,
        "ask": {"name": ask, "confidence": 0.9 if ask else 0.0},
        "entities": [{"entity": k, "value": v} for k, v in entities.items()],
    }


def tapped(**pairs) -> dict:
    """A button's payload, as Rasa reads it."""
    return {"intent": {"name": "choose"}, "entities": [{"entity": k, "value": v} for k, v in pairs.items()]}


def after_it(message: dict, topic: str, share: float, emergency: float) -> dict:
    """The message with what the model makes of it after a sentence about the worry."""
    return message | {"in_context": {"topic": {topic: share, "greeting": 1 - share}, "urgency": {"emergency": emergency}}}


def fragment(intent: str, tier: str, sure: float, **scores) -> dict:
    """A message of a few words, with the model's shares."""
    otherwise = scores.pop("otherwise", "support")
    urgency = {"tier": tier, "by": "model", "scores": scores, "otherwise": otherwise}
    return typed(intent, tier) | {"short": True, "intent": {"name": intent, "confidence": sure}, "urgency": urgency}


MEETING = State(urgency="urgent", audience="young_person", worry="meeting_plan", topic="meeting_plan", question="meeting_today")
PILLS = State(
    urgency="emergency", audience="young_person", worry="suicidal_self_harm", topic="suicidal_self_harm", despair=True, life_at_risk=True
)
LOW = State(urgency="support", audience="young_person", worry="mental_health", topic="mental_health", question="safe_now", despair=True)
OWN = State(urgency="support", audience="young_person", worry="adult_own_thoughts", topic="adult_own_thoughts")
HOME = replace(MEETING, worry="abuse_at_home", topic="abuse_at_home", question="safe_now")
MISSING = State(urgency="emergency", audience="parent", worry="runaway_missing", topic="runaway_missing")
FRIEND = State(urgency="urgent", audience="friend", worry="friend_at_risk", topic="friend_at_risk")
STRANGER = State(urgency="emergency", audience="young_person", worry="in_person_danger", topic="in_person_danger")
IM_HER_MUM = typed("out_of_scope") | {"entities": [{"entity": "reader", "value": "parent"}]}
BLACKMAIL = replace(MEETING, worry="sextortion", topic="sextortion", question=None)
ITS_ME = {"audience": None, "entities": [{"entity": "reader", "value": "young_person"}]}

RANKED_SUICIDE = {"intent_ranking": [{"name": "suicidal_self_harm", "confidence": 0.9}]}

CASES = [  # before     message                                                      what is true after
    (State(), typed("image_request", "urgent"), dict(urgency="urgent", topic="image_request", worry="image_request")),
    (MEETING, typed("thanks", "chat"), dict(urgency="urgent", topic="thanks", worry="meeting_plan", question=None)),
    # an answer, tapped or typed
    (MEETING, tapped(question="meeting_today", answer="yes"), dict(urgency="emergency", topic="meeting_plan", question=None)),
    (MEETING, tapped(question="meeting_today", answer="no"), dict(urgency="urgent", question=None, asked=("meeting_today",))),
    (MEETING, typed("affirm", said="yes"), dict(urgency="emergency", topic="meeting_plan")),
    (MEETING, typed("vague_distress", said="today"), dict(urgency="emergency")),
    (MEETING, typed("deny", said="no"), dict(urgency="urgent", topic="meeting_plan", asked=("meeting_today",))),
    (HOME, typed("deny", said="no"), dict(urgency="emergency", topic="abuse_at_home")),
    (HOME, typed("affirm", said="yes"), dict(urgency="urgent", question=None)),
    # "today" is no answer to "are you safe right now?"
    (HOME, typed("vague_distress", said="today"), dict(urgency="urgent", misses=1)),
    # passed by once: asked again; twice: the higher urgency
    (MEETING, typed("vague_distress", "support", said="unsure"), dict(urgency="urgent", question="meeting_today", misses=1)),
    (replace(MEETING, misses=1), typed("deny", "chat"), dict(urgency="emergency", question=None, topic="meeting_plan")),
    (replace(MEETING, misses=1), tapped(question="meeting_today", answer="unsure"), dict(urgency="emergency", question=None)),
    # never a trap: another subject, a goodbye or a follow-up drops the question
    (MEETING, typed("confidentiality", "info"), dict(topic="confidentiality", question=None, misses=0, urgency="urgent", worry="meeting_plan")),
    (State(), typed("confidentiality", "info"), dict(topic="confidentiality", worry="confidentiality")),
    (replace(MEETING, misses=1), typed("goodbye"), dict(topic="goodbye", question=None, urgency="urgent")),
    (MEETING, tapped(ask="words_to_say"), dict(ask="words_to_say", about=None, topic="meeting_plan", urgency="urgent")),
    (MEETING, tapped(ask="what_happens", about="101"), dict(ask="what_happens", about="101")),
    (MEETING, tapped(ask="what_happens", about="the_moon"), dict(ask=None, topic="meeting_plan")),
    # a day is no silence: to "is it today?" it is a no, to "are you safe?" nothing
    (replace(MEETING, misses=1), typed("vague_distress", said="day"), dict(urgency="urgent", question=None, asked=("meeting_today",))),
    (replace(HOME, misses=1), typed("vague_distress", said="day"), dict(urgency="urgent", question="safe_now", misses=1)),
    # a child's age, whatever the model makes of it: the worry again
    (MEETING, typed("grooming_signs", "emergency", said="age"), dict(urgency="urgent", topic="meeting_plan", worry="meeting_plan")),
    (MEETING, typed("out_of_scope", said="day"), dict(urgency="urgent", topic="meeting_plan", worry="meeting_plan")),
    # who is reading
    (State(), tapped(audience="parent"), dict(audience="parent", topic="vague_distress")),
    (MEETING, typed("out_of_scope", reader=("parent", 0.5)), dict(audience="young_person")),
    (MEETING, typed("out_of_scope", reader=("parent", 0.9)), dict(audience="parent")),
    (MEETING, typed("out_of_scope", reader=("unknown", 0.99)), dict(audience="young_person")),
    (MEETING, typed("friend_at_risk", "support", reader=("friend", 0.9)), dict(audience="young_person")),
    # a bare message sounds like a young person's own: a known adult stays one, unless it is very sure
    (replace(MEETING, audience="parent"), typed("images_shared", "urgent", reader=("young_person", 0.97)), dict(audience="parent")),
    (replace(MEETING, audience="parent"), typed("images_shared", "urgent", reader=("young_person", 0.99)), dict(audience="young_person")),
    # "a man online wants pics", of who told of their dad; "he wants pics"
    (HOME, after_it(fragment("image_request", "urgent", 0.9, emergency=0.0, urgent=0.9) | {"situations": ["somebody_online"]}, "abuse_at_home", 0.7, 0.0), dict(topic="image_request", worry="image_request", urgency="urgent")),
    (HOME, after_it(fragment("image_request", "urgent", 0.9, emergency=0.0, urgent=0.9), "abuse_at_home", 0.7, 0.0), dict(topic="abuse_at_home")),
    (HOME, after_it(fragment("grooming_signs", "support", 0.9, emergency=0.0, support=0.9) | {"situations": ["somebody_online"]}, "abuse_at_home", 0.7, 0.0), dict(topic="abuse_at_home", urgency="urgent")),
    (HOME, after_it(fragment("image_request", "urgent", 0.5, emergency=0.0, urgent=0.9) | {"situations": ["somebody_online"]}, "abuse_at_home", 0.7, 0.0), dict(topic="abuse_at_home")),
    # a grown-up whose child it isn't
    (State(), typed("friend_at_risk", "urgent", reader=("friend", 0.9)) | {"situations": ["grown_up_near"]}, dict(audience="friend", age="grown_up")),
    (replace(FRIEND, age="grown_up"), typed("known_adult", "urgent", reader=("young_person", 0.99)), dict(audience="young_person", age=None)),  # what was guessed of a friend says nothing of who writes of themselves
    (replace(STRANGER, deaf=True, no_bsl=True), typed("out_of_scope", signs="yes"), dict(no_bsl=False)),
    (replace(HOME, told="x"), typed("fear_of_trouble", "support") | {"situations": ["no_name", "they_know"]}, dict(ask="they_know")),
    (State(age="teen"), typed("friend_at_risk", "urgent", reader=("friend", 0.9)) | {"situations": ["grown_up_near"]}, dict(age="teen")),
    (State(), typed("known_adult", "urgent", reader=("young_person", 0.9)) | {"situations": ["grown_up_near"]}, dict(age=None)),  # "my boss"
    (State(), typed("known_adult", "urgent", reader=("parent", 0.9)) | {"situations": ["grown_up_near"]}, dict(age=None)),
    # "im her mum", after "my friend is being hit": a parent's own worry, and no friend's
    (FRIEND, IM_HER_MUM, dict(audience="parent", topic="parent_wants_signs", worry="parent_wants_signs")),
    (replace(FRIEND, despair=True), IM_HER_MUM, dict(audience="parent", topic="mental_health")),
    (replace(FRIEND, despair=True, life_at_risk=True, urgency="emergency"), IM_HER_MUM, dict(topic="suicidal_self_harm", urgency="emergency")),
    (MEETING, IM_HER_MUM, dict(audience="parent", topic="meeting_plan")),
    # danger by nobody's hand, and by somebody's
    (State(), typed("in_person_danger", "emergency") | {"situations": ["fire_or_water"]}, dict(ask="fire_or_water", urgency="emergency")),
    (State(), typed("runaway_missing", "emergency") | {"situations": ["fire_or_water"], "families": ["missing_child"]}, dict(ask="fire_or_water")),
    (State(), typed("in_person_danger", "emergency") | {"situations": ["fire_or_water"], "families": ["threat_with_means"]}, dict(ask=None)),
    (State(), typed("suicidal_self_harm", "emergency") | {"situations": ["fire_or_water", "wish_to_die"]}, dict(ask=None)),
    (State(), typed("out_of_scope") | {"situations": ["fire_or_water"]}, dict(ask=None)),
    (replace(STRANGER, ask="fire_or_water", told="x"), typed("vague_distress"), dict(ask="fire_or_water", urgency="emergency")),  # "can i get my cat first"
    # "do i have to give my name"
    (BLACKMAIL, typed("confidentiality", "info") | {"situations": ["no_name"]}, dict(ask="no_name", urgency="urgent")),
    (replace(BLACKMAIL, told="x"), typed("out_of_scope") | {"situations": ["no_name"], "short": True}, dict(ask="no_name")),
    (State(), typed("known_adult", "urgent") | {"situations": ["no_name"]}, dict(ask=None)),  # "nobody knows its me"
    (replace(STRANGER, told="x"), typed("confidentiality", "info") | {"situations": ["no_name"]}, dict(ask=None, urgency="emergency")),
    (State(), typed("adult_own_thoughts", "support") | {"situations": ["no_name"]}, dict(ask=None)),
    (MEETING, typed("out_of_scope", reader="friend", **{}) | {"audience": None, "entities": [{"entity": "reader", "value": "friend"}]},
     dict(audience="friend", topic="meeting_plan")),
    # a few words inside a worry: the model is heard where it is sure
    (MEETING, fragment("in_person_danger", "emergency", 0.9, emergency=0.08, support=0.6), dict(urgency="urgent")),
    (MEETING, fragment("in_person_danger", "emergency", 0.9, emergency=0.15) | {"families": ["presence"]}, dict(urgency="emergency")),
    (replace(MEETING, urgency="support"), fragment("in_person_danger", "emergency", 0.9, emergency=0.1, otherwise="urgent"), dict(urgency="urgent")),
    # a question is no worry yet: what follows it is read like a first message
    (State(urgency="info", worry="law_age"), fragment("in_person_danger", "emergency", 0.9, emergency=0.1, otherwise="info"), dict(urgency="emergency")),
    # suicide is never passed over
    (replace(MEETING, urgency="emergency"), fragment("suicidal_self_harm", "support", 0.9), dict(topic="suicidal_self_harm", despair=True)),
    (MEETING, fragment("mental_health", "support", 0.4), dict(topic="mental_health", despair=True)),
    (MEETING, fragment("in_person_danger", "emergency", 0.9, emergency=0.5, support=0.3), dict(urgency="emergency", topic="in_person_danger")),
    (MEETING, fragment("in_person_danger", "emergency", 0.9, emergency=0.08, support=0.6) | {"families": ["presence"], "urgency": {"tier": "emergency", "by": "family", "scores": {"emergency": 0.08}}}, dict(urgency="emergency")),
    (MEETING, fragment("image_request", "urgent", 0.4), dict(topic="meeting_plan", worry="meeting_plan")),
    (MEETING, fragment("image_request", "urgent", 0.8), dict(topic="image_request", worry="image_request")),
    (State(), fragment("image_request", "urgent", 0.4), dict(topic="image_request")),
    # vague, off the subject or rude inside a worry: more of it
    (MEETING, typed("vague_distress", "support"), dict(topic="meeting_plan", worry="meeting_plan")),
    (replace(MEETING, misses=1), typed("out_of_scope", "chat"), dict(topic="meeting_plan", urgency="urgent", question="meeting_today", misses=1)),
    (MEETING, typed("trolling_abuse", "chat"), dict(topic="meeting_plan", worry="meeting_plan")),
    (State(), typed("trolling_abuse", "chat"), dict(topic="trolling_abuse", worry=None)),
    # a longer message of which the model only guesses the topic, and who is a friend to a parent
    (MEETING, fragment("is_it_my_fault", "support", 0.34) | {"short": False}, dict(topic="meeting_plan")),
    (MEETING, fragment("is_it_my_fault", "support", 0.5) | {"short": False}, dict(topic="is_it_my_fault")),
    (replace(MEETING, audience="parent", worry="parent_found_messages"), typed("friend_at_risk", "support"), dict(topic="parent_found_messages")),
    (State(urgency="info", audience="parent", worry="how_to_block"), typed("friend_at_risk", "support"), dict(topic="parent_found_messages")),
    (replace(MEETING, audience="parent"), typed("friend_at_risk", "support", reader=("friend", 0.7)), dict(topic="friend_at_risk")),
    # no words: the numbers first, and in a conversation a nod or a heart
    (State(), typed("out_of_scope", "chat") | {"wordless": ""}, dict(topic="vague_distress", urgency="support")),
    (State(), typed("affirm", "chat", said="yes") | {"wordless": "yes"}, dict(topic="vague_distress", urgency="support")),
    (State(), typed("vague_distress", "emergency") | {"wordless": ""}, dict(urgency="emergency")),
    (MEETING, typed("out_of_scope", "chat") | {"wordless": ""}, dict(topic="meeting_plan", urgency="urgent")),
    (MEETING, typed("out_of_scope", "chat", said="yes") | {"wordless": "yes"}, dict(urgency="emergency", question=None)),
    (MEETING, typed("out_of_scope", "chat") | {"wordless": "thanks"}, dict(topic="thanks", urgency="urgent", worry="meeting_plan")),
    (replace(MEETING, urgency="emergency"), typed("danger_over", "support", over=True) | {"wordless": ""}, dict(urgency="emergency")),
    # another language: nobody is turned away
    (State(), typed("trolling_abuse", "chat") | {"foreign": True}, dict(topic="vague_distress", urgency="support")),
    (State(), typed("runaway_missing", "emergency") | {"foreign": True}, dict(topic="vague_distress", urgency="emergency")),
    (MEETING, typed("out_of_scope", "chat") | {"foreign": True}, dict(topic="meeting_plan", urgency="urgent")),
    # no word and no button makes an overdose harmless
    (PILLS, typed("danger_over", "support", over=True), dict(urgency="emergency", topic="suicidal_self_harm")),
    (PILLS, tapped(answer="safe_again"), dict(urgency="emergency", topic="suicidal_self_harm")),
    (replace(PILLS, worry="sextortion"), typed("danger_over", "support", over=True), dict(urgency="emergency", topic="sextortion")),
    (replace(PILLS, worry="sextortion"), tapped(answer="safe_again"), dict(urgency="emergency")),
    # feeling better is no end of danger: nothing had stopped
    (replace(LOW, urgency="urgent", question=None), typed("danger_over", "support", over=True), dict(topic="mental_health", urgency="urgent")),
    (State(), typed("suicidal_self_harm", "emergency"), dict(life_at_risk=True, despair=True)),
    (State(), typed("mental_health", "emergency"), dict(life_at_risk=True)),
    (State(), typed("mental_health", "support"), dict(life_at_risk=False, despair=True)),
    (State(), tapped(worry="mental_health", urgency="support"), dict(despair=True, life_at_risk=False)),
    (LOW, tapped(question="safe_now", answer="no"), dict(urgency="emergency", life_at_risk=True)),
    (LOW, typed("deny", said="no"), dict(urgency="emergency", life_at_risk=True)),
    (LOW, tapped(question="safe_now", answer="yes"), dict(urgency="support", life_at_risk=False)),
    (HOME, typed("deny", said="no"), dict(urgency="emergency", life_at_risk=False)),
    (State(), typed("friend_at_risk", "emergency") | {"families": ["suicide_intent"]}, dict(topic="friend_at_risk", life_at_risk=True)),
    (State(), typed("friend_at_risk", "support") | {"intent_ranking": [{"name": "suicidal_self_harm", "confidence": 0.3}]}, dict(topic="friend_at_risk", despair=True)),
    (State(), typed("friend_at_risk", "support") | {"intent_ranking": [{"name": "mental_health", "confidence": 0.3}]}, dict(despair=False)),
    (replace(MEETING, worry="sextortion"), typed("parent_advice", "info") | {"intent_ranking": [{"name": "suicidal_self_harm", "confidence": 0.3}]}, dict(worry="sextortion")),
    (State(urgency="support", worry="mental_health", despair=True), tapped(answer="in_danger"), dict(urgency="emergency", topic="suicidal_self_harm", life_at_risk=True)),
    (State(urgency="support", worry="friend_at_risk", despair=True), tapped(answer="in_danger"), dict(topic="suicidal_self_harm")),
    (State(urgency="support", worry="friend_at_risk"), tapped(answer="in_danger"), dict(topic="in_person_danger", life_at_risk=False)),
    # who is worried by their own acts is not comforted as a victim
    (OWN, typed("fear_of_trouble", "support"), dict(topic="adult_own_thoughts", worry="adult_own_thoughts")),
    (OWN, typed("abuse_at_home", "urgent"), dict(topic="adult_own_thoughts", urgency="urgent")),
    (OWN, typed("suicidal_self_harm", "emergency"), dict(topic="suicidal_self_harm", life_at_risk=True)),
    (OWN, typed("in_person_danger", "emergency"), dict(topic="in_person_danger", worry="in_person_danger")),
    (OWN, typed("abuse_at_home", "urgent", reader="young_person") | {"audience": None, "entities": [{"entity": "reader", "value": "young_person"}]}, dict(topic="abuse_at_home")),
    (OWN, typed("thanks", "chat"), dict(topic="thanks", worry="adult_own_thoughts")),
    # in another language nothing of the model's is believed
    (replace(MEETING, urgency="emergency"), typed("danger_over", "support", over=True) | {"foreign": True}, dict(urgency="emergency")),
    (State(), typed("professional_duty", "info", reader=("professional", 0.9), ask="words_to_say") | {"foreign": True}, dict(audience="unknown", ask=None)),
    (replace(MEETING, urgency="emergency"), typed("danger_over", "support", over=True, said="age"), dict(urgency="emergency")),
    # an age and an ear belong to a reader
    (replace(MEETING, age="under_13", deaf=True), typed("out_of_scope") | {"audience": None, "entities": [{"entity": "reader", "value": "parent"}]}, dict(audience="parent", age=None, deaf=False)),
    (replace(MEETING, deaf=True), typed("confidentiality", "support", hears="yes"), dict(deaf=False)),
    # deaf, said once, holds
    (State(), typed("confidentiality", "support", hears="no"), dict(deaf=True)),
    (replace(MEETING, deaf=True), typed("thanks", "chat"), dict(deaf=True)),
    (replace(STRANGER, deaf=True), typed("out_of_scope", signs="no"), dict(deaf=True, no_bsl=True, topic="in_person_danger", urgency="emergency")),
    (replace(STRANGER, deaf=True, no_bsl=True), typed("thanks"), dict(no_bsl=True)),
    # a bare number may be meant for a button: it changes no age that is known
    (replace(MEETING, age="adult"), typed("out_of_scope", said="number", age="under_13"), dict(age="adult", topic="meeting_plan")),
    (replace(MEETING, age="adult"), typed("out_of_scope", said="age", age="teen"), dict(age="teen")),
    # danger that has passed
    (replace(MEETING, urgency="emergency"), typed("danger_over", "support", over=True), dict(urgency="urgent", topic="danger_over")),
    (replace(MEETING, urgency="emergency"), typed("danger_over", "emergency", over=True), dict(urgency="emergency")),
    (replace(MEETING, urgency="emergency"), tapped(answer="safe_again"), dict(urgency="urgent", topic="danger_over")),
    (State(urgency="info"), tapped(answer="safe_again"), dict(urgency="info")),
    (State(), tapped(answer="in_danger"), dict(urgency="emergency", topic="in_person_danger")),
    # a few words that leave no doubt: nobody is in danger; the child who was missing is back
    (replace(MEETING, urgency="emergency"), typed("in_person_danger", "emergency", said="no_danger"), dict(urgency="urgent", topic="danger_over")),
    (PILLS, typed("in_person_danger", "emergency", said="no_danger"), dict(urgency="emergency")),
    (MEETING, typed("in_person_danger", "emergency", said="no_danger"), dict(urgency="urgent", topic="danger_over")),
    (State(), typed("in_person_danger", "emergency", said="no_danger"), dict(urgency="emergency")),
    (MISSING, typed("in_person_danger", "emergency", said="back"), dict(urgency="urgent", topic="danger_over", worry="runaway_missing")),
    (MISSING, typed("in_person_danger", "emergency", said="back") | {"families": ["assault_now"], "alarm": True}, dict(urgency="emergency")),
    (MISSING, typed("in_person_danger", "emergency", said="back") | {"families": ["arrival"], "alarm": True}, dict(urgency="urgent", topic="danger_over")),
    (MISSING, typed("in_person_danger", "emergency", said="safe_them"), dict(urgency="urgent", topic="danger_over")),
    (MISSING, typed("affirm", "chat", said="safe"), dict(urgency="emergency")),  # "its ok", of who has lost a child
    # a refused end is not told as one
    (replace(STRANGER, holds="home"), typed("danger_over", "support", over=True) | {"situations": ["at_home_or_here"]}, dict(urgency="emergency", topic="in_person_danger")),
    (replace(STRANGER, holds="home"), typed("danger_over", said="no_danger") | {"situations": ["at_home_or_here"]}, dict(urgency="emergency")),  # "no one is in danger here"
    # who is out may be the one who helps
    (replace(HOME, urgency="emergency", question=None), typed("danger_over", "support", over=True, said="somebody_out"), dict(urgency="emergency", topic="abuse_at_home")),
    (HOME, typed("danger_over", "support", said="somebody_out"), dict(urgency="urgent", topic="abuse_at_home")),
    # "right now", after a dad who hits: by the reading after what was told
    (HOME, after_it(typed("vague_distress", "support", said="today"), "abuse_at_home", 0.9, 0.7), dict(urgency="emergency", topic="abuse_at_home")),
    # a wish to die and nothing else is a worry; as an emergency suicide, which nothing lowers, pictures beside it or not
    (State(), typed("out_of_scope", said="to_die"), dict(urgency="support", topic="mental_health", despair=True, life_at_risk=False)),
    (State(), typed("out_of_scope", "emergency", said="to_die"), dict(urgency="emergency", topic="suicidal_self_harm", life_at_risk=True)),
    (State(), typed("out_of_scope", "emergency") | {"families": ["suicide_intent"]}, dict(topic="suicidal_self_harm", life_at_risk=True)),
    (State(), typed("out_of_scope") | {"families": ["suicide_intent"]}, dict(urgency="chat", topic="out_of_scope", despair=False)),
    (State(), typed("images_shared", "emergency") | {"intent_ranking": [{"name": "mental_health", "confidence": 0.53}]}, dict(topic="images_shared", despair=True, life_at_risk=True)),
    (State(), typed("images_shared", "urgent") | {"intent_ranking": [{"name": "mental_health", "confidence": 0.3}]}, dict(despair=False)),
    (State(), typed("images_shared", "urgent") | {"situations": ["wish_to_die"]}, dict(topic="images_shared", urgency="urgent", despair=True, life_at_risk=False)),
    (State(), typed("images_shared", "emergency") | {"situations": ["wish_to_die"]}, dict(topic="images_shared", despair=True, life_at_risk=True)),
    (State(), typed("out_of_scope") | {"situations": ["wish_to_die"]}, dict(urgency="chat", topic="out_of_scope", ask="way_of_speaking", despair=False)),
    (State(topic="out_of_scope", ask="way_of_speaking"), typed("affirm", said="yes"), dict(urgency="support", topic="mental_health", despair=True)),
    (State(topic="out_of_scope", ask="way_of_speaking"), typed("deny", said="no"), dict(urgency="chat", topic="deny", despair=False)),
    (MEETING, typed("out_of_scope") | {"situations": ["wish_to_die"]}, dict(urgency="urgent", worry="meeting_plan", ask="way_of_speaking")),
    (replace(MEETING, urgency="emergency"), typed("out_of_scope") | {"situations": ["wish_to_die"]}, dict(ask=None)),
    # "its tonight", of a meeting, reads like suicide alone; so may pictures without words, another language, a few words after what was told
    (MEETING, typed("suicidal_self_harm", "emergency", said="today") | RANKED_SUICIDE, dict(topic="meeting_plan", urgency="emergency", despair=False, life_at_risk=False)),
    (MEETING, typed("suicidal_self_harm", "emergency", said="today") | {"families": ["suicide_intent"]}, dict(topic="meeting_plan", despair=False, life_at_risk=False)),
    (MEETING, typed("vague_distress", "support") | RANKED_SUICIDE | {"foreign": True}, dict(despair=False)),
    (MEETING, after_it(fragment("meeting_plan", "support", 0.3) | RANKED_SUICIDE, "meeting_plan", 0.9, 0.01), dict(despair=False)),
    (PILLS, typed("runaway_missing", "emergency") | {"short": True}, dict(topic="suicidal_self_harm", urgency="emergency")),
    # somebody is home: of who hurts us there that is no end, and it is asked again; of a stranger's danger it is left to the model
    (replace(HOME, question=None, asked=("safe_now",)), typed("danger_over", over=True, said="back"), dict(topic="abuse_at_home", urgency="urgent", asked=())),
    (HOME, typed("danger_over", over=True, said="home"), dict(topic="abuse_at_home", urgency="urgent", asked=())),
    (replace(HOME, question=None, urgency="emergency"), typed("danger_over", over=True, said="home"), dict(topic="abuse_at_home", urgency="emergency")),
    (replace(HOME, question=None), after_it(typed("danger_over", over=True, said="home"), "abuse_at_home", 0.9, 0.6), dict(urgency="emergency")),
    (replace(MEETING, urgency="emergency"), typed("danger_over", over=True, said="home"), dict(urgency="urgent")),
    # "she's out now", of a mother who leaves small children alone
    (HOME, after_it(fragment("abuse_at_home", "emergency", 0.9, emergency=0.97) | {"entities": [{"entity": "said", "value": "away"}]}, "abuse_at_home", 0.9, 0.9), dict(urgency="emergency")),
    # "that was last year"; "i said no", which refuses nothing; a wrong button
    (replace(HOME, urgency="emergency", question=None), typed("past_abuse", "support", said="long_ago"), dict(urgency="urgent", topic="past_abuse")),
    (PILLS, typed("past_abuse", "support", said="long_ago"), dict(urgency="emergency")),
    (MISSING, typed("past_abuse", "support", said="long_ago"), dict(urgency="emergency")),
    (replace(HOME, urgency="emergency"), typed("past_abuse", "emergency", said="long_ago"), dict(urgency="emergency")),
    (replace(STRANGER, tapped="in_person_danger"), typed("out_of_scope", said="wrong_button"), dict(urgency="urgent", topic="danger_over")),
    (STRANGER, typed("out_of_scope", said="wrong_button"), dict(urgency="emergency")),
    (STRANGER, typed("out_of_scope", said="only_the_post"), dict(urgency="urgent", topic="danger_over")),
    (replace(HOME, urgency="emergency"), typed("out_of_scope", said="only_the_post"), dict(urgency="emergency")),
    (HOME, after_it(typed("in_person_danger", "emergency", said="back") | {"alarm": True, "families": ["rescue_cry"]}, "abuse_at_home", 0.9, 0.05), dict(urgency="emergency")),
    (OWN, typed("mental_health", "support", said="to_die"), dict(topic="adult_own_thoughts", despair=True)),
    (replace(OWN, audience="unknown"), typed("adult_own_thoughts", "support") | {"situations": ["may_hurt_own_child"]}, dict(topic="adult_own_thoughts")),
    (State(), typed("known_adult", "urgent", reader=("young_person", 0.9)) | {"situations": ["suspects_somebody"], "families": ["touched"]}, dict(ask=None)),
    (State(topic="out_of_scope", ask="coming_out"), typed("known_adult", "urgent") | {"wonders": True, "families": ["touched"]}, dict(ask=None)),
    (HOME, typed("deny", "support", said="said_no"), dict(topic="abuse_at_home", urgency="urgent")),
    (State(topic="out_of_scope", ask="way_of_speaking"), typed("vague_distress", said="means_it"), dict(urgency="support", topic="mental_health", despair=True)),
    # thoughts and a child, and nothing sexual; and a low mood beside own acts keeps both
    (State(), typed("adult_own_thoughts", "support") | {"situations": ["may_hurt_own_child"]}, dict(topic="abuse_at_home", ask="nearly_hurt", urgency="urgent")),
    (State(), typed("abuse_at_home", "chat") | {"situations": ["may_hurt_own_child"]}, dict(urgency="urgent", ask="nearly_hurt")),
    # who ran away and says where they are is still who ran away
    (replace(MISSING, question=None), fragment("meeting_plan", "emergency", 0.61, emergency=0.9), dict(topic="runaway_missing", urgency="emergency")),
    (replace(MISSING, question=None), fragment("in_person_danger", "emergency", 0.61, emergency=0.9) | {"alarm": True, "families": ["arrival"]}, dict(topic="in_person_danger")),
    # what is an emergency is not over
    (MEETING, typed("danger_over", "emergency"), dict(urgency="emergency", topic="meeting_plan")),
    # who hurts is elsewhere, asked or not
    (replace(HOME, question=None), typed("in_person_danger", "emergency", said="away"), dict(urgency="urgent", topic="abuse_at_home")),
    (replace(MISSING, urgency="urgent"), typed("runaway_missing", "emergency", said="away"), dict(urgency="emergency")),
    (MEETING, typed("meeting_plan", "emergency", said="away"), dict(urgency="emergency")),  # who waits for him
    # what is plainly said has words of its own, whatever the topic (data/situations/)
    (State(), typed("out_of_scope", "emergency") | {"families": ["medical"]}, dict(ask="casualty")),
    (State(), typed("abuse_at_home", "emergency") | {"families": ["medical", "assault_now"]}, dict(ask=None)),
    (State(), typed("suicidal_self_harm", "emergency") | {"families": ["medical"]}, dict(ask="casualty")),
    (State(), typed("suicidal_self_harm", "emergency") | {"families": ["medical"], "situations": ["wish_to_die"]}, dict(ask=None)),
    (State(), typed("suicidal_self_harm", "emergency") | {"families": ["medical", "suicide_intent"]}, dict(ask=None)),
    (State(), typed("mental_health", "support") | {"situations": ["may_hurt_own_child"]}, dict(ask="nearly_hurt")),
    (State(), typed("friend_at_risk", "support") | {"situations": ["suspects_somebody"]}, dict(ask="suspected")),
    (State(), typed("adult_own_thoughts", "urgent", reader=("parent", 0.9)) | {"situations": ["suspects_somebody"]}, dict(ask="suspected")),
    (State(), typed("in_person_danger", "emergency") | {"situations": ["suspects_somebody"]}, dict(ask=None)),
    (MEETING, typed("vague_distress") | {"situations": ["saying_no"]}, dict(ask="saying_no", topic="meeting_plan")),
    (State(), typed("mental_health", "support") | {"situations": ["bullied"]}, dict(ask="bullied")),
    (State(), typed("friend_at_risk", "support") | {"situations": ["left_out"]}, dict(ask="bullied")),
    (State(age="adult"), typed("mental_health", "support") | {"situations": ["left_out"]}, dict(ask=None)),
    (State(), typed("images_shared", "urgent") | {"situations": ["bullied"]}, dict(ask=None)),
    (State(), typed("mental_health", "support") | {"situations": ["bullied", "wish_to_die"]}, dict(ask=None, despair=True)),
    (State(), typed("out_of_scope") | {"situations": ["coming_out"]}, dict(ask="coming_out")),
    (State(), typed("sextortion", "urgent") | {"situations": ["coming_out"]}, dict(ask=None)),
    (State(), typed("how_to_block", "info", app="instagram") | {"situations": ["hacked"]}, dict(ask="hacked")),
    (State(), typed("sextortion", "urgent") | {"situations": ["hacked"]}, dict(ask=None)),
    (State(), typed("suicidal_self_harm", "emergency") | {"situations": ["another_hurt"]}, dict(ask="anothers_life")),
    (State(), typed("out_of_scope", "emergency") | {"families": ["casualty"]}, dict(ask="casualty")),
    (State(), typed("abuse_at_home", "urgent", reader=("parent", 0.9)) | {"situations": ["hurt_them"]}, dict(ask="lost_temper")),
    (State(), typed("abuse_at_home", "urgent") | {"situations": ["hurt_them"]}, dict(ask=None)),
    (State(), typed("mental_health") | {"situations": ["wish_to_die"]}, dict(ask="way_of_speaking")),
    # somebody knows, or is on the way: no complaint that nobody helped, and nobody who comes to hurt
    (HOME, fragment("not_helped", "support", 0.9, emergency=0.0) | {"situations": ["told_somebody"]}, dict(ask="somebody_knows", topic="abuse_at_home", urgency="urgent")),
    (State(), fragment("not_helped", "support", 0.9, emergency=0.0) | {"situations": ["told_somebody"]}, dict(ask="somebody_knows", topic="vague_distress", worry=None)),
    (HOME, typed("not_helped", "support") | {"situations": ["told_somebody"]}, dict(ask=None, topic="not_helped")),  # in more words: "… and she laughed"
    (HOME, after_it(fragment("suicidal_self_harm", "emergency", 0.2, emergency=0.4) | {"situations": ["told_somebody"]}, "abuse_at_home", 0.9, 0.15), dict(urgency="urgent", ask="somebody_knows")),
    (HOME, after_it(fragment("abuse_at_home", "emergency", 0.9, emergency=0.95) | {"situations": ["told_somebody"]}, "abuse_at_home", 0.9, 0.15), dict(urgency="emergency")),
    (HOME, after_it(fragment("abuse_at_home", "emergency", 0.9, emergency=0.4) | {"situations": ["told_somebody"]}, "abuse_at_home", 0.9, 0.4), dict(urgency="emergency")),
    (STRANGER, fragment("not_helped", "support", 0.9, emergency=0.0) | {"situations": ["told_somebody"]}, dict(urgency="emergency", ask="knows_now", topic="in_person_danger")),
    (STRANGER, fragment("in_person_danger", "emergency", 0.9, emergency=0.9) | {"situations": ["told_somebody"], "alarm": True}, dict(ask=None)),
    (STRANGER, typed("contact_numbers", "info") | {"situations": ["help_called"]}, dict(urgency="emergency", ask="help_called")),
    (STRANGER, typed("in_person_danger", "emergency") | {"situations": ["help_called"], "families": ["assault_now"]}, dict(ask=None)),
    (HOME, typed("not_helped", "support") | {"situations": ["help_called"]}, dict(ask="somebody_knows", urgency="urgent")),
    (replace(STRANGER, ask="help_called"), typed("in_person_danger", "emergency") | {"situations": ["they_are_here"], "families": ["arrival"]}, dict(ask="help_called")),
    (STRANGER, typed("in_person_danger", "emergency") | {"situations": ["they_are_here"], "families": ["arrival"]}, dict(ask=None)),  # who?
    (PILLS, typed("danger_over", "support") | {"situations": ["somebody_is_here"], "short": True}, dict(urgency="emergency", ask="knows_now")),
    (replace(HOME, urgency="emergency"), typed("danger_over", "support") | {"situations": ["somebody_is_here"], "short": True}, dict(ask=None)),  # the one who hurts?
    # who will not go after all, with no credit, with a guess for a topic
    (replace(MEETING, urgency="emergency"), typed("vague_distress") | {"situations": ["wont_go"], "short": True}, dict(urgency="emergency", ask="wont_go")),
    (MEETING, fragment("suicidal_self_harm", "emergency", 0.97, emergency=1.0) | {"situations": ["wont_go"]}, dict(urgency="emergency", topic="suicidal_self_harm", ask=None)),  # "im not going. ive got a blade"
    (MEETING, typed("meeting_plan", "emergency") | {"situations": ["wont_go"]}, dict(urgency="emergency")),  # in more words: "im not going. im waiting for him"
    (HOME, typed("abuse_at_home", "urgent") | {"situations": ["wont_go"]}, dict(ask=None)),
    (STRANGER, fragment("fear_of_trouble", "support", 0.3, emergency=0.0) | {"situations": ["no_credit"]}, dict(ask="no_credit", topic="in_person_danger")),
    (HOME, fragment("fear_of_trouble", "support", 0.9, emergency=0.0) | {"situations": ["no_credit"]}, dict(ask="no_credit")),
    (STRANGER, fragment("fear_of_trouble", "support", 0.3, emergency=0.0), dict(topic="in_person_danger")),
    (STRANGER, fragment("confidentiality", "info", 0.9, emergency=0.0), dict(topic="confidentiality")),
    (replace(MEETING, urgency="emergency"), fragment("in_person_danger", "emergency", 0.3, emergency=0.4), dict(topic="meeting_plan")),
    (MEETING, typed("parent_advice", "info", ask="words_to_say", listener="child"), dict(ask="words_to_say")),  # "what do i say to them"
    (State(), fragment("in_person_danger", "emergency", 0.44, emergency=0.66) | {"brief": True, "entities": [{"entity": "said", "value": "today"}]}, dict(urgency="support", topic="vague_distress")),  # "now", and nothing told
    (State(), fragment("meeting_plan", "emergency", 0.9, emergency=0.66) | {"brief": False, "entities": [{"entity": "said", "value": "today"}]}, dict(urgency="emergency")),
    # an emergency that the worry overrules is none by its topic either: "there are men on it", of a secret account
    (replace(FRIEND, audience="parent", worry="parent_found_messages", topic="parent_found_messages"), after_it(fragment("in_person_danger", "emergency", 0.75, emergency=0.76), "parent_found_messages", 0.9, 0.01), dict(urgency="urgent", topic="parent_found_messages", worry="parent_found_messages")),
    (HOME, fragment("confidentiality", "support", 0.3, emergency=0.0), dict(topic="abuse_at_home")),  # a guess is no question
    (HOME, typed("not_helped", "support") | {"situations": ["told_somebody", "being_helped"]}, dict(ask="somebody_knows", topic="abuse_at_home")),
    (replace(HOME, ask="somebody_knows", question=None), typed("affirm") | {"wonders": True, "short": True}, dict(ask="somebody_knows")),  # "was that right"
    (State(urgency="support", topic="vague_distress"), fragment("danger_over", "emergency", 0.5, emergency=0.13) | {"situations": ["help_called"]}, dict(urgency="emergency", ask="help_called")),  # a call that runs is one
    (State(), fragment("in_person_danger", "emergency", 0.9, emergency=0.8) | {"situations": ["told_somebody"]}, dict(urgency="emergency")),  # "theyre going to sort me out"
    (HOME, after_it(fragment("abuse_at_home", "emergency", 0.5, emergency=0.4) | {"situations": ["somebody_is_here"]}, "abuse_at_home", 0.9, 0.1), dict(urgency="emergency")),  # mum may be who hurts
    (MEETING, after_it(fragment("abuse_at_home", "emergency", 0.5, emergency=0.59) | {"situations": ["somebody_is_here"]}, "meeting_plan", 0.5, 0.27), dict(urgency="urgent", topic="meeting_plan")),  # "mum is coming with me"
    (State(), fragment("in_person_danger", "emergency", 0.5, emergency=0.55) | {"situations": ["help_called"]}, dict(urgency="emergency", ask="help_called")),
    # what keeps an emergency: home may be where the danger is, and who is made to write says nothing
    (State(), typed("in_person_danger", "emergency") | {"families": ["forced_sex"]}, dict(holds="home")),
    (State(), typed("in_person_danger", "emergency") | {"situations": ["outsider"]}, dict(holds="outside")),
    (State(), typed("in_person_danger", "emergency") | {"situations": ["outsider", "kin"]}, dict(holds="home")),  # "my dad is banging on the door of my car"
    (replace(STRANGER, holds="outside"), typed("in_person_danger", "emergency"), dict(holds="outside")),  # "hes getting closer"
    (State(), typed("in_person_danger", "emergency", reader=("parent", 0.9)), dict(holds=None)),
    (State(), typed("runaway_missing", "emergency"), dict(holds=None)),
    (State(), typed("runaway_missing", "emergency") | {"families": ["hit_at_home"]}, dict(holds="home")),
    (replace(MISSING, audience="young_person"), typed("abuse_at_home", "urgent") | {"families": ["hit_at_home"]}, dict(holds="home")),
    (replace(STRANGER, holds="home"), typed("danger_over", "support", over=True) | {"situations": ["at_home_or_here"]}, dict(urgency="emergency")),
    (replace(STRANGER, holds="home"), typed("danger_over", "support", over=True), dict(urgency="urgent")),  # "he's gone, police have him"
    (STRANGER, typed("danger_over", "support", over=True) | {"situations": ["at_home_or_here"]}, dict(urgency="urgent")),
    (STRANGER, typed("danger_over", "support", over=True) | {"situations": ["made_to_say"]}, dict(urgency="emergency", holds="forced")),
    (replace(STRANGER, holds="forced"), typed("danger_over", "support", over=True), dict(urgency="emergency", holds="forced")),
    (replace(STRANGER, holds="forced"), typed("deny", said="no_danger"), dict(urgency="emergency")),
    (replace(STRANGER, holds="forced"), tapped(answer="safe_again"), dict(urgency="urgent", holds=None)),  # a way out is left
    # a threat if they tell, somebody who knows that they told, somebody who was let down
    (State(), typed("fear_of_trouble", "support") | {"situations": ["threat_if_told"]}, dict(urgency="urgent", topic="abuse_at_home")),
    (HOME, typed("fear_of_trouble", "support") | {"situations": ["they_know"]}, dict(urgency="urgent", ask="they_know", topic="abuse_at_home")),
    (BLACKMAIL, typed("not_helped", "support") | {"situations": ["they_know"]}, dict(topic="not_helped")),
    (replace(HOME, ask="somebody_knows", question=None), typed("vague_distress") | {"situations": ["let_down"]}, dict(topic="not_helped")),
    (replace(HOME, topic="not_helped", question=None), typed("vague_distress") | {"situations": ["let_down"]}, dict(topic="not_helped")),  # and "nobody believes me"
    (HOME, typed("vague_distress") | {"situations": ["let_down"]}, dict(topic="abuse_at_home")),  # "nothing happened", to no telling
    # what is asked and said in an emergency
    (replace(STRANGER, told="x"), typed("confidentiality", "info") | {"situations": ["on_the_line"]}, dict(ask="on_the_line")),
    (STRANGER, typed("confidentiality", "info") | {"situations": ["on_the_line"]}, dict(ask=None)),  # in a first message it is part of what happens
    (STRANGER, typed("contact_numbers", "info") | {"situations": ["should_i_call"], "families": ["rescue_cry"]}, dict(ask="call_anyway")),
    (STRANGER, typed("contact_numbers", "info") | {"situations": ["should_i_call"], "families": ["assault_now"]}, dict(ask=None)),
    (FRIEND, typed("contact_numbers", "info") | {"situations": ["should_i_call"]}, dict(ask=None)),
    (FRIEND, typed("contact_numbers", "info") | {"situations": ["is_it_enough"]}, dict(ask="worth_telling")),
    (STRANGER, typed("not_helped", "support") | {"situations": ["rings_back"], "short": True}, dict(ask="rings_back")),
    (STRANGER, typed("in_person_danger", "emergency") | {"situations": ["no_phone"], "families": ["cant_talk"]}, dict(ask="no_phone")),
    (STRANGER, typed("mental_health", "support"), dict(topic="in_person_danger")),  # "should i stay in my room"
    (STRANGER, typed("mental_health", "support") | {"situations": ["wish_to_die"]}, dict(topic="mental_health")),
    (replace(BLACKMAIL, urgency="emergency", life_at_risk=True), typed("in_person_danger", "emergency"), dict(topic="sextortion")),  # "he wont come out of the bathroom"
    # hurt oneself; better again
    (State(), typed("in_person_danger", "emergency") | {"situations": ["hurt_oneself_by_mishap"]}, dict(ask="hurt_myself")),
    (State(), typed("in_person_danger", "emergency") | {"situations": ["hurt_oneself_by_mishap"], "families": ["assault_now"]}, dict(ask=None)),
    (replace(STRANGER, ask="hurt_myself"), typed("danger_over", "support", over=True), dict(ask="checked_over", urgency="urgent")),
    (STRANGER, typed("danger_over", "support", over=True), dict(ask=None, urgency="urgent")),
    # somebody else's life, if the writer leaves
    (State(), typed("fear_of_trouble", "emergency") | {"families": ["suicide_if"], "situations": ["another_hurt"]}, dict(ask="anothers_life", topic="suicidal_self_harm")),
    (State(), typed("abuse_at_home", "emergency") | {"families": ["suicide_if", "threat_with_means"], "situations": ["another_hurt", "wish_to_die"]}, dict(ask=None, topic="abuse_at_home")),
    # nobody in danger is sent away
    (State(), typed("out_of_scope", "emergency"), dict(topic="in_person_danger")),
    (State(), typed("trolling_abuse", "emergency") | {"intent_ranking": [{"name": "trolling_abuse", "confidence": 0.5}, {"name": "friend_at_risk", "confidence": 0.4}]}, dict(topic="friend_at_risk")),
    (State(urgency="support", topic="vague_distress"), fragment("goodbye", "chat", 0.5), dict(topic="vague_distress", urgency="support")),  # "in the night"
    (State(urgency="support", topic="vague_distress"), fragment("goodbye", "chat", 0.95), dict(topic="goodbye")),
    # who may be the one is no helper
    (HOME, typed("vague_distress") | {"situations": ["told_the_one", "told_somebody"], "short": True}, dict(ask="they_know", topic="abuse_at_home")),
    (HOME, typed("vague_distress") | {"situations": ["told_dad", "told_somebody"], "short": True}, dict(ask="they_know")),
    (replace(HOME, worry="known_adult", topic="known_adult"), typed("vague_distress") | {"situations": ["told_dad", "told_somebody"], "short": True}, dict(ask="somebody_knows")),
    # questions that are no danger by themselves
    (HOME, fragment("met_already", "emergency", 0.5, emergency=0.5) | {"situations": ["too_late"]}, dict(urgency="urgent")),
    (State(), fragment("vague_distress", "emergency", 0.5, emergency=0.4) | {"situations": ["pregnant"]}, dict(urgency="support", ask="pregnant")),
    (State(), fragment("vague_distress", "emergency", 0.5, emergency=0.4) | {"situations": ["pregnant"], "families": ["medical"]}, dict(urgency="emergency")),
    (HOME, typed("fear_of_trouble", "support") | {"situations": ["their_fate"]}, dict(ask="their_fate")),
    (State(), typed("friend_at_risk", "urgent", reader=("friend", 0.9)) | {"situations": ["anothers_low"]}, dict(ask="anothers_low")),
    (State(), typed("trolling_abuse") | {"situations": ["too_long"], "short": True}, dict(ask="in_short")),
    (BLACKMAIL, fragment("sextortion", "emergency", 0.5, emergency=0.4, otherwise="urgent") | {"situations": ["relatives_near"], "families": ["cant_talk"]}, dict(urgency="urgent")),
    (HOME, fragment("abuse_at_home", "emergency", 0.5, emergency=0.4, otherwise="urgent") | {"situations": ["relatives_near"], "families": ["cant_talk"]}, dict(urgency="emergency")),
    # whoever says it
    (FRIEND, typed("vague_distress", reader=("young_person", 0.99)) | {"situations": ["told_somebody"], "short": True}, dict(audience="friend")),
    (replace(MISSING, audience="professional"), typed("abuse_at_home", "urgent", reader=("young_person", 0.99)) | {"situations": ["quotes"]}, dict(audience="professional")),
    # 999 was called in vain; they are there; somebody brings them
    (STRANGER, typed("runaway_missing", "support") | {"situations": ["no_help_came"]}, dict(ask="ring_again")),
    (replace(STRANGER, ask="help_called"), typed("danger_over", "support") | {"situations": ["they_didnt_come"]}, dict(ask="ring_again", urgency="emergency")),
    (replace(STRANGER, ask="help_called"), typed("affirm") | {"situations": ["they_are_here", "at_home_or_here"]}, dict(ask="at_help")),
    (PILLS, typed("in_person_danger", "emergency") | {"situations": ["help_is_here"], "families": ["held_or_taken"]}, dict(ask="at_help")),
    (STRANGER, typed("in_person_danger", "emergency") | {"situations": ["help_is_here"], "families": ["assault_now"]}, dict(ask=None)),
    (State(urgency="emergency", worry="in_person_danger", topic="in_person_danger", ask="casualty"), typed("in_person_danger", "emergency") | {"situations": ["help_called"]}, dict(ask="help_called")),
    (replace(MEETING, ask=None), fragment("runaway_missing", "emergency", 0.4, emergency=0.3, otherwise="urgent") | {"situations": ["wont_go"]}, dict(urgency="urgent", ask="wont_go")),
    (State(), fragment("abuse_at_home", "emergency", 0.5, emergency=0.45) | {"situations": ["somebody_is_here"]}, dict(urgency="emergency")),  # to begin with it may be the danger
    (State(topic="out_of_scope"), fragment("grooming_signs", "emergency", 0.3, emergency=0.15, otherwise="chat"), dict(urgency="chat")),  # "he waved", after small talk
    (State(topic="greeting"), fragment("grooming_signs", "emergency", 0.3, emergency=0.15), dict(urgency="emergency")),  # after "hi" it is the first message
    (State(), fragment("greeting", "chat", 0.34), dict(topic="vague_distress")),  # "its my grandad"
    (State(), fragment("out_of_scope", "chat", 0.33), dict(topic="vague_distress")),  # "my boyfriend shouted at me"
    (HOME, after_it(fragment("abuse_at_home", "emergency", 0.5, emergency=0.2) | {"urgency": {"tier": "emergency", "by": "model", "scores": {"emergency": 0.2}, "otherwise": "urgent", "remembered": True}}, "abuse_at_home", 0.9, 0.01), dict(urgency="emergency")),
    (replace(STRANGER, ask="help_called"), typed("in_person_danger", "emergency") | {"situations": ["they_are_here", "at_home_or_here"], "families": ["assault_now"]}, dict(ask=None)),
    (STRANGER, typed("abuse_at_home", "emergency") | {"situations": ["hurt_a_peer"], "families": ["assault_now"]}, dict(ask=None)),  # who hit back
    (BLACKMAIL, typed("vague_distress") | {"situations": ["no_credit"]}, dict(ask=None)),  # "i need money for them"
    (HOME, typed("not_helped", "support") | {"situations": ["they_were_told"]}, dict(ask="they_know", urgency="urgent")),
    (State(), typed("out_of_scope") | {"situations": ["they_were_told"]}, dict(ask=None, urgency="chat")),  # "the school rang my dad about my grades"
    (State(), fragment("suicidal_self_harm", "emergency", 0.5, emergency=0.8) | RANKED_SUICIDE | {"brief": True, "entities": [{"entity": "said", "value": "today"}]}, dict(urgency="emergency")),  # "tonight"
    (BLACKMAIL, after_it(fragment("goodbye", "chat", 1.0, emergency=0.0) | {"brief": True}, "suicidal_self_harm", 0.7, 0.7), dict(urgency="urgent", despair=True)),
    (STRANGER, fragment("deny", "emergency", 0.9, emergency=0.9) | {"alarm": True, "families": ["arrival"]}, dict(topic="in_person_danger")),
    # who did it themselves gets no victim's comfort
    (State(), typed("abuse_at_home", "urgent") | {"situations": ["hurt_a_peer"]}, dict(ask="own_doing")),
    (State(), typed("abuse_at_home", "urgent", reader=("parent", 0.9)) | {"situations": ["hurt_a_peer"]}, dict(ask=None)),
    (State(), typed("friend_at_risk", "emergency") | {"situations": ["hurt_a_peer"]}, dict(ask="own_doing_now")),
    (replace(HOME, ask="own_doing", question=None), typed("fear_of_trouble", "support"), dict(ask="own_doing")),
    (replace(HOME, ask="own_doing", question=None), typed("abuse_at_home", "emergency") | {"alarm": True}, dict(ask=None)),
    (replace(HOME, ask="own_doing", question=None), typed("mental_health", "support") | {"situations": ["wish_to_die"]}, dict(ask=None, despair=True)),
    (replace(HOME, ask="own_doing", question=None), fragment("not_helped", "support", 0.9, emergency=0.0) | {"situations": ["told_somebody"]}, dict(ask="own_doing")),
    (State(), typed("abuse_at_home", "urgent") | {"situations": ["hurt_a_peer"], "families": ["touched"]}, dict(ask=None)),
    (State(), typed("sextortion", "urgent") | {"situations": ["hurt_a_peer"]}, dict(ask="own_doing")),  # who blackmails
    (State(topic="fear_of_trouble", worry="fear_of_trouble", urgency="support"), fragment("grooming_signs", "emergency", 0.3, emergency=0.15), dict(urgency="emergency")),  # who is afraid may speak of danger
    # "bye" is no emergency for what was told before, but of who is low
    (BLACKMAIL, after_it(fragment("goodbye", "chat", 1.0, emergency=0.0) | {"brief": True}, "suicidal_self_harm", 0.6, 0.6), dict(urgency="urgent", topic="goodbye")),
    (replace(LOW, dying=True), after_it(fragment("goodbye", "chat", 1.0, emergency=0.0) | {"brief": True}, "suicidal_self_harm", 0.6, 0.6), dict(urgency="emergency")),
    (LOW, after_it(fragment("goodbye", "chat", 1.0, emergency=0.0) | {"brief": True}, "suicidal_self_harm", 0.6, 0.6), dict(urgency="support")),  # a dead rabbit, and "bye"
    # and is gone on with, while it is the same matter
    (replace(HOME, audience="parent", ask="nearly_hurt", question=None), typed("abuse_at_home", "support"), dict(ask="nearly_hurt")),
    (replace(HOME, audience="parent", ask="nearly_hurt", question=None), typed("how_to_report", "info"), dict(ask=None)),
    (State(urgency="emergency", worry="in_person_danger", topic="in_person_danger", ask="casualty"), typed("in_person_danger", "emergency"), dict(ask="casualty")),
    (State(urgency="emergency", worry="in_person_danger", topic="in_person_danger", ask="casualty"), typed("in_person_danger", "emergency") | {"families": ["arrival"]}, dict(ask=None)),
    (State(urgency="urgent", audience="parent", worry="known_adult", topic="known_adult", ask="suspected"), typed("known_adult", "urgent"), dict(ask="suspected")),
    (State(topic="mental_health", worry="mental_health", urgency="support", ask="coming_out"), typed("is_it_my_fault", "support") | {"wonders": True, "short": True}, dict(ask="coming_out")),
    # "her dad will beat her when she gets home", of a teacher; a deaf reader who asks for numbers; "is that weird", after a worry
    (State(), typed("abuse_at_home", "emergency", reader=("professional", 0.9)) | {"families": ["cant_talk"]}, dict(ask=None)),
    (State(deaf=True), typed("contact_numbers", "info"), dict(ask="cant_speak")),
    (MEETING, typed("out_of_scope") | {"short": True, "wonders": True}, dict(ask="is_this_ok")),
    # another's hand: a knife at my throat is no wish of mine
    (State(), typed("abuse_at_home", "emergency") | {"families": ["suicide_intent", "threat_with_means"]}, dict(despair=False, life_at_risk=False)),
    (State(), typed("abuse_at_home", "emergency") | {"families": ["suicide_intent", "threat_with_means"]} | RANKED_SUICIDE, dict(despair=True, life_at_risk=True)),
    # whoever hurt their child goes on to be told what helps them
    (State(urgency="urgent", audience="parent", worry="abuse_at_home", ask="lost_temper"), typed("abuse_at_home", "urgent"), dict(ask="lost_temper")),
    (State(urgency="urgent", audience="parent", worry="abuse_at_home", ask="lost_temper"), typed("vague_distress", "support"), dict(ask="lost_temper")),
    (State(urgency="urgent", audience="parent", worry="abuse_at_home", ask="lost_temper"), typed("abuse_at_home", "emergency"), dict(ask=None)),
    (State(urgency="urgent", audience="parent", worry="abuse_at_home"), typed("abuse_at_home", "urgent"), dict(ask=None)),
    # "how long does it take", after what happens at 101
    (State(ask="what_happens", about="101"), typed("how_to_report", "info", ask="what_happens"), dict(ask="what_happens", about="101")),
    (State(), typed("how_to_report", "info", ask="what_happens"), dict(ask="what_happens", about=None)),
    # "how do i block him on snap hes outside i cant talk": the steps of the emergency, and how to call in silence, not the app's
    (replace(MEETING, urgency="emergency"), typed("how_to_block", "emergency", app="snapchat") | {"families": ["presence", "cant_talk"], "alarm": True}, dict(urgency="emergency", ask="cant_speak")),
    (replace(MEETING, urgency="emergency"), typed("how_to_block", app="snapchat"), dict(urgency="emergency", ask=None)),
    (MEETING, typed("how_to_block", app="snapchat"), dict(ask="app_guide", about="snapchat")),
    (replace(MISSING, audience="young_person"), typed("vague_distress", "support", said="safe"), dict(urgency="emergency")),
    (replace(MEETING, urgency="emergency"), typed("in_person_danger", "emergency", said="back"), dict(urgency="emergency", topic="in_person_danger")),
    # to "are you safe right now?"; away: who hurts is elsewhere, but a missing child who is "not here" is no comfort
    (HOME, typed("affirm", said="safe"), dict(urgency="urgent", question=None, topic="abuse_at_home")),
    (HOME, typed("deny", "emergency", said="away"), dict(urgency="urgent", question=None, topic="abuse_at_home")),
    (HOME, typed("vague_distress", "support", said="not_safe"), dict(urgency="emergency", question=None)),
    (replace(HOME, worry="runaway_missing"), typed("runaway_missing", "emergency", said="away"), dict(urgency="emergency")),
    (LOW, typed("deny", said="not_today"), dict(urgency="support", question="safe_now", misses=1, life_at_risk=False)),
    (MEETING, typed("deny", said="not_today"), dict(urgency="urgent", question=None)),
    # "no im not safe", when the question is not open any more, is no refusal
    (replace(HOME, question=None), typed("deny", said="not_safe"), dict(urgency="emergency", topic="abuse_at_home")),
    (State(), typed("deny", said="not_safe"), dict(urgency="support", topic="vague_distress")),
    (State(), typed("abuse_at_home", "urgent", said="not_safe"), dict(urgency="urgent", topic="abuse_at_home")),
    (replace(LOW, question=None), typed("deny", said="not_safe"), dict(urgency="emergency", topic="suicidal_self_harm", life_at_risk=True)),
    (replace(MISSING, question=None), typed("deny", said="not_today"), dict(urgency="emergency", topic="runaway_missing")),  # no refusal, a day
    # more than a few words are no silence: they drop the question, and never make an emergency of it
    (replace(HOME, misses=1), typed("vague_distress", "support") | {"brief": False}, dict(urgency="urgent", question=None, misses=0)),
    # "its tonight": of a meeting or a low mood an emergency, and of that worry; else as urgent as the model finds it, and of the worry
    (replace(MEETING, question=None), typed("suicidal_self_harm", "emergency", said="today"), dict(urgency="emergency", topic="meeting_plan", life_at_risk=False)),
    (LOW, typed("vague_distress", "support", said="today"), dict(urgency="emergency", topic="suicidal_self_harm", life_at_risk=True)),
    (replace(MEETING, worry="secrecy", question=None), typed("suicidal_self_harm", "emergency", said="today"), dict(urgency="emergency", topic="secrecy", life_at_risk=False)),
    # "no but actually my uncle did": no refusal
    (State(), fragment("deny", "chat", 0.6) | {"brief": False}, dict(topic="vague_distress")),
    (replace(MEETING, question=None), fragment("deny", "chat", 0.6) | {"brief": False}, dict(topic="meeting_plan")),
    (replace(MEETING, question=None), fragment("deny", "chat", 0.9) | {"brief": False}, dict(topic="deny")),
    # what sounds like a friend's, in a worry of one's own
    (MEETING, fragment("friend_at_risk", "urgent", 0.5) | {"short": False, "audience": {"name": "friend", "confidence": 0.8}}, dict(topic="meeting_plan")),
    (MEETING, fragment("friend_at_risk", "urgent", 0.9) | {"short": False, "audience": {"name": "friend", "confidence": 0.8}}, dict(topic="friend_at_risk")),
    (LOW, typed("friend_at_risk", "support"), dict(topic="friend_at_risk")),
    # "ok its me": what it is about is open again, and how urgent it was stays
    (FRIEND, typed("affirm", reader="young_person") | ITS_ME, dict(audience="young_person", topic="vague_distress", worry=None, urgency="urgent")),
    (replace(FRIEND, despair=True), typed("affirm") | ITS_ME, dict(topic="mental_health", worry="mental_health")),
    (replace(FRIEND, despair=True, life_at_risk=True), typed("affirm") | ITS_ME, dict(topic="suicidal_self_harm")),
    # harm by somebody near: that it is to be a secret is part of it
    (replace(MEETING, worry="known_adult"), typed("secrecy", "support"), dict(topic="known_adult", worry="known_adult")),
    (MEETING, typed("secrecy", "support"), dict(topic="secrecy")),
    (State(urgency="support", worry="known_adult"), typed("gifts_money", "urgent"), dict(topic="gifts_money")),
    # a number in an emergency is no age ("55"), and an adult's only where it was asked
    (replace(MEETING, urgency="emergency"), typed("contact_numbers", said="number", age="adult"), dict(age=None)),
    (MEETING, typed("contact_numbers", said="number", age="adult"), dict(age=None)),
    (replace(MEETING, question="under_18"), typed("contact_numbers", said="number", age="adult"), dict(age="adult")),
    (MEETING, typed("contact_numbers", said="number", age="teen"), dict(age="teen")),
    # whoever is worried by their own acts has a nephew and is no friend; and may be in despair
    (OWN, typed("abuse_at_home", "urgent", reader=("friend", 0.9)), dict(audience="young_person", topic="adult_own_thoughts")),
    (replace(OWN, audience="unknown"), typed("abuse_at_home", "urgent", reader=("friend", 0.9)), dict(audience="unknown")),
    (OWN, fragment("vague_distress", "emergency", 0.4) | {"families": ["suicide_intent"]}, dict(topic="suicidal_self_harm", life_at_risk=True)),
    (OWN, fragment("mental_health", "support", 0.4), dict(topic="adult_own_thoughts")),
    # answering or tricking the person: everybody is told not to; anger is an adult's question, a child's is not
    (MEETING, typed("confidentiality", "support") | {"would_face_them": "contact"}, dict(ask="contact_them")),
    (replace(MEETING, audience="parent"), typed("abuse_at_home", "support") | {"would_face_them": "harm"}, dict(ask="contact_them")),
    (MEETING, typed("abuse_at_home", "support") | {"would_face_them": "harm"}, dict(ask=None)),
    (replace(MEETING, audience="friend"), typed("friend_at_risk", "urgent") | {"would_face_them": "harm"}, dict(ask=None)),
    (MEETING, typed("meeting_plan", "emergency") | {"would_face_them": "contact"}, dict(ask=None)),
    (State(), typed("out_of_scope", "chat") | {"would_face_them": "contact"}, dict(ask=None)),
    (replace(MEETING, audience="parent"), fragment("friend_at_risk", "emergency", 0.5, emergency=0.24) | {"short": False, "would_face_them": "contact"}, dict(ask="contact_them", urgency="urgent")),
    # a parent who did it hears no "whoever did that"
    (State(), typed("abuse_at_home", "urgent", reader=("parent", 0.9)) | {"situations": ["hurt_own_child"]}, dict(ask="lost_temper", urgency="urgent")),
    (State(), typed("abuse_at_home", "emergency", reader=("parent", 0.9)) | {"situations": ["hurt_own_child"]}, dict(ask="hurt_now", urgency="emergency")),
    (State(), typed("abuse_at_home", "emergency", reader=("parent", 0.9)) | {"situations": ["may_hurt_own_child"]}, dict(ask="nearly_hurt")),
    (State(), typed("abuse_at_home", "urgent", reader=("friend", 0.9)) | {"situations": ["hurt_own_child"]}, dict(ask=None)),
    # pictures and messages: an adult's question; a young person's is their topic's
    (replace(MEETING, audience="professional", worry="professional_duty"), typed("confidentiality", "info") | {"keeps_or_sends": True}, dict(ask="the_phone")),
    (MEETING, typed("images_shared", "urgent") | {"keeps_or_sends": True}, dict(ask=None)),
    (replace(MEETING, audience="professional"), typed("how_to_report", "info") | {"keeps_or_sends": True}, dict(ask=None)),
    # advice for adults is for adults
    (replace(MEETING, worry="known_adult"), typed("professional_duty", "info"), dict(topic="known_adult", worry="known_adult")),
    (FRIEND, typed("parent_advice", "info"), dict(topic="friend_at_risk")),
    (replace(MEETING, worry="known_adult"), typed("professional_duty", "info", reader=("professional", 0.95)), dict(topic="professional_duty", audience="professional")),
    (OWN, typed("confidentiality", "info", contact="stop_it_now"), dict(ask="the_number", about="stop_it_now", topic="adult_own_thoughts")),
    # "no im not going to do it" is no refusal to be answered as one; a bare no is
    (PILLS, typed("deny"), dict(topic="suicidal_self_harm", urgency="emergency")),
    (PILLS, typed("deny", said="no"), dict(topic="deny", urgency="emergency")),
    # read after what was told before: an emergency by both, or surely by one; a family of danger is heard as before
    (HOME, after_it(fragment("friend_at_risk", "emergency", 0.4, emergency=0.35, otherwise="support"), "abuse_at_home", 0.8, 0.04), dict(urgency="urgent", topic="abuse_at_home")),
    (HOME, after_it(fragment("friend_at_risk", "emergency", 0.4, emergency=0.35), "abuse_at_home", 0.8, 0.4), dict(urgency="emergency", topic="abuse_at_home")),
    (HOME, after_it(fragment("in_person_danger", "emergency", 0.9, emergency=0.99), "abuse_at_home", 0.8, 0.04), dict(urgency="emergency", topic="in_person_danger")),
    (HOME, after_it(fragment("in_person_danger", "emergency", 0.9, emergency=0.2), "abuse_at_home", 0.8, 0.04) | {"alarm": True}, dict(urgency="emergency")),
    (HOME, after_it(typed("in_person_danger", "emergency") | {"urgency": {"tier": "emergency", "by": "signal"}}, "abuse_at_home", 0.8, 0.04), dict(urgency="emergency")),
    (HOME, after_it(fragment("deny", "chat", 0.9, emergency=0.1), "abuse_at_home", 0.9, 0.97), dict(urgency="emergency")),
    # a detail keeps the worry, a graver one takes its place; questions, feelings and nods are what they are
    (BLACKMAIL, after_it(fragment("grooming_signs", "support", 0.99, emergency=0.0), "sextortion", 0.99, 0.0), dict(topic="sextortion", worry="sextortion")),
    (MEETING, after_it(fragment("sextortion", "urgent", 0.9, emergency=0.0), "meeting_plan", 0.9, 0.0), dict(topic="sextortion")),
    (replace(MEETING, worry="grooming_signs"), after_it(fragment("secrecy", "support", 0.99, emergency=0.0), "grooming_signs", 0.9, 0.0), dict(topic="secrecy")),
    (BLACKMAIL, after_it(fragment("confidentiality", "info", 0.5, emergency=0.0), "sextortion", 0.99, 0.0), dict(topic="confidentiality", worry="sextortion")),
    (BLACKMAIL, after_it(fragment("mental_health", "support", 0.9, emergency=0.0), "sextortion", 0.99, 0.0), dict(topic="mental_health", despair=True)),
    (BLACKMAIL, after_it(fragment("deny", "chat", 0.98, emergency=0.0), "sextortion", 0.99, 0.0) | {"brief": False}, dict(topic="sextortion")),
    (BLACKMAIL, after_it(fragment("deny", "chat", 0.98, emergency=0.0), "sextortion", 0.99, 0.0) | {"brief": False, "refuses": True}, dict(topic="deny")),
    # words for one's child, and nobody else's
    (replace(MEETING, audience="parent"), typed("parent_advice", "info", ask="words_to_say", listener="child"), dict(ask="talk_to_child")),
    (replace(MEETING, audience="friend"), typed("friend_at_risk", "support", ask="words_to_say", listener="child"), dict(ask=None)),
    (replace(MEETING, audience="friend"), typed("parent_advice", "info", ask="the_phone"), dict(ask=None)),
    # what was tapped, and only that, chooses ready words
    (State(), tapped(worry="image_request", urgency="urgent"), dict(tapped="image_request", worry="image_request", urgency="urgent")),
    (State(), typed("image_request", "urgent"), dict(tapped=None)),
    # follow-ups in words
    (MEETING, typed("how_to_report", "info", ask="what_happens", contact="ceop"), dict(ask="what_happens", about="ceop")),
    (MEETING, typed("how_to_block", "info", app="roblox"), dict(ask="app_guide", about="roblox")),
    (MEETING, typed("image_request", "urgent", app="roblox"), dict(ask=None)),
    (MEETING, typed("trolling_abuse", "chat", ask="words_to_say"), dict(ask=None)),
    (MEETING, typed("how_to_report", "info", ask="words_to_say", contact="nobody"), dict(ask="words_to_say", about=None)),
    (replace(MEETING, urgency="emergency"), typed("how_to_report", "info", ask="words_to_say", contact="101"), dict(ask="words_to_say", about="999")),
    (MEETING, typed("in_person_danger", "emergency") | {"families": ["presence", "cant_talk"]}, dict(ask="cant_speak", urgency="emergency")),
    (State(), typed("secrecy", "support") | {"signs": ["secrecy"], "wonders": True}, dict(ask="is_this_ok", topic="secrecy")),
    (State(), typed("secrecy", "support") | {"signs": ["secrecy"], "wonders": False}, dict(ask=None)),
    (State(), typed("out_of_scope", "chat") | {"signs": [], "wonders": True}, dict(ask=None)),
    # words are for whom somebody wants to tell
    (MEETING, typed("fear_of_trouble", "support", ask="words_to_say", listener="teacher"), dict(ask="words_to_say", about="teacher")),
    # "and childline?" after "what happens if i ring 101"
    (replace(MEETING, ask="what_happens"), typed("out_of_scope", "chat", contact="childline") | {"short": True}, dict(ask="what_happens", about="childline")),
    (replace(MEETING, ask="what_happens"), typed("out_of_scope", "chat", contact="samaritans") | {"short": True}, dict(ask="the_number", about="samaritans")),
    # an app that was named before
    (replace(MEETING, app="snapchat"), typed("how_to_block", "info"), dict(ask="app_guide", about="snapchat")),
    (MEETING, typed("image_request", "urgent", app="snapchat"), dict(app="snapchat", ask=None)),
    (replace(MEETING, ask="words_to_say"), typed("out_of_scope", "support", contact="101") | {"short": True, "families": ["cant_talk"]}, dict(ask="cant_speak")),
    # one contact, asked for by name
    (State(), typed("contact_numbers", "info", contact="nspcc"), dict(ask="the_number", about="nspcc")),
    (MEETING, typed("out_of_scope", "chat", contact="samaritans") | {"short": True}, dict(ask="the_number", about="samaritans")),
    (MEETING, typed("fear_of_trouble", "support", contact="101") | {"short": True}, dict(ask=None)),
    (replace(MEETING, urgency="emergency"), typed("contact_numbers", "info", contact="101"), dict(ask="the_number", about="101", urgency="emergency")),
    # who probes gets one answer, whatever the model makes of it; danger in the same words still counts
    (State(), typed("parent_advice", "info", reader=("parent", 0.9)) | {"probing": True}, dict(ask="refusal", topic="trolling_abuse", urgency="chat", audience="unknown")),
    (State(), typed("image_request", "urgent") | {"probing": True}, dict(ask="refusal", urgency="chat")),
    (MEETING, typed("image_request", "urgent") | {"probing": True}, dict(ask="refusal", urgency="urgent", worry="meeting_plan")),
    (State(), typed("in_person_danger", "emergency") | {"probing": True}, dict(ask=None, urgency="emergency")),
    (State(), typed("image_request", "urgent") | {"probing": True, "families": ["image_asked"]}, dict(ask=None, urgency="urgent")),
    # place and age
    (State(), typed("out_of_scope", nation="scotland"), dict(nation="scotland", ask="nation", about="scotland")),
    (MEETING, typed("out_of_scope", nation="wales"), dict(nation="wales", topic="meeting_plan", ask=None)),
    (MEETING, typed("out_of_scope", age="under_13"), dict(age="under_13", topic="meeting_plan")),
    (MEETING, typed("grooming_signs", "emergency", age="under_13", said="age"), dict(age="under_13", urgency="urgent", worry="meeting_plan", topic="meeting_plan")),
    (State(), tapped(ask="nation", about="wales"), dict(nation="wales", ask="nation")),
    # a payload with nothing of ours changes nothing
    (MEETING, tapped(worry="no_such_thing"), dict(urgency="urgent", worry="meeting_plan", topic="meeting_plan")),
]  # fmt: skip


@pytest.mark.parametrize("before, message, true", CASES)
def test_one_message_changes_what_it_should(content, before, message, true):
    after = after_message(before, message, content)
    assert {key: getattr(after, key) for key in true} == true


@pytest.mark.parametrize("before, message, true", CASES)
def test_urgency_only_falls_when_somebody_says_the_danger_is_over(content, before, message, true):
    from actions.urgency import Urgency

    after = after_message(before, message, content)
    entities = [(e["entity"], e["value"]) for e in message["entities"]]
    in_words = (
        message.get("over")
        or ("said", "no_danger") in entities
        or {("said", "long_ago"), ("said", "wrong_button"), ("said", "only_the_post")} & {*entities}
        or (before == MISSING and {("said", "back"), ("said", "safe_them")} & {*entities})
    )
    over = (in_words and not before.life_at_risk and not message.get("foreign")) or ("answer", "safe_again") in entities
    assert over or Urgency.of(after.urgency) >= Urgency.of(before.urgency)


def test_a_state_survives_being_slots(content):
    state = after_message(MEETING, typed("deny", said="no"), content)
    again = State(**{k: v for k, v in state.slots().items() if v is not None})
    assert replace(again, asked=tuple(again.asked)) == state
