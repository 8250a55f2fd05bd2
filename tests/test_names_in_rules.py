"""A rule that asks for a situation, a family or a topic by a name that no file has would be silently false for ever."""

import re

import pytest

from actions.signals import detector, situation_detector
from tests.conftest import ROOT

SOURCES = ("asks", "heard", "meaning", "turns")
ASKED = re.compile(r'"(\w+)" in (?:told|heard\.situations|self\.situations)\b|(?:told|situations) & \{([^}]*)\}')


def asked_for(source: str) -> set[str]:
    """The situations that a module asks for by name."""
    found = ASKED.findall((ROOT / f"actions/{source}.py").read_text(encoding="utf-8"))
    return {name for one, several in found for name in ([one] if one else re.findall(r'"(\w+)"', several))}


@pytest.mark.parametrize("source", SOURCES[:3])
def test_every_situation_that_a_rule_asks_for_has_a_file(source):
    names = asked_for(source)
    assert len(names) >= 3 and names - set(situation_detector().families) == set()


def test_every_situation_is_asked_for():
    everywhere = "".join((ROOT / f"actions/{source}.py").read_text(encoding="utf-8") for source in (*SOURCES, "spotting"))
    assert [name for name in situation_detector().families if f'"{name}"' not in everywhere] == []


def test_every_family_that_a_rule_names_has_a_file():
    from actions import asks, heard, meaning, turns

    named = {
        *asks.LIKE_HELP, *asks.BROUGHT, *asks.HURT_OR_ILL, *asks.NOBODY_TO_FLEE, *meaning.LIKE_COMING_IN, *meaning.FAMILIES_ONLINE,
        *heard.FAMILIES_OF_SUICIDE, *heard.BY_ANOTHERS_HAND, heard.CANT_TALK, *turns.HARM,
    }  # fmt: skip
    assert named - set(detector().families) == set()
