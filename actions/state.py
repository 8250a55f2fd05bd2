"""What a conversation is known to be about: the slots."""

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from actions.cards import Case
from actions.urgency import Urgency

# The answer to who asks for one contact by name. No button leads to it.
THE_NUMBER = "the_number"


@dataclass(frozen=True)
class State:
    """The slots of a conversation.

    topic: what the reply is about; worry: the last topic that was a worry; tapped: a worry that was tapped, not typed.
    question: the routing question that stands open; misses: how often it was passed by; asked: those not to ask again.
    ask, about: the follow-up that is wanted now, and what it is about.
    told: the advice given last, by topic, urgency and reader; told_times: how often running. deaf: the reader said so, or that they sign; no_bsl: that they don't sign, and nothing else since.
    despair: suicide or a low mood was told, of oneself or another: its contacts stay. life_at_risk: as an emergency, and nothing lowers it.
    dying: suicide or a wish to die was told, and no mere low mood: "bye" is no pleasantry then.
    app: the app or game that was named last.
    holds: "outside", somebody from outside was named; "home", an emergency that nobody's coming home ends, as it may be at home; "forced", somebody makes them write, and no word ends it.
    """

    SLOTS: ClassVar[tuple[str, ...]]
    urgency: str = "chat"
    audience: str = "unknown"
    worry: str | None = None
    topic: str | None = None
    tapped: str | None = None
    nation: str | None = None
    age: str | None = None
    question: str | None = None
    misses: int = 0
    asked: tuple[str, ...] = ()
    ask: str | None = None
    about: str | None = None
    told: str | None = None
    told_times: int = 0
    deaf: bool = False
    no_bsl: bool = False
    despair: bool = False
    life_at_risk: bool = False
    dying: bool = False
    app: str | None = None
    holds: str | None = None

    @property
    def tier(self) -> Urgency:
        """The urgency of the conversation: the highest so far."""
        return Urgency.of(self.urgency)

    def slots(self) -> dict[str, Any]:
        """As slot values."""
        return {**asdict(self), "asked": list(self.asked)}

    def case(self, nation: str | None = None) -> Case:
        """The case a reply is composed for. nation: the setting, where nobody has said one."""
        topic = self.topic or "vague_distress"
        return Case(
            topic,
            self.tier,
            self.audience,
            self.worry or topic,
            nation=self.nation or nation,
            age=self.age,
            deaf=self.deaf,
            no_bsl=self.no_bsl,
            despair=self.despair,
            life_at_risk=self.life_at_risk,
            named=self.about if self.ask == THE_NUMBER else None,
        )

    def without_question(self) -> "State":
        """The open question is settled, or dropped: it is not asked again."""
        asked = (*self.asked, self.question) if self.question and self.question not in self.asked else self.asked
        return replace(self, question=None, misses=0, asked=tuple(asked))


State.SLOTS = tuple(State.__dataclass_fields__)
