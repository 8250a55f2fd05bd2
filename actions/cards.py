"""Compose a reply: two texts and one card, from a case and the content.

The first text is the answer: the number, when it is urgent, and what to know first. The last text is the card in
words (steps and numbers), so that any Rasa REST client, or a reader with no style sheet, has all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.urgency import AUDIENCES, Urgency

if TYPE_CHECKING:
    from actions.content import Content


OF_AGE = frozenset(["adult", "grown_up"])  # 18 or over; a grown-up is 26 or over, or is known for one by how they are related
YEARS = {"under_13": 12, "teen": 15}  # an age that stands for each group of the young
FOR_THEMSELVES = ("young_person", "unknown")
WHYS = ("degraded", "too_long", "too_many", "busy", "bad_request")  # why a safety reply is sent: keys of words.yml
AGAIN = 2  # steps that are said again when the same advice was given just before


@dataclass(frozen=True)
class Case:
    """What is known about a conversation when a reply is due. Holds labels, never words that somebody typed."""

    topic: str
    urgency: Urgency
    audience: str = "unknown"
    worry: str = ""  # the last topic that was a worry, when `topic` is only manners
    nation: str | None = None
    age: str | None = None  # the age group they gave: "under_13", "teen", "adult" or "grown_up"
    deaf: bool = False  # the reader said so
    no_bsl: bool = False  # and that they don't sign
    despair: bool = False  # suicide or a low mood was told: its contacts stay
    life_at_risk: bool = False  # as an emergency
    named: str | None = None  # the contact they asked for by name

    @property
    def emergency(self) -> bool:
        """Whether 999 comes first."""
        return self.urgency is Urgency.EMERGENCY

    @property
    def voice(self) -> str:
        """Whose words to use: an unknown reader gets the young person's."""
        voice = "young_person" if self.audience == "unknown" else self.audience
        return "under_13" if voice == "young_person" and self.age == "under_13" else voice

    @property
    def grown_friend(self) -> bool:
        """Whether the reader is a grown-up, and worried about a child who isn't theirs: an aunt, a neighbour, a friend of the family. A friend of 19 is none."""
        return self.age == "grown_up" and self.audience == "friend"

    @property
    def reads(self) -> str:
        """Whose block of a topic's advice to use: that of `voice`, or one for grown-ups."""
        return "adult" if self.grown_up else "grown_friend" if self.grown_friend else self.voice

    @property
    def sent_as(self) -> str:
        """The reader whose contacts and first line to use: a grown-up reports for a child as a parent does."""
        return "parent" if self.grown_friend else self.audience

    @property
    def young(self) -> bool:
        """Whether the reader speaks for themselves as somebody young, whether or not they said their age."""
        return bool(self.years)

    @property
    def grown_up(self) -> bool:
        """Whether the reader speaks for themselves and said that they are 18 or over."""
        return self.age in OF_AGE and self.audience in FOR_THEMSELVES

    @property
    def years(self) -> int | None:
        """An age for the group that a young reader gave for themselves. None for everybody else: adults keep what is open to the young."""
        return YEARS.get(self.age) if self.audience in FOR_THEMSELVES else None


@dataclass(frozen=True)
class Advice:
    """What to say to one reader: an opening, then steps. `{contact id}` stands for a number."""

    say: str
    steps: tuple[str, ...]
    avoid: tuple[str, ...] = ()
    tell: str = ""
    silent: bool = False  # it already says how to call without speaking


@dataclass(frozen=True)
class Reply:
    """Texts in order, then the card (the contract of POST /chat)."""

    texts: tuple[str, ...]
    card: dict


def _lead(case: Case, content: Content, follow_up: str = "") -> str:
    words, reader = content.words, case.sent_as
    below = words["lead_for_follow_up"].get(follow_up, {}).get(case.urgency.word, {}).get(reader)
    if below and not (case.deaf or case.grown_up):  # they have leads of their own
        return content.fill(below)
    own = words["lead_for_topic"].get(case.topic, {})
    if reader not in own.get("readers", AUDIENCES):
        own = {}
    own = (case.young and own.get("young", {}).get(case.urgency.word)) or own.get(case.urgency.word)
    if own:
        return content.fill(own)
    # A question that comes up inside a worry is about that worry.
    offline = case.urgency is Urgency.URGENT and {case.topic, case.worry} & set(words["offline_topics"])
    deaf = words["deaf"]["lead"].get("offline" if offline else case.urgency.word)
    if case.deaf and deaf and reader != "professional":
        lead = deaf["grown_up" if case.grown_up else "adult" if reader == "parent" else "young"]
    elif case.grown_up and case.urgency.word in words["lead_adult"]:
        lead = words["lead_adult"][case.urgency.word]
    elif case.topic == "danger_over" and case.worry == "runaway_missing" and case.urgency is Urgency.URGENT:
        lead = words["lead_back"][case.audience]
    elif case.topic == "fear_of_trouble" and case.urgency is Urgency.URGENT and reader in words["lead_afraid"]:
        lead = words["lead_afraid"][reader]
    elif offline:
        lead = words["lead_offline_urgent"][reader]
    else:
        lead = words["lead"][case.urgency.word][reader] if case.urgency >= Urgency.SUPPORT else ""
    return content.fill(lead)


