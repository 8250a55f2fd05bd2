"""The words themselves: short enough, plain enough, never blaming, never promising, never twice."""

import re
from collections import Counter

import pytest
import textstat
import yaml

from actions.follow_ups import VOICES

YOUNG, ADULT = 5, 7  # Flesch-Kincaid grades
LIMITS = {
    "under_13": YOUNG,
    "young_person": YOUNG,
    "friend": YOUNG,
    "young": YOUNG,
    "parent": ADULT,
    "professional": ADULT,
    "adult": ADULT,
    "grown_friend": ADULT,
}
# Keys that hold facts, names and settings, not sentences for a reader.
NOT_SENTENCES = {"reviewed", "as_parent", "topic", "title", "tiers", "aliases", "name", "source", "sources", "checked_on", "checked_by", "citation", "groups",
                 "left_out", "titles", "labels", "id", "main", "suicide_safe_topics", "offline_topics", "age_rating"}  # fmt: skip
FORBIDDEN = [
    # blame
    r"why did(n't)? you", r"you should(n't)? have", r"your (own )?fault(?! |\.|,)", r"you let (him|her|them)", r"how could you", r"you (are|were|was) (being )?(silly|stupid|naive)",
    # promises nobody can keep
    r"totally (secret|private|safe)", r"100 ?%", r"we (promise|guarantee)|i promise", r"will (definitely|always) (stop|help|believe|catch)", r"no one will (ever )?(know|find out)", r"completely (confidential|anonymous)",
    # cheerfulness and false closeness
    r"!", r"i understand how you feel", r"i know (exactly )?how you feel", r"\byay\b|\bhooray\b|\bgreat news\b|\bno worries\b|\bawesome\b", r"cheer up",
    # labels
    r"you have been groomed|you were groomed|paedo|pervert|monster",
    # 55 is never part of the number
    r"999\W{0,3}55|\{999\}\W{0,3}55",
]  # fmt: skip


def sentences(root) -> list[tuple[str, str, str]]:
    """(file, voice or "", text) of everything that can be said to a reader."""
    found = []

    def walk(value, where, voice):
        if isinstance(value, str):
            found.append((where, voice, value))
        elif isinstance(value, dict):
            for key, inner in value.items():
                if key not in NOT_SENTENCES:
                    walk(inner, where, key if key in LIMITS else voice)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, where, voice)

    for path in sorted((root / "content").rglob("*.yml")):
        if path.stem not in ("contacts", "routes", "choices") and path.parent.name != "local":
            walk(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), str(path.relative_to(root)), "")
    return found


def blocks(root, content) -> dict[tuple[str, str], str]:
    """(file, voice) and all that is said there to that reader, as prose."""
    texts: dict[tuple[str, str], list[str]] = {}
    for where, voice, text in sentences(root):
        if voice:
            # A number reads as one short word; a name of a service is what it is.
            plain = re.sub(r"\{\w+\}", "it", text)
            texts.setdefault((where, voice), []).append(plain if plain[-1] in ".?:" else plain + ".")
    return {key: " ".join(lines) for key, lines in texts.items()}


def grade(text: str) -> float:
    return textstat.flesch_kincaid_grade(text)


def test_the_words_are_as_plain_as_their_reader_needs(root, content):
    hard = {key: round(grade(text), 1) for key, text in blocks(root, content).items() if grade(text) > LIMITS[key[1]]}
    assert hard == {}


def test_the_measure_of_plainness_measures():
    assert grade("You can tell someone. It is not your fault.") < YOUNG
    assert grade("Notwithstanding the aforementioned circumstances, immediate notification of statutory authorities is obligatory.") > ADULT


def test_sentences_are_short(root):
    long = []
    for where, _voice, text in sentences(root):
        for sentence in re.split(r"(?<=[.?:])[\"”]?\s+", re.sub(r"\{\w+\}", "it", text)):
            if len(sentence.split()) > 18:
                long.append((where, sentence))
    assert long == []


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_nothing_forbidden_is_said(root, pattern):
    assert [(w, t) for w, _v, t in sentences(root) if re.search(pattern, t.replace("’", "'"), re.I)] == []


def test_the_forbidden_list_would_catch():
    bad = [
        "Why did you send it?",
        "You should have told us.",
        "It is totally secret.",
        "Great news!",
        "I understand how you feel.",
        "Call 999 55.",
    ]
    for line in bad:
        assert any(re.search(p, line, re.I) for p in FORBIDDEN), line


def test_no_child_is_sent_to_their_parents(root):
    """Home can be the harm: to a young reader it is "an adult you trust"."""
    sent = r"(tell|ask|show|talk to) (your |their )?(parents?|mum and dad)\b|\byour parents\b"
    young = [(w, t) for w, v, t in sentences(root) if v in ("under_13", "young_person", "friend", "young") and re.search(sent, t, re.I)]
    assert young == []


# Lines that may stand in several places: the same fact must read the same everywhere.
REPEATED_ON_PURPOSE = 6  # words: shorter lines ("Tell an adult you trust.") repeat naturally


def test_one_topic_never_says_a_thing_twice_to_the_same_reader(root):
    twice = []
    for path in sorted((root / "content/advice").glob("*.yml")):
        entry = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for voice in VOICES:
            for tier, advice in entry[voice].items():
                lines = [advice["say"], *advice["steps"], *advice.get("avoid", []), advice.get("tell", "")]
                twice += [(path.name, voice, tier, line) for line, n in Counter(lines).items() if n > 1]
    assert twice == []


def test_follow_ups_and_apps_never_repeat_each_other(root):
    lines = Counter(t for w, _v, t in sentences(root) if ("follow_ups" in w or "/apps/" in w) and len(t.split()) > REPEATED_ON_PURPOSE)
    assert {t: n for t, n in lines.items() if n > 2} == {}


BY_NAME = ("degraded", "bad_request", "too_long", "too_many", "busy")  # handed to safety_reply as `why`


def test_no_word_of_ours_is_dead(root):
    """Every key of words.yml is read by code."""
    code = "\n".join(p.read_text(encoding="utf-8") for folder in ("actions", "addons") for p in (root / folder).glob("*.py"))
    words = yaml.safe_load((root / "content/words.yml").read_text(encoding="utf-8"))
    assert [key for key in words if key not in ("reviewed", *BY_NAME) and f'words["{key}"]' not in code] == []
    assert all(f'"{key}"' in code for key in BY_NAME)


def test_every_content_file_is_signed_off_or_says_that_it_is_not(root):
    from actions.content import reviewed_by

    for path in (root / "content").rglob("*.yml"):
        if path.name not in ("contacts.yml", "routes.yml"):
            reviewed_by(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), str(path))
