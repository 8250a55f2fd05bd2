"""The deterministic layer beside the model's shares: what it raises, and where it asks the model to be surer."""

import pytest

from addons import lean

lean.install()

from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from addons.danger_detector import DangerDetector  # noqa: E402


def heard(text: str, *, tier="emergency", otherwise="urgent", topic="meeting_plan", over=False, remembered=False, **scores) -> dict:
    """The urgency after the detector; scores: the model's shares."""
    message = Message.build(text, topic)
    message.set("intent", {"name": topic, "confidence": 0.9})
    message.set("over", over)
    message.set("urgency", {"tier": tier, "by": "model", "otherwise": otherwise, "scores": scores, "remembered": remembered})
    detector = DangerDetector(DangerDetector.get_default_config())
    return detector.process([message])[0].get("urgency")


UNSURE = {"emergency": 0.1, "urgent": 0.8, "support": 0.1, "info": 0.0, "chat": 0.0}
SURE = {"emergency": 0.4, "urgent": 0.5, "support": 0.1, "info": 0.0, "chat": 0.0}


@pytest.mark.parametrize(
    "text, topic, scores, tier",
    [
        ("im meeting him tomorrow", "meeting_plan", UNSURE, "urgent"),
        ("im meeting him tomorrow", "meeting_plan", SURE, "emergency"),
        ("im meeting him today", "meeting_plan", UNSURE, "emergency"),
        ("im meeting him tomorrow and now hes outside my house", "meeting_plan", UNSURE, "emergency"),
        ("im meeting him tomorrow then i am gone for good", "suicidal_self_harm", UNSURE, "emergency"),
        ("he wants money or he posts it", "sextortion", UNSURE, "emergency"),  # blackmail: suicide may stand beside it
        ("a man is texting me", "grooming_signs", UNSURE, "emergency"),  # no family: the model's low limits
    ],
)
def test_a_crime_that_is_not_now_takes_a_surer_emergency(text, topic, scores, tier):
    assert heard(text, topic=topic, **scores)["tier"] == tier


def test_it_never_falls_below_the_family():
    urgency = heard("im meeting him tomorrow", otherwise="support", **UNSURE)
    assert urgency["tier"] == "urgent" and urgency["by"] == "family"


def test_a_family_raises_with_a_nod_only():
    calm = {"emergency": 0.0, "urgent": 0.0, "support": 0.0, "info": 0.0, "chat": 1.0}
    assert heard("hes outside my house", tier="chat", otherwise="chat", topic="out_of_scope", **calm)["tier"] == "chat"
    nod = {"emergency": 0.05, "urgent": 0.0, "support": 0.0, "info": 0.0, "chat": 0.95}
    assert heard("hes outside my house", tier="chat", otherwise="chat", topic="out_of_scope", **nod)["tier"] == "emergency"


def test_a_sure_family_needs_no_nod():
    calm = {"emergency": 0.0, "urgent": 0.0, "support": 0.0, "info": 0.0, "chat": 1.0}
    said = {"tier": "chat", "otherwise": "chat", "topic": "out_of_scope", **calm}
    assert heard("my brother is having an allergic reaction", **said)["tier"] == "emergency"
    assert heard("my brother is having an allergic reaction", **said, over=True)["tier"] == "chat"
    assert heard("my dog is having an allergic reaction", **said)["tier"] == "chat"


def test_without_scores_families_decide_alone():
    message = Message.build("hes outside my house", "in_person_danger")
    assert DangerDetector(DangerDetector.get_default_config()).process([message])[0].get("urgency")["tier"] == "emergency"


def test_what_is_remembered_is_outvoted_by_model_and_family_together():
    """A family with a mere nod says less than two who read these very words; with the model's own share, or sure words, it says more."""
    said = {"tier": "support", "otherwise": "support", "topic": "mental_health"}
    nod = {"emergency": 0.03, "urgent": 0.0, "support": 0.97, "info": 0.0, "chat": 0.0}
    assert heard("hes outside my house", **said, **nod)["tier"] == "emergency"
    assert heard("hes outside my house", **said, **nod, remembered=True)["tier"] == "support"
    found = {"emergency": 0.3, "urgent": 0.0, "support": 0.7, "info": 0.0, "chat": 0.0}
    assert heard("hes outside my house", **said, **found, remembered=True)["tier"] == "emergency"
    assert heard("my brother is having an allergic reaction", **said, **nod, remembered=True)["tier"] == "emergency"


def test_a_remembered_emergency_takes_no_more_certainty():
    assert heard("im meeting him tomorrow", **UNSURE)["tier"] == "urgent"
    assert heard("im meeting him tomorrow", **UNSURE, remembered=True)["tier"] == "emergency"