def _in_words(content: Content, steps: list[str], contact_ids: list[str], question: str = "") -> str:
    lines = []
    if steps:
        lines += [content.words["what_to_do"], *(f"- {step}" for step in steps)]
    lines += [content.words["who_can_help"], *(f"- {content.contacts[i].in_words()}" for i in contact_ids)]
    return "\n".join([*lines, *([question] if question else [])])


def compose(
    case: Case,
    content: Content,
    *,
    question: str = "",
    choices: Iterable = (),
    lead: bool = True,
    advice: Advice | None = None,
    follow_up: str = "",
    personal: bool = False,
    foreign: bool = False,
    again: int = 0,
) -> Reply:
    """The reply to a case.

    question: the routing question, in words; it comes last, after the numbers. choices: the buttons.
    lead=False leaves out the first line with the numbers, when it has just been said.
    advice: what to say instead of the topic's own advice: the words of `follow_up`.
    personal: somebody typed personal details; they are asked not to, and told who should have them.
    foreign: somebody writes in another language than English.
    again: how often the same advice was given just before; it stands, but is not opened with the same words, nor, but for an emergency, told at length.
    """
    topic = content.topics.get(case.topic) or content.topics["vague_distress"]
    said = advice or topic.for_reader(case.reads, case.urgency)
    contact_ids = content.route(case)
    steps = _steps(case, said, content, personal=personal, foreign=foreign, again=again)
    opening, numbers = _opening(case, said, content, again=again, goes_on=bool(follow_up)), _lead(case, content, follow_up) if lead else ""
    # In an emergency the number comes first; otherwise a kind word does.
    first = f"{numbers} {opening}" if case.emergency else f"{opening} {numbers}"
    buttons = [choice.card() for choice in choices]
    return Reply(
        texts=(first.strip(), _in_words(content, steps, contact_ids, question)),
        card=_card(case, content, contact_ids, steps, buttons, question=question, follow_up=follow_up, degraded=False),
    )


def _opening(case: Case, said: Advice, content: Content, *, again: int, goes_on: bool) -> str:
    """What is said before the steps; other words when the same advice was given just before, and others again the next time.

    goes_on: the advice is a follow-up's, which may be for who did something themselves: no word of whose fault it is.
    """
    if not again:
        return content.fill(said.say)
    words = content.words
    own = {"vague_distress": [words["again_vague"]], "adult_own_thoughts": [words["again_own"]]}
    ways = (
        words["again_emergency"][case.sent_as]
        if case.emergency
        else own.get(case.topic) or words["again"]["unknown" if goes_on else case.sent_as]
    )
    return content.fill(ways[0] if case.deaf else ways[(again - 1) % len(ways)])  # the others speak of calling


def _steps(case: Case, said: Advice, content: Content, *, personal: bool, foreign: bool, again: int) -> list[str]:
    """What to do, in order: what opens it for who reads English badly or is deaf, the advice, how to call in silence, what keeps one safe. None twice."""
    words, emergency = content.words, case.emergency
    first, last = [], []
    if emergency and not said.silent:
        first += (words["no_bsl"] if case.no_bsl else words["deaf"])["emergency"] if case.deaf else []
        last += words["silent"][: 1 if case.deaf else None]  # the second is for the deaf, and stands first then
    if foreign:
        (last if emergency else first).insert(0, words["foreign"])
    if case.despair or {case.topic, case.worry} & set(words["suicide_safe_topics"]):
        last.append(words["suicide_safe"]["self" if case.audience in FOR_THEMSELVES else "others"])
    if personal:
        last.append(words["personal"])
    if not emergency:
        last.append(words["safety"])
    advice = said.steps[:AGAIN] if again and not emergency else [*said.steps, *said.avoid, said.tell]
    return [content.fill(step) for step in dict.fromkeys([*first, *advice, *last]) if step]


def safety_reply(content: Content, *, why: str, urgency: Urgency, audience: str = "unknown") -> Reply:
    """The reply when something of ours has failed. why: one of WHYS."""
    case = Case("vague_distress", urgency, audience)
    contact_ids = content.route(case)
    steps = [content.fill(content.words["safety"])]
    if case.emergency:
        steps = [content.fill(s) for s in content.words["silent"]]
    lead, reason = _lead(case, content), content.words[why]
    first = f"{lead} {reason}" if case.emergency else f"{reason} {lead}"
    return Reply(
        texts=(first.strip(), _in_words(content, steps, contact_ids)),
        card=_card(case, content, contact_ids, steps, [], degraded=True),
    )


def _card(case: Case, content: Content, contact_ids, steps, choices, *, question: str = "", follow_up: str = "", degraded: bool) -> dict:
    card = {
        "card": "signpost",
        "urgency": case.urgency.word,
        "topic": case.topic,
        "audience": case.audience,
        "contacts": [content.contacts[i].card(case.urgency) for i in contact_ids],
        "steps": steps,
        "choices": choices,
        "degraded": degraded,
    }
    return card | {key: value for key, value in (("question", question), ("follow_up", follow_up)) if value}
