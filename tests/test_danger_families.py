"""The deterministic layer: every family says what it should, keeps quiet where it should, and is needed."""

import time

import pytest

from actions.contacts import ContentError
from actions.normalise import words_of
from actions.signals import ROOT, Detector, detector
from actions.urgency import Urgency, highest

FAMILIES = sorted(p.stem for p in ROOT.glob("[a-z]*.yml"))
# One family or more of danger for everything the safeguarding fact sheet calls an emergency.
NEEDED = set(
    "presence arrival held_or_taken followed meeting_today missing_child assault_now forced_sex suicide_intent medical live_stream"
    " threat_with_means cant_talk abuser_collects rescue_cry".split()
)


def live(found) -> set[str]:
    return {s.family for s in found if s.cancelled_by is None}


def test_every_kind_of_emergency_has_a_family():
    assert set(FAMILIES) >= NEEDED
    assert all(detector().families[name].tier is Urgency.EMERGENCY for name in NEEDED)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_fires_on_its_positives_and_not_on_its_negatives(name):
    family = detector().families[name]
    assert len(family.positive) >= 3 and len(family.negative) >= 3
    assert [t for t in family.positive if name not in live(detector().scan(t))] == []
    assert [t for t in family.negative if name in live(detector().scan(t))] == []


@pytest.mark.parametrize("name", FAMILIES)
def test_without_a_family_something_is_missed(name):
    """Families know nothing of each other, so leaving one out of the signals is what deleting its file does (next test)."""
    family = detector().families[name]

    def rest(text):
        return highest(*(s.tier for s in detector().scan(text) if s.cancelled_by is None and s.family != name))

    assert any(rest(text) < family.tier for text in family.positive)


def test_a_deleted_family_is_silent_and_the_others_are_not():
    text = "hes outside my house and i took all the pills"
    rest = Detector(without=("arrival",))
    assert live(rest.scan(text)) == live(detector().scan(text)) - {"arrival"} != set()


CASES = [  # what somebody types                                    highest family that stays, or None
    ("hes outside my house", Urgency.EMERGENCY),
    ("HES OUTSDIE MY HOUSE", Urgency.EMERGENCY),
    ("h3s 0uts1de my h0use", Urgency.EMERGENCY),
    ("hеs оutside my house", Urgency.EMERGENCY),  # Cyrillic letters
    ("he\u200bs out\u200bside my house", Urgency.EMERGENCY),
    ("hes outsiiiide my house!!!", Urgency.EMERGENCY),
    ("im being forced to have sex", Urgency.EMERGENCY),
    ("i have took all the pills", Urgency.EMERGENCY),
    ("i am going to kill myself tonight", Urgency.EMERGENCY),
    ("nobody is hurting me, just asking", None),
    ("hes outside my house in minecraft", None),
    ("the pizza man is outside", None),
    ("what is grooming", None),
    ("", None),
    (".", None),
]


@pytest.mark.parametrize("text, tier", CASES)
def test_contexts_and_spellings(text, tier):
    assert detector().tier(text) is tier


@pytest.mark.parametrize(
    "typed, read",
    [
        ("He's OUTSIDE!!", ["hes", "outside", "!"]),
        ("im meeting him 2nite at 4pm", ["im", "meeting", "him", "tonight", "at", "4", "pm"]),
        ("sum1 pls hlp", ["someone", "please", "help"]),
    ],
)
def test_text_is_brought_into_one_spelling(typed, read):
    found = words_of(typed, known=detector().known, targets=detector().targets)
    assert [w for w in found if w not in ("!", ".")] == [w for w in read if w not in ("!", ".")]


HOSTILE = ["a" * 16_000, "😭" * 4000, "\x00\ud800\u202e", "((((" * 3000, "he " * 5000, "outside " * 2000, "\n" * 9000]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_it_or_holds_it_up(text):
    begun = time.monotonic()
    detector().scan(text)
    assert time.monotonic() - begun < 5  # not a speed test: a bound on hanging


BROKEN = [
    ("arrival.yml", "urgency: emergency", "urgency: emergancy", "emergancy"),
    ("arrival.yml", "patterns:", "paterns:", "patterns"),
    ("casualty.yml", "sure: true", "sure: perhaps", "sure"),
    ("arrival.yml", "unless: [", "unless: [no_such_context, ", "no_such_context"),
]


@pytest.mark.parametrize("name, old, new, named", BROKEN)
def test_a_broken_family_is_named_with_its_file(tmp_path, name, old, new, named):
    import shutil

    copy = tmp_path / "danger"
    shutil.copytree(ROOT, copy)
    text = (copy / name).read_text(encoding="utf-8")
    assert old in text
    (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises((ContentError, ValueError)) as error:
        Detector(copy)
    assert named in str(error.value)
