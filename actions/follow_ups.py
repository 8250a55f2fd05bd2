"""What somebody may want to hear next: what happens if I call, words to say, a guide to an app … from content/follow_ups/ and content/apps/.

A follow-up takes the place of the topic's own advice in a reply; numbers, tier and route stay as they are. It is made
from labels and from what was tapped, never from what was typed.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from actions.cards import Advice, Case
from actions.choices import ADULTS
from actions.contacts import NATIONS, ContactDirectory, ContentError, load_yaml, need
from actions.topics import BY_SOMEBODY_NEAR
from actions.urgency import Urgency

VOICES = ("under_13", "young_person", "parent", "friend", "professional")
# Voices that a block need not have: an adult who was harmed, a grown-up whose child it isn't (Case.reads).
GROWN_UPS = ("adult", "grown_friend")
# Who reads a voice that a block does not have of its own.
INSTEAD = {
    "under_13": "young_person",
    "friend": "young_person",
    "professional": "parent",
    "adult": "young_person",
    "grown_friend": "friend",
}
SOMEBODY_NEAR = BY_SOMEBODY_NEAR | {"past_abuse"}  # of whom signs of strangers online say nothing
APP_KEYS = ("what_it_is", "age_rating", "block", "report", "private", "for_parents")


@dataclass(frozen=True)
class App:
    """One app or game's guide."""

    slug: str
    name: str
    aliases: tuple[str, ...]
    guide: Mapping
    source: str
    checked: datetime.date
    reviewed: str


