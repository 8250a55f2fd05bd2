"""The buttons under a reply, the one question a reply may ask, and the only payloads that text starting with "/" may be.

Words and conditions are in content/choices.yml. What a button means is looked up here by its payload: a payload that
was not ours chooses nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from actions.cards import Case
from actions.contacts import ContentError, need
from actions.urgency import AUDIENCES, Urgency

AGES = ("under_13", "teen", "adult")
ANSWERS = ("yes", "no", "unsure")
# Other bare answers (actions/spotting.py). day: another one; away: the one who hurts is.
ALSO = frozenset(["today", "not_today", "day", "safe", "safe_them", "not_safe", "away"])
ADULTS = ("parent", "professional")
# Who has taken pills may feel fine and be dying: no word and no button lowers an emergency of this kind.
SUICIDE = "suicidal_self_harm"
ASKED_BY_ALL = frozenset(["contact_them"])  # a button for parents only, words for everybody
MOST = 8  # buttons under one reply; the menus behind "more" and "which app?" are longer


@dataclass(frozen=True)
class Choice:
    """One button. `chosen` travels in the payload; `urgency` and `age`, what choosing it means, do not."""

    title: str
    chosen: tuple[tuple[str, str], ...]
    urgency: Urgency | None = None
    age: str | None = None

    @property
    def payload(self) -> str:
        """What a tap sends, e.g. /choose{"answer":"in_danger"}."""
        return "/choose" + json.dumps(dict(self.chosen), separators=(",", ":"), sort_keys=True)

    def card(self) -> dict:
        """As it stands in a card."""
        return {"title": self.title, "payload": self.payload}


@dataclass(frozen=True)
class Question:
    """One routing question. `higher` is the urgency when it has been missed twice; None when it decides no urgency."""

    name: str
    young: str
    adult: str
    answers: tuple[Choice, ...]
    friend: str = ""  # where the young are asked about themselves, and a friend about somebody else
    topics: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    readers: tuple[str, ...] = AUDIENCES
    only_unknown_age: bool = False
    higher: Urgency | None = None
    also: Mapping[str, str] = field(default_factory=dict)  # other bare answers: "today" says yes to "Is it today?", another day no

    def fits(self, case: Case) -> bool:
        """Whether the answer would change where this case is sent."""
        return (
            (case.worry or case.topic) in self.topics
            and case.urgency.word in self.when
            and case.audience in self.readers
            and not (self.only_unknown_age and case.age)
        )

    def words(self, case: Case) -> str:
        """The question as this reader is asked it."""
        return self.adult if case.audience in ADULTS else (case.audience == "friend" and self.friend) or self.young

    def answer(self, word: str) -> Choice | None:
        """The choice that a bare answer stands for."""
        word = self.also.get(word, word)
        return next((c for c in self.answers if dict(c.chosen).get("answer") == word), None)


@dataclass(frozen=True)
class Offer:
    """What goes under one reply: at most one question, and buttons."""

    question: str | None
    words: str
    buttons: tuple[Choice, ...]


@dataclass(frozen=True)
class Choices:
    """Every button and question, from content/choices.yml. Build with `Choices.load()`."""

    in_danger: Choice
    safe_again: Choice
    more: Choice
    who: Question
    what: str
    worries: dict[str, tuple[Choice, ...]]
    questions: dict[str, Question]
    titles: dict[str, dict[str, str]]
    offers: dict[str, tuple[str, ...]]
    for_topic: dict[str, list[str]]
    in_emergency: tuple[str, ...]
    quiet: frozenset[str]
    shown: int
    by_payload: dict[str, Choice] = field(repr=False)

    @classmethod
    def load(cls, entry: dict, follow_ups: dict[str, dict[str, str]], where: str) -> "Choices":
        """entry: the file's content. follow_ups: {name: {what it may be about: title}}. Raises ContentError."""
        worries = {
            reader: tuple(
                Choice(
                    need(w, "title", where), (("worry", need(w, "topic", where)), ("urgency", need(w, "urgency", where))), _tier(w, where)
                )
                for w in lines
            )
            for reader, lines in need(entry, "worries", where).items()
            if reader != "ask"
        }
        for reader in worries:
            if reader not in AUDIENCES:
                raise ContentError(f"{where}: worries: {reader!r} is not a reader")
        titles = need(entry, "follow_ups", where)
        offers = {reader: tuple(names) for reader, names in need(entry, "offer", where).items()}
        for_topic, in_emergency = need(entry, "for_topic", where), need(entry, "in_emergency", where)
        lists = {**{f"offer: {k}": v for k, v in offers.items()}, **{f"for_topic: {k}": v for k, v in for_topic.items()}}
        for place, names in {**lists, "in_emergency": in_emergency}.items():
            if missing := set(names) - set(titles):
                raise ContentError(f"{where}: {place}: {sorted(missing)[0]!r} is not under follow_ups")
        if wrong := set(titles) ^ set(follow_ups):
            raise ContentError(f"{where}: follow_ups: {sorted(wrong)[0]!r} has a title or words, but not both")
        who = need(entry, "who", where)
        buttons = {name: need(need(entry, name, where), "title", f"{where}: {name}") for name in ("in_danger", "safe_again", "more")}
        made = cls(
            in_danger=Choice(buttons["in_danger"], (("answer", "in_danger"),), _tier(entry["in_danger"], where)),
            safe_again=Choice(buttons["safe_again"], (("answer", "safe_again"),)),
            more=Choice(buttons["more"], (("ask", "more"),)),
            who=Question(
                "who",
                need(who, "ask", where),
                who["ask"],
                tuple(Choice(t, (("audience", a),)) for a, t in need(who, "answers", where).items()),
            ),
            what=need(entry["worries"], "ask", where),
            worries=worries,
            questions={name: _question(name, q, f"{where}: questions: {name}") for name, q in need(entry, "questions", where).items()},
            titles=titles,
            offers=offers,
            for_topic=for_topic,
            in_emergency=tuple(in_emergency),
            quiet=frozenset(need(entry, "no_follow_ups", where)),
            shown=int(need(entry, "shown", where)),
            by_payload={},
        )
        for choice in made._every(follow_ups):
            made.by_payload[choice.payload] = choice
        return made

    def _every(self, follow_ups):
        yield from (self.in_danger, self.safe_again, self.more, *self.who.answers)
        for lines in self.worries.values():
            yield from lines
        for question in self.questions.values():
            yield from question.answers
        for name, abouts in follow_ups.items():
            yield Choice("", (("ask", name),))
            for about in abouts:
                yield Choice("", (("ask", name), ("about", about)))

    @property
    def payloads(self) -> frozenset[str]:
        """Every payload that may be tapped."""
        return frozenset(self.by_payload)

    def chosen(self, pairs: dict[str, str]) -> Choice | None:
        """The choice that a payload's entities stand for, whatever their order."""
        return self.by_payload.get(Choice("", tuple(pairs.items())).payload)

    def question(self, case: Case, asked: tuple[str, ...] = ()) -> Question | None:
        """The one routing question worth asking now, if any; each is asked once."""
        if case.urgency is Urgency.EMERGENCY or case.topic == "danger_over":
            return None
        return next((q for q in self.questions.values() if q.name not in asked and q.fits(case) and q.words(case)), None)

    def suits(self, name: str, audience: str) -> bool:
        """Whether a follow-up is for this reader: how to talk to your child is not for a friend. Some are offered to nobody and may be asked for."""
        offered = {n for names in self.offers.values() for n in names}
        return audience == "unknown" or name not in offered or name in self.offers[audience] or name in ASKED_BY_ALL

    def follow_up(self, name: str, audience: str) -> Choice:
        """The button for a follow-up, worded for this reader."""
        words = self.titles[name]
        title = words.get(audience) or (words.get("adult") if audience in ADULTS else None) or words["title"]
        return Choice(title, (("ask", name),))

    def offer(self, case: Case, asked: tuple[str, ...] = ()) -> Offer:
        """What goes under the reply to a case."""
        if case.urgency is Urgency.EMERGENCY:
            return Offer(None, "", (*(self.follow_up(n, case.audience) for n in self.in_emergency), *self._way_out(case)))
        question, words, buttons = self.question(case, asked), "", []
        if question:
            words, buttons = question.words(case), [*question.answers]
        elif case.audience == "unknown":
            words, buttons = self.who.words(case), [*self.who.answers]
        elif case.topic == "vague_distress" and case.audience in self.worries:
            words, buttons = self.what, [*self.worries[case.audience]]
        buttons.append(self.in_danger)
        if case.topic not in self.quiet:
            reader = "young_person" if case.audience == "unknown" else case.audience
            named = [*self.for_topic.get(case.topic, []), *self.for_topic.get(case.worry, [])]
            names = dict.fromkeys([*(n for n in named if self.suits(n, reader)), *self.offers[reader]])
            room = min(self.shown, MOST - 1 - len(buttons))
            buttons += [self.follow_up(n, reader) for n in list(names)[:room]]
            buttons.append(self.more)
        return Offer(question.name if question else None, words, tuple(buttons[:MOST]))

    def after(self, case: Case, ask: str, abouts: dict[str, str], about: str | None = None) -> Offer:
        """What goes under a follow-up: the others of its kind, then the way on and the way out."""
        buttons = [Choice(title, (("ask", ask), ("about", about))) for about, title in abouts.items()]
        if len(buttons) > MOST and about:
            buttons = [self.follow_up(ask, case.audience)]  # one app's guide is read: the long list again only on asking
        return Offer(None, "", (*buttons, self.more, *self._way_out(case)))

    def about_a_low_mood(self, case: Case) -> Offer:
        """What goes under the answer to "this homework makes me want to die": whoever means it can say so with one tap."""
        reader = "young_person" if case.audience == "unknown" else case.audience
        low = (c for c in self.worries.get(reader, ()) if dict(c.chosen)["worry"] == "mental_health")
        return Offer(None, "", (*low, *self._way_out(case)))

    def _way_out(self, case: Case) -> tuple[Choice, ...]:
        """The button that changes the urgency, if one may."""
        if case.urgency is not Urgency.EMERGENCY:
            return (self.in_danger,)
        return () if case.life_at_risk or SUICIDE in (case.topic, case.worry) else (self.safe_again,)

    def menu(self, audience: str) -> tuple[Choice, ...]:
        """Every follow-up there is for this reader."""
        reader = "young_person" if audience == "unknown" else audience
        return tuple(self.follow_up(name, reader) for name in self.offers[reader])


