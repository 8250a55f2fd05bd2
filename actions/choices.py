"""The buttons under a reply, and the only payloads that text starting with "/" may be."""

import json
from dataclasses import dataclass

from actions.cards import Case
from actions.urgency import Urgency


@dataclass(frozen=True)
class Choice:
    """One button. What it chooses travels in the payload; what that means is looked up here, never in the payload.

    answer "in_danger": someone is in danger now. audience: who is reading. topic and urgency: a worry, tapped instead
    of typed.
    """

    title: str
    chosen: tuple[str, str]
    urgency: Urgency | None = None

    @property
    def payload(self) -> str:
        return "/choose" + json.dumps(dict([self.chosen]), separators=(",", ":"))

    def card(self) -> dict:
        """As it stands in a card."""
        return {"title": self.title, "payload": self.payload}


IN_DANGER = Choice("Someone is in danger now", ("answer", "in_danger"), Urgency.EMERGENCY)
WHO = (
    Choice("It's about me", ("audience", "young_person")),
    Choice("I'm a parent or carer", ("audience", "parent")),
    Choice("It's about a friend", ("audience", "friend")),
    Choice("I work with children", ("audience", "professional")),
)
MINE = (
    Choice("Someone asks me for pictures", ("worry", "image_request"), Urgency.URGENT),
    Choice("Someone threatens to share something", ("worry", "sextortion"), Urgency.URGENT),
    Choice("Someone online wants to meet me", ("worry", "meeting_plan"), Urgency.URGENT),
    Choice("Someone hurts or scares me", ("worry", "abuse_at_home"), Urgency.URGENT),
    Choice("I feel very low", ("worry", "mental_health"), Urgency.SUPPORT),
    Choice("Something else feels wrong", ("worry", "grooming_signs"), Urgency.SUPPORT),
)
A_CHILDS = (
    Choice("I found messages or pictures", ("worry", "parent_found_messages"), Urgency.URGENT),
    Choice("Someone is blackmailing my child", ("worry", "sextortion"), Urgency.URGENT),
    Choice("My child is missing", ("worry", "runaway_missing"), Urgency.EMERGENCY),
    Choice("I have a bad feeling about someone", ("worry", "parent_wants_signs"), Urgency.SUPPORT),
)
WORRIES = {"young_person": MINE, "parent": A_CHILDS}
# One topic may stand in two lists with the same tier; the payload says all.
BY_PAYLOAD = {c.payload: c for c in (IN_DANGER, *WHO, *MINE, *A_CHILDS)}
PAYLOADS = frozenset(BY_PAYLOAD)


def chosen(kind: str, value: str) -> Choice | None:
    """The choice that a payload's entity stands for."""
    return BY_PAYLOAD.get(Choice("", (kind, value)).payload)


def choices_for(case: Case) -> list[dict]:
    """The buttons for a case: at most one question, and only where the answer changes the route."""
    choices: list[Choice] = []
    if case.urgency < Urgency.EMERGENCY:
        choices.append(IN_DANGER)
    if case.audience == "unknown":
        choices += WHO
    elif case.topic == "vague_distress":
        choices += WORRIES.get(case.audience, ())
    return [choice.card() for choice in choices]