@dataclass(frozen=True)
class FollowUps:
    """Every follow-up. `abouts`: {follow-up: {what it may be about: its button's title}}."""

    words: dict[str, dict]
    apps: dict[str, App]
    abouts: dict[str, dict[str, str]] = field(repr=False)

    def advice(
        self,
        ask: str,
        about: str | None,
        case: Case,
        *,
        route: Iterable[str] = (),
        signs: Iterable[str] | None = None,
        tapped: str | None = None,
    ) -> Advice | None:
        """The words of one follow-up; None when this reader has none, and the topic's own advice should be given.

        about: the contact, listener, app, case or nation; None for the likeliest. route: the contacts on the card.
        signs: warning signs found in what was just typed; None when a button was tapped.
        """
        maker: Callable | None = self._makers().get(ask) or (self._block if ask in self.words else None)
        if maker is None:
            return None
        return maker(self.words[ask], case, ask=ask, about=about, route=tuple(route), signs=signs, tapped=tapped)

    def _makers(self) -> dict[str, Callable]:
        """By follow-up, what makes its words; the rest are one block of words for each voice."""
        return {
            "more": self._more,
            "refusal": self._refusal,
            "the_number": self._the_number,
            "what_happens": self._what_happens,
            "words_to_say": self._words_to_say,
            "cant_speak": self._cant_speak,
            "did_not_work": self._did_not_work,
            "is_this_ok": self._is_this_ok,
            "app_guide": self._app_guide,
            "law": self._law,
            "only_one": self._only_one,
            "nation": self._nation,
        }

    def listeners(self, case: Case, tapped: str | None) -> list[str]:
        """To whom this reader may be given words for this worry: not every listener fits every worry."""
        entry = self.words["words_to_say"]
        group = entry["groups"].get(tapped or "", "general")
        return [
            who
            for who in self.abouts["words_to_say"]
            if group not in entry["left_out"].get(who, ()) and _own(entry[who]["general"], case.voice) is not None
        ]

    def next_abouts(self, ask: str, case: Case, tapped: str | None) -> dict[str, str]:
        """Buttons that lead on from a follow-up: {about: title}."""
        titles = self.abouts.get(ask, {})
        if ask == "words_to_say":
            return {who: titles[who] for who in self.listeners(case, tapped)}
        return titles

    def _more(self, entry, case, **_) -> Advice:
        return Advice(_group(entry["say"], case), ())

    def _refusal(self, entry, case, **_) -> Advice:
        return Advice(entry["say"], tuple(entry["steps"]))

    def _the_number(self, entry, case, *, about, **_) -> Advice:
        words = entry[about or "childline"]
        reach = _for_the_deaf(words, case) if case.deaf and "deaf" in words else _group(words, case)
        return Advice(f"{_group(entry['say'], case)} {reach}", ())

    def _what_happens(self, entry, case, *, about, route, **_) -> Advice:
        # "If I ring", from somebody young, is Childline; CEOP, which heads their route, has no telephone.
        young = case.audience not in ADULTS and not case.grown_up and case.urgency < Urgency.EMERGENCY and case.topic != "how_to_report"
        liked = [about, *(["childline"] if young else []), *route, "childline"]
        contact = next(i for i in liked if i in self.abouts["what_happens"])
        lines = _own(entry[contact], case.voice)
        return Advice(f"{entry['titles'][contact]}. {_group(entry['opening'], case)}", tuple(lines.values()))

    def _words_to_say(self, entry, case, *, about, route, tapped, **_) -> Advice:
        fitting = self.listeners(case, tapped)
        liked = [about, *(["dsl"] if about == "teacher" else []), *(["dsl"] if case.audience == "professional" else []), *route, *fitting]
        who = next(w for w in liked if w in fitting)
        sentences = entry[who].get(entry["groups"].get(tapped or "", "general")) or entry[who]["general"]
        sentence = _own(sentences, case.voice) or _own(entry[who]["general"], case.voice)
        return Advice(_own(entry["opening"], case.voice), (f"{entry['titles'][who]}: “{sentence}”",))

    def _cant_speak(self, entry, case, **_) -> Advice:
        size = "short" if case.urgency is Urgency.EMERGENCY else "lines"
        lines = _group(_for_the_deaf(entry, case)[size], case) if case.deaf else entry[case.voice][size]
        return Advice(lines[0], tuple(lines[1:]), silent=True)

    def _did_not_work(self, entry, case, *, about, **_) -> Advice:
        lines = entry[about or "general"][case.voice]
        return Advice(lines[0], tuple(lines[1:]))

    def _is_this_ok(self, entry, case, *, signs, **_) -> Advice:
        if not signs and {case.topic, case.worry} & SOMEBODY_NEAR:
            return Advice(_group(entry["near"], case), (), tell=_group(entry["ask_one"], case))
        named = {sign["id"]: sign for sign in entry["signs"]}
        found = [f"{_group(named[i]['named'], case)} {named[i]['why']}" for i in signs or () if i in named]
        if found:
            return Advice(_group(entry["intro"], case), tuple(found), tell=_group(entry["outro"], case))
        seen = tuple(entry["seen_by_adults"]["adult"]) if case.audience in ADULTS else ()
        every = (*(_group(named[i]["named"], case) for i in entry["main"]), *seen)
        if signs is None or case.urgency <= Urgency.INFO:
            return Advice(_group(entry["list"], case), every, tell=_group(entry["one_is_enough"], case))
        return Advice(_group(entry["none_found"], case), every, tell=_group(entry["one_is_enough"], case))

    def _app_guide(self, entry, case, *, about, **_) -> Advice:
        app = self.apps.get(about or "")
        guide = app.guide if app else entry["unknown_app"]
        opening = [guide["what_it_is"], *([guide["age_rating"], _group(entry["ages_change"], case)] if app else [])]
        steps = [_group(entry["before"], case)]
        steps += [f"{entry['labels'][key]}: {' '.join(guide[key])}" for key in ("block", "report", "private")]
        steps += guide["for_parents"] if app and case.audience in ADULTS else []
        steps += [_group(entry["after"], case), _group(entry["sexual_image"], case), _group(entry["no_answer"], case)]
        if app:
            steps.append(f"{entry['labels']['source']} {urlsplit(app.source).netloc}, {app.checked.strftime('%B %Y')}.")
        return Advice(" ".join(opening), tuple(steps))

    def _law(self, entry, case, **_) -> Advice:
        group = {"england": "england_wales", "wales": "england_wales"}.get(case.nation, case.nation)
        if group:
            return Advice(_group(entry[group], case), (_group(entry["uk"], case),))
        return Advice(_group(entry["uk"], case), (_group(entry["england_wales"], case), _group(entry["elsewhere"], case)))

    def _only_one(self, entry, case, **_) -> Advice:
        words = entry[case.voice]
        return Advice(words["say"], (*words["lines"], _group(entry["counted_by"], case)), tell=words["tell"])

    def _nation(self, entry, case, *, about, **_) -> Advice | None:
        nation = about or case.nation
        return Advice(_group(entry["say"], case), (_group(entry[nation], case),)) if nation else Advice(_group(entry["which"], case), ())

    def _block(self, entry, case, **_) -> Advice | None:
        words = _own(entry, "parent" if case.reads in entry.get("as_parent", ()) else case.reads)
        if not words:
            return None
        return Advice(words["say"], tuple(words["steps"]), tuple(words.get("avoid", ())), words.get("tell", ""))