def _tier(entry: dict, where: str, key: str = "urgency") -> Urgency | None:
    try:
        return Urgency.of(entry[key]) if key in entry else None
    except ValueError as error:
        raise ContentError(f"{where}: {error}") from None


def _question(name: str, entry: dict, where: str) -> Question:
    ask = need(entry, "ask", where)
    answers = need(entry, "answers", where)
    if set(answers) != set(ANSWERS):
        raise ContentError(f"{where}: answers are not {', '.join(ANSWERS)}")
    if wrong := {a.get("age") for a in answers.values()} - {None, *AGES}:
        raise ContentError(f"{where}: age {wrong.pop()!r} is not one of {', '.join(AGES)}")
    also = entry.get("also", {})
    if wrong := {*also} - ALSO | {*also.values()} - {*ANSWERS}:
        raise ContentError(f"{where}: also: {wrong.pop()!r}: only {', '.join(sorted(ALSO))}: yes, no or unsure")
    return Question(
        name=name,
        young=need(ask, "young", where),
        adult=ask.get("adult", ""),
        friend=ask.get("friend", ""),
        answers=tuple(
            Choice(need(a, "title", where), (("question", name), ("answer", word)), _tier(a, where), a.get("age"))
            for word, a in answers.items()
        ),
        topics=tuple(need(entry, "topics", where)),
        when=tuple(need(entry, "when", where)),
        readers=tuple(entry.get("readers", AUDIENCES)),
        only_unknown_age=entry.get("ages") == "unknown",
        higher=_tier(entry, where, "higher"),
        also=also,
    )
