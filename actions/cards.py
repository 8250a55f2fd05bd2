"""Compose a reply: two texts and one card, from a case and the content.

The first text is the answer: the number, when it is urgent, and what to know first. The last text is the card in
words (steps and numbers), so that any Rasa REST client, or a reader with no style sheet, has all of it.
"""

from dataclasses import dataclass, replace

from actions.content import Content
from actions.urgency import Urgency


@dataclass(frozen=True)
class Case:
    """What is known about a conversation when a reply is due. Holds labels, never words that somebody typed."""

    topic: str
    urgency: Urgency
    audience: str = "unknown"
    worry: str = ""  # the last topic that was a worry, when `topic` is only manners
    nation: str | None = None
    under_13: bool = False

    def at(self, urgency: Urgency) -> "Case":
        """The same case, at another urgency."""
        return replace(self, urgency=urgency)

    def read_by(self, audience: str) -> "Case":
        """The same case, for another reader."""
        return replace(self, audience=audience)


@dataclass(frozen=True)
class Reply:
    """Texts in order, then the card (the contract of POST /chat)."""

    texts: tuple[str, ...]
    card: dict


def _lead(case: Case, content: Content) -> str:
    words = content.words
    own = words["lead_for_topic"].get(case.topic, {}).get(case.urgency.word)
    if own:
        return content.fill(own)
    if case.urgency is Urgency.URGENT and case.topic in words["offline_topics"]:
        lead = words["lead_offline_urgent"][case.audience]
    else:
        lead = words["lead"].get(case.urgency.word, {}).get(case.audience, "")
    return content.fill(lead)


def _in_words(content: Content, steps: list[str], contact_ids: list[str]) -> str:
    lines = []
    if steps:
        lines += [content.words["what_to_do"], *(f"- {step}" for step in steps)]
    lines += [content.words["who_can_help"], *(f"- {content.contacts[i].in_words()}" for i in contact_ids)]
    return "\n".join(lines)


def compose(case: Case, content: Content, *, choices: list[dict] = (), lead: bool = True) -> Reply:
    """The reply to a case. lead=False leaves out the first line with the numbers, when it has just been said."""
    topic = content.topics.get(case.topic) or content.topics["vague_distress"]
    advice = topic.for_reader(case.audience, case.urgency, under_13=case.under_13)
    contact_ids = content.route(topic=case.topic, worry=case.worry, audience=case.audience, urgency=case.urgency, nation=case.nation)
    steps = [content.fill(s) for s in (*advice.steps, *advice.avoid, advice.tell) if s]
    if case.urgency is Urgency.EMERGENCY:
        steps += [content.fill(s) for s in content.words["silent"]]
    if {case.topic, case.worry} & set(content.words["suicide_safe_topics"]):
        steps.append(content.fill(content.words["suicide_safe"]))
    if case.urgency is not Urgency.EMERGENCY:
        steps.append(content.fill(content.words["safety"]))
    opening = content.fill(advice.say)
    numbers = _lead(case, content) if lead else ""
    # In an emergency the number comes first; otherwise a kind word does.
    first = f"{numbers} {opening}" if case.urgency is Urgency.EMERGENCY else f"{opening} {numbers}"
    return Reply(
        texts=(first.strip(), _in_words(content, steps, contact_ids)),
        card=_card(case, content, contact_ids, steps, list(choices), degraded=False),
    )


def safety_reply(content: Content, *, why: str, urgency: Urgency, audience: str = "unknown") -> Reply:
    """The reply when something of ours has failed. `why` is a key of words.yml, e.g. "degraded"."""
    case = Case("vague_distress", urgency, audience)
    contact_ids = content.route(topic=case.topic, audience=audience, urgency=urgency)
    steps = [content.fill(content.words["safety"])]
    if urgency is Urgency.EMERGENCY:
        steps = [content.fill(s) for s in content.words["silent"]]
    lead, reason = _lead(case, content), content.words[why]
    first = f"{lead} {reason}" if urgency is Urgency.EMERGENCY else f"{reason} {lead}"
    return Reply(
        texts=(first.strip(), _in_words(content, steps, contact_ids)),
        card=_card(case, content, contact_ids, steps, [], degraded=True),
    )


def _card(case: Case, content: Content, contact_ids, steps, choices, *, degraded: bool) -> dict:
    return {
        "card": "signpost",
        "urgency": case.urgency.word,
        "topic": case.topic,
        "audience": case.audience,
        "contacts": [content.contacts[i].card(case.urgency) for i in contact_ids],
        "steps": steps,
        "choices": choices,
        "degraded": degraded,
    }