def _own(words: Mapping, voice: str | None):
    """The words for a voice, or for the voices that read in its place; None when there are none."""
    return (words.get(voice) or _own(words, INSTEAD.get(voice))) if voice else None


def _group(words: Mapping, case: Case) -> str:
    """Words that have a form for the young and one for adults."""
    return words["adult" if case.audience in ADULTS else "young"]


def _for_the_deaf(words: Mapping, case: Case):
    """Words for a deaf reader; where these say to sign, others for who doesn't."""
    return words.get("no_bsl", words["deaf"]) if case.no_bsl else words["deaf"]


def _app(path: Path) -> App:
    entry, where = load_yaml(path), str(path)
    for key in (*APP_KEYS, "name", "aliases", "reviewed"):
        need(entry, key, where)
    for key in ("block", "report", "private", "for_parents", "aliases"):
        if not isinstance(entry[key], list) or not all(isinstance(line, str) for line in entry[key]):
            raise ContentError(f"{where}: {key!r} is not a list of sentences")
    if urlsplit(need(entry, "source", where)).scheme != "https":
        raise ContentError(f"{where}: source is not an https address")
    if not isinstance(need(entry, "checked_on", where), datetime.date):
        raise ContentError(f"{where}: checked_on {entry['checked_on']!r} is not a date like 2026-11-23")
    return App(path.stem, entry["name"], tuple(entry["aliases"]), entry, entry["source"], entry["checked_on"], str(entry["reviewed"]))


def load_follow_ups(root: Path, contacts: ContactDirectory) -> FollowUps:
    """Read content/follow_ups/ and content/apps/. Raises ContentError, naming file and key, at the first thing wrong.

    Every follow-up is made once for every reader here, so that a missing word stops the start and not somebody's reply.
    """
    words = {path.stem: load_yaml(path) for path in sorted((root / "follow_ups").glob("*.yml"))}
    apps = {path.stem: _app(path) for path in sorted((root / "apps").glob("*.yml"))}
    abouts: dict[str, dict[str, str]] = {
        name: {i: contacts.fill(title) for i, title in entry.get("titles", {}).items()} for name, entry in words.items()
    }
    abouts["app_guide"] = {slug: app.name for slug, app in apps.items()}
    for contact in abouts["what_happens"]:
        if contact not in contacts:
            raise ContentError(f"{root}/follow_ups/what_happens.yml: {contact!r} is not in the directory")
    if wrong := set(abouts["nation"]) ^ set(NATIONS):
        raise ContentError(f"{root}/follow_ups/nation.yml: titles: {sorted(wrong)[0]!r} is not a nation, or is missing")
    made = FollowUps(words, apps, abouts)
    signs = [sign["id"] for sign in words["is_this_ok"]["signs"]]
    for ask, titles in abouts.items():
        for about in (None, *titles):
            try:
                _try(made, ask, about, signs, words["words_to_say"]["groups"])
            except (KeyError, TypeError, AttributeError, StopIteration) as error:
                of = f" for {about!r}" if about else ""
                raise ContentError(f"{root}/follow_ups/{ask}.yml{of}: words are missing: {error!r}") from None
    return made


def _try(made: FollowUps, ask: str, about: str | None, signs: list[str], tapped: Iterable[str]) -> None:
    for audience in ("young_person", "unknown", "parent", "friend", "professional"):
        for age in (None, "under_13", "grown_up"):
            for urgency in (Urgency.EMERGENCY, Urgency.SUPPORT):
                for worry in (None, *tapped) if ask == "words_to_say" else (None,):
                    for deaf, no_bsl in ((False, False), (True, False), (True, True)):
                        case = Case("vague_distress", urgency, audience, age=age, deaf=deaf, no_bsl=no_bsl)
                        made.advice(ask, about, case, signs=signs, tapped=worry)
