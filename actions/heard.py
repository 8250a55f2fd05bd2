"""What was heard in one message: labels and shares of probability, no words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from actions.choices import SUICIDE
from actions.topics import BY_SOMEBODY_NEAR, WHERE_WE_LIVE
from actions.urgency import Urgency

FAMILIES_OF_SUICIDE = frozenset(["suicide_intent", "suicide_if"])  # families of danger (data/danger/)
# Beside one of these, a knife, a belt or blood is somebody else's doing, unless the model hears suicide too.
BY_ANOTHERS_HAND = frozenset(["assault_now", "threat_with_means"])
# From this share on a message about something else is also about suicide.
ALSO_SUICIDE = 0.25
CANT_TALK = "cant_talk"  # the family of those who can't speak because somebody would hear
# Answers that are a fact about the reader or the child, or a day, and nothing more.
BARE_FACTS = frozenset(["age", "number", "day", "place"])


@dataclass(frozen=True)
class Heard:
    """The labels that our NLU components put on a message (addons/recogniser.py, danger_detector.py, spotter.py).

    topic, confidence, ranking: the model's topic, its share, and the shares of all. urgency: the tier; by: what decided it, the
    model or a family; scores: the model's share of each tier; otherwise: the tier without its emergency.
    situations: what it plainly says, whatever its topic. families: of danger, that spoke; alarm: one of them may not be overruled.
    over: the danger is said to be over. remembered: the labels are those of a training message with the same words.
    audience, audience_share: who seems to type. ask, ask_share: what they want to hear next.
    found: what was said outright, by kind (reader, age, nation, hears, signs, contact, app, listener, said).
    in_context: the second reading, {"topic": {topic: share}, "urgency": {tier: share}}; None where there was none.
    short: few words; brief: so few that they hold an answer and nothing else; wordless: what a message without letters says, "" for nothing.
    """

    topic: str = "vague_distress"
    confidence: float = 1.0
    ranking: Mapping[str, float] = field(default_factory=dict)
    urgency: Urgency = Urgency.CHAT
    by: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    otherwise: Urgency | None = None
    families: frozenset[str] = frozenset()
    alarm: bool = False
    over: bool = False
    remembered: bool = False
    audience: str = "unknown"
    audience_share: float = 0.0
    ask: str | None = None
    ask_share: float = 0.0
    found: Mapping[str, str] = field(default_factory=dict)
    in_context: Mapping[str, Mapping[str, float]] | None = None
    short: bool = False
    brief: bool = True
    refuses: bool = False
    wordless: str | None = None
    foreign: bool = False
    probing: bool = False
    signs: bool = False
    wonders: bool = False
    keeps_or_sends: bool = False
    would_face_them: str | None = None
    situations: frozenset[str] = frozenset()

    @classmethod
    def of(cls, parsed: Mapping[str, Any]) -> "Heard":
        """From Rasa's parse data with our components' labels. What is missing stands at its default."""
        intent, urgency, audience, ask = (parsed.get(key) or {} for key in ("intent", "urgency", "audience", "ask"))
        found: dict[str, str] = {}
        for entity in parsed.get("entities") or ():
            found.setdefault(entity["entity"], entity["value"])
        return cls(
            topic=intent.get("name") or "vague_distress",
            confidence=intent.get("confidence", 1.0),
            ranking={entry["name"]: entry["confidence"] for entry in parsed.get("intent_ranking") or ()},
            urgency=Urgency.of(urgency.get("tier") or "chat"),
            by=urgency.get("by"),
            scores=urgency.get("scores") or {},
            remembered=bool(urgency.get("remembered")),
            otherwise=Urgency.of(urgency["otherwise"]) if urgency.get("otherwise") else None,
            families=frozenset(parsed.get("families") or ()),
            situations=frozenset(parsed.get("situations") or ()),
            audience=audience.get("name", "unknown"),
            audience_share=audience.get("confidence", 0.0),
            ask=ask.get("name"),
            ask_share=ask.get("confidence", 0.0),
            found=found,
            in_context=parsed.get("in_context") or None,
            brief=bool(parsed.get("brief", True)),
            wordless=parsed.get("wordless"),
            would_face_them=parsed.get("would_face_them"),
            **{name: bool(parsed.get(name)) for name in FLAGS},
        )

    @property
    def said(self) -> str | None:
        """What a few words say and leave no doubt of: to_die, safe, not_safe, away, back, no_danger, today, not_today, yes, no, a bare fact …"""
        return self.found.get("said")

    @property
    def a_bare_fact(self) -> bool:
        """Whether it is an age, a day or a place and nothing more."""
        return self.said in BARE_FACTS

    @property
    def unreadable(self) -> bool:
        """Whether there is no English to read: labels are chance then."""
        return self.foreign or self.wordless == ""

    @property
    def of_suicide(self) -> bool:
        """Whether a family says that somebody means to take their life, and nobody else's hand is in it."""
        said = bool(FAMILIES_OF_SUICIDE & self.families)
        return said and (not BY_ANOTHERS_HAND & self.families or self.ranking.get(SUICIDE, 0.0) >= ALSO_SUICIDE)

    @property
    def wish_to_die(self) -> bool:
        """Whether it says that somebody wants to die, whatever else it is about."""
        return "wish_to_die" in self.situations

    @property
    def despairs(self) -> bool:
        """Whether somebody says outright that they want to die, or mean to."""
        return self.wish_to_die or self.of_suicide

    @property
    def of_the_model_alone(self) -> bool:
        """Whether the tier is the model's alone: no family of danger agrees, and nobody has labelled these words."""
        return self.by == "model" and not (self.alarm or self.remembered)

    def share_of(self, topics: Iterable[str]) -> float:
        """What the model gives these topics together, 0 to 1."""
        return sum(self.ranking.get(topic, 0.0) for topic in topics)

    def an_adult_is_there(self, worry: str | None) -> bool:
        """Whether a few words say that an adult is with them or coming, who is none of those that the worry is about: "mum is coming with me"."""
        return "somebody_is_here" in self.situations and self.short and worry not in WHERE_WE_LIVE

    @property
    def somebody_knows(self) -> bool:
        """Whether a few words say that somebody who can help knows, or is helping; more of them, where they say that it went well."""
        return "being_helped" in self.situations or ("told_somebody" in self.situations and self.short)

    def told_the_one(self, worry: str | None) -> bool:
        """Whether a few words say that somebody knows who may be the one who hurts: "i told my stepdad"; "my dad", of a home that hurts."""
        near = "told_the_one" in self.situations and worry in BY_SOMEBODY_NEAR
        return self.short and (near or ("told_dad" in self.situations and worry == "abuse_at_home"))

    def a_helper_knows(self, worry: str | None) -> bool:
        """As somebody_knows, and it is nobody whom the worry may be about."""
        return self.somebody_knows and not self.told_the_one(worry)

    @property
    def names_a_reader(self) -> bool:
        """Whether somebody says outright who they are, or whom it is about."""
        return "reader" in self.found

    def saying(self, said: str) -> "Heard":
        """As it is, with its few words understood as `said`."""
        return replace(self, found={**self.found, "said": said})

    def without(self, kind: str) -> "Heard":
        """As it is, with one kind of what was found left out."""
        return replace(self, found={key: value for key, value in self.found.items() if key != kind})


FLAGS = ("alarm", "over", "short", "refuses", "foreign", "probing", "signs", "wonders", "keeps_or_sends")
