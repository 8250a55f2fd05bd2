"""Everything Signpost says, read from content/ and checked at start: words, advice, routes, contacts, choices.

Changing a word needs no training and no code. A file that is malformed, incomplete or stale stops the start with
ContentError, which names file and key.
"""

import datetime
import itertools
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from actions.cards import WHYS, YEARS, Advice, Case, compose, safety_reply
from actions.choices import Choices, Offer
from actions.contacts import NATIONS, ContactDirectory, ContentError, load_yaml, need
from actions.follow_ups import GROWN_UPS, INSTEAD, VOICES, FollowUps, load_follow_ups
from actions.urgency import AUDIENCES, WORDS, Urgency

# The answer to "this homework makes me want to die", which may be meant.
WAY_OF_SPEAKING = "way_of_speaking"
WONT_GO = "wont_go"  # the answer to who will not go to a meeting that was told
# Follow-ups that no button of their own asks for: what somebody says asks for them (actions/asks.py).
UNASKED = (
    "more", "refusal", "the_number", "lost_temper", "hurt_now", "nearly_hurt", WAY_OF_SPEAKING, "casualty", "anothers_life", "suspected", "saying_no", "coming_out", "bullied", "hacked",
    "somebody_knows", "knows_now", "help_called", "own_doing", "own_doing_now", WONT_GO, "they_know", "at_help", "ring_again", "no_credit",
    "worth_telling", "call_anyway", "on_the_line", "rings_back", "no_phone", "hurt_myself", "checked_over",
    "not_too_late", "pregnant", "their_fate", "in_short", "anothers_low", "no_name", "fire_or_water",
)  # fmt: skip
# Follow-ups that say nothing of what to do now: beside "they want to meet" the reader still needs "don't go".
BESIDE_THE_STEPS = frozenset(
    [
        "is_this_ok",
        "saying_no",
        "somebody_knows",
        "knows_now",
        WONT_GO,
        "they_know",
        "ring_again",
        "no_credit",
        "worth_telling",
        "call_anyway",
        "on_the_line",
        "rings_back",
        "no_phone",
        "not_too_late",
        "their_fate",
        "no_name",
    ]
)
ROOT = Path(os.environ.get("SIGNPOST_CONTENT") or Path(__file__).resolve().parent.parent / "content")


@dataclass(frozen=True)
class Topic:
    """One topic's advice. `tiers` are those the topic can really have; others borrow the nearest."""

    slug: str
    title: str
    tiers: tuple[Urgency, ...]
    reviewed: str
    advice: dict[tuple[str, Urgency], Advice] = field(repr=False)

    def for_reader(self, voice: str, urgency: Urgency) -> Advice:
        """The advice that fits best. voice: Case.reads.

        A tier the topic does not have borrows the next one up that it has, or else the next one down: a reader is
        never left without words. A grown-up who has no words of their own here gets those of the young.
        """
        tier = min((t for t in self.tiers if t >= urgency), default=max(self.tiers))
        return self.advice.get((voice, tier)) or self.advice[INSTEAD[voice], tier]


@dataclass(frozen=True)
class Content:
    """All that can be said. Build with `load_content()`."""

    contacts: ContactDirectory
    topics: dict[str, Topic]
    words: dict
    routes: dict
    choices: Choices
    follow_ups: FollowUps
    nation: str | None = None  # where this server's readers are, unless they say otherwise

    def follow_up(self, ask: str, about: str | None, case: Case, *, signs: Iterable[str] | None, tapped: str | None) -> Advice | None:
        """The words of a follow-up, as FollowUps.advice; None where this reader has none. What is urgent keeps its own steps below signs and ways to say no."""
        said = self.follow_ups.advice(ask, about, case, route=self.route(case), signs=signs, tapped=tapped)
        if said is None or ask not in BESIDE_THE_STEPS or case.urgency < Urgency.URGENT or case.topic not in self.topics:
            return said
        # Who will not go needs no steps for who is on the way.
        tier = Urgency.URGENT if ask == WONT_GO else case.urgency
        if case.grown_friend and (case.reads, tier) not in self.topics[case.topic].advice:
            return said  # the steps of a young friend are not for them
        own = self.topics[case.topic].for_reader(case.reads, tier)
        return replace(said, steps=(*said.steps, *own.steps), avoid=(*own.avoid, *said.avoid), tell=said.tell or own.tell)

    def offer(
        self, case: Case, *, asked: Iterable[str] = (), ask: str | None = None, about: str | None = None, tapped: str | None = None
    ) -> Offer:
        """What goes under a reply: after a follow-up, its own further buttons."""
        if ask == "more":
            return Offer(None, "", (*self.choices.menu(case.audience), self.choices.in_danger))
        if ask == WAY_OF_SPEAKING:
            return self.choices.about_a_low_mood(case)
        if ask == "coming_out":  # nothing is wrong, and nobody is asked whether they are safe
            return Offer(None, "", (self.choices.more, self.choices.in_danger))
        if ask and ask not in UNASKED:
            others = self.follow_ups.next_abouts(ask, case, tapped)
            return self.choices.after(case, ask, {i: title for i, title in others.items() if i != about}, about)
        return self.choices.offer(case, tuple(asked))

    def fill(self, text: str) -> str:
        """Replace {contact id} by its number from the directory."""
        return self.contacts.fill(text)

    def route(self, case: Case) -> list[str]:
        """Contact ids in the order to show. First is the headline; 999 is always among them.

        The contacts of an earlier worry stay in view when the topic is only "thanks" or "how do I report".
        """
        tier = case.urgency.word
        ids = list(self.routes["by_urgency"][tier][case.sent_as])
        first, add = [], []
        for name in dict.fromkeys((case.topic, case.worry)):
            extra = self.routes["by_topic"].get(name, {})
            if tier in extra.get("urgency", WORDS):
                first += (case.young and extra.get("first_young")) or extra.get("first", [])
                add += extra.get("add", [])
        if case.despair:
            add += self.routes["despair"]["add"]
        for_adults = self.routes["by_age"]["adult"]
        if case.grown_up and not {case.topic, case.worry} & set(for_adults["not_for"]):
            add += for_adults["add"]
            if tier in for_adults["urgency"] and {case.topic, case.worry} & set(for_adults["first_for"]):
                first += for_adults["first"]
        add += self.routes["by_nation"].get(case.nation, {}).get("add", [])
        if case.urgency is Urgency.EMERGENCY:
            no_voice = self.routes["no_bsl" if case.no_bsl else "deaf"] if case.deaf else ()
            ids = ["999", *no_voice, *first, *ids[1:], *add]
        else:
            # 999 closes the list: always there, and no false alarm at the top.
            ids = [*first, *(i for i in ids if i != "999"), *add, "999"]
        open_to = set(self.contacts.offered(audience=case.sent_as, nation=case.nation, age=case.years))
        if case.named in open_to and case.named != "999":  # 999 heads an emergency and nothing else
            ids.insert(case.urgency is Urgency.EMERGENCY, case.named)
        ids = [near for i in ids for near in (*self.contacts.local(i), i)]
        always = set(self.routes["by_urgency"][tier][case.sent_as]) | set(first)
        return [i for i in dict.fromkeys(ids) if i in open_to or i in always]


def _lines(value, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(line, str) and line.strip() for line in value):
        raise ContentError(f"{where} is not a list of sentences")
    return tuple(line.strip() for line in value)


def _advice(entry: dict, where: str) -> Advice:
    unknown = set(entry) - {"say", "steps", "avoid", "tell"}
    if unknown:
        raise ContentError(f"{where} has an unknown key {sorted(unknown)[0]!r}")
    return Advice(
        say=need(entry, "say", where).strip(),
        steps=_lines(need(entry, "steps", where), f"{where}: 'steps'"),
        avoid=_lines(entry.get("avoid", []), f"{where}: 'avoid'"),
        tell=entry.get("tell", "").strip(),
    )


def reviewed_by(entry: dict, where: str) -> str:
    """ "unreviewed", or the role and date. Raises ContentError when it is neither."""
    reviewed = need(entry, "reviewed", where)
    if reviewed == "unreviewed":
        return "unreviewed"
    if isinstance(reviewed, dict) and reviewed.get("by") and isinstance(reviewed.get("on"), datetime.date):
        return f"{reviewed['by']}, {reviewed['on']}"
    raise ContentError(f"{where}: 'reviewed' is neither 'unreviewed' nor {{by: role, on: date}}")


def _topic(path: Path) -> Topic:
    entry = load_yaml(path)
    where = str(path)
    if need(entry, "topic", where) != path.stem:
        raise ContentError(f"{where}: topic {entry['topic']!r} is not the file's name")
    try:
        tiers = tuple(sorted(Urgency.of(t) for t in need(entry, "tiers", where)))
    except ValueError as error:
        raise ContentError(f"{where}: 'tiers': {error}") from None
    advice = {}
    for voice in (*VOICES, *(v for v in GROWN_UPS if v in entry)):
        blocks = need(entry, voice, where)
        if wrong := set(blocks) - {t.word for t in tiers}:
            raise ContentError(f"{where}: {voice} has {sorted(wrong)[0]!r}, which is not among its tiers")
        for tier in tiers if voice not in GROWN_UPS else [t for t in tiers if t.word in blocks]:
            advice[voice, tier] = _advice(need(blocks, tier.word, f"{where}: {voice}"), f"{where}: {voice}: {tier.word}")
    return Topic(path.stem, need(entry, "title", where), tiers, reviewed_by(entry, where), advice)


def _check_routes(routes: dict, contacts: ContactDirectory, path: Path) -> None:
    def known(ids, where):
        for contact_id in ids:
            if contact_id not in contacts:
                raise ContentError(f"{path}: {where} names {contact_id!r}, which is not in the directory")

    for tier in WORDS:
        by_audience = need(need(routes, "by_urgency", str(path)), tier, f"{path}: by_urgency")
        for audience in AUDIENCES:
            ids = need(by_audience, audience, f"{path}: by_urgency: {tier}")
            known(ids, f"by_urgency: {tier}: {audience}")
            if "999" not in ids:
                raise ContentError(f"{path}: by_urgency: {tier}: {audience} lacks 999")
    known(need(need(routes, "despair", str(path)), "add", f"{path}: despair"), "despair")
    for part in ("deaf", "no_bsl"):
        known(need(routes, part, str(path)), part)
    for part in ("by_topic", "by_nation"):
        for name, extra in need(routes, part, str(path)).items():
            known([*extra.get("first", []), *extra.get("first_young", []), *extra.get("add", [])], f"{part}: {name}")
            if wrong := set(extra.get("urgency", [])) - set(WORDS):
                raise ContentError(f"{path}: {part}: {name}: urgency {sorted(wrong)[0]!r} is not a tier")
    for_adults = need(need(routes, "by_age", str(path)), "adult", f"{path}: by_age")
    known([*need(for_adults, "first", f"{path}: by_age: adult"), *need(for_adults, "add", f"{path}: by_age: adult")], "by_age: adult")
    for key in ("first_for", "urgency", "not_for"):
        need(for_adults, key, f"{path}: by_age: adult")
    if wrong := set(routes["by_nation"]) - set(NATIONS):
        raise ContentError(f"{path}: by_nation: {sorted(wrong)[0]!r} is not a nation")


def _check_slots(value, contacts: ContactDirectory, where: str) -> None:
    """Every {name} in a sentence is a contact of the directory."""
    if isinstance(value, str):
        for name in re.findall(r"\{(\w+)\}", value):
            if name not in contacts:
                raise ContentError(f"{where}: {{{name}}} is not in the directory")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_slots(inner, contacts, f"{where}: {key}")
    elif isinstance(value, list):
        for inner in value:
            _check_slots(inner, contacts, where)


def _try_words(content: Content, where: str) -> None:
    """Compose each kind of reply once, the safety card before all: a missing word stops the start and not somebody's reply."""
    try:
        for tier, reader in itertools.product(Urgency, AUDIENCES):
            for why in WHYS:
                safety_reply(content, why=why, urgency=tier, audience=reader)
            for topic in content.topics:
                compose(Case(topic, tier, reader, worry="runaway_missing"), content)
            for age, deaf, worry in itertools.product((None, "adult", *YEARS), (False, True), ("", "runaway_missing")):
                case = Case("vague_distress", tier, reader, worry=worry, age=age, deaf=deaf, despair=True)
                compose(case, content, again=int(not worry), personal=True, foreign=True)
            for topic, again in itertools.product(("secrecy", "vague_distress", "adult_own_thoughts"), range(1, 4)):
                compose(Case(topic, tier, reader), content, again=again)
    except (LookupError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise ContentError(f"{where}: words are missing: {error!r}") from None


def _overlays(root: Path, local: Iterable[str]) -> list[Path]:
    there = {path.stem: path for path in sorted((root / "local").glob("*.yml"))}
    for name in local:
        if name not in there:
            raise ContentError(f"{root / 'local'}: no overlay {name!r} (there are: {', '.join(there) or 'none'})")
    return [there[name] for name in local]


def load_content(root: Path = ROOT, *, today: datetime.date | None, nation: str | None = None, local: Iterable[str] = ()) -> Content:
    """Read and check content/. Raises ContentError, naming file and key, at the first thing that is wrong.

    nation: where the readers are, unless they say otherwise. local: names of overlays in content/local/ to add.
    """
    if nation and nation not in NATIONS:
        raise ContentError(f"nation {nation!r} is not one of {', '.join(NATIONS)}")
    contacts = ContactDirectory(root / "contacts.yml", *_overlays(root, local), today=today)
    words = load_yaml(root / "words.yml")
    reviewed_by(words, str(root / "words.yml"))
    _check_slots(words, contacts, str(root / "words.yml"))
    routes = load_yaml(root / "routes.yml")
    _check_routes(routes, contacts, root / "routes.yml")
    paths = sorted((root / "advice").glob("*.yml"))
    if not paths:
        raise ContentError(f"{root / 'advice'}: no advice files")
    for path in [*paths, *sorted((root / "follow_ups").glob("*.yml")), *sorted((root / "apps").glob("*.yml"))]:
        entry = load_yaml(path)
        reviewed_by(entry, str(path))
        _check_slots(entry, contacts, str(path))
    topics = {path.stem: _topic(path) for path in paths}
    for name in routes["by_topic"]:
        if name not in topics:
            raise ContentError(f"{root / 'routes.yml'}: by_topic: {name!r} has no advice file")
    follow_ups = load_follow_ups(root, contacts)
    choices = load_yaml(root / "choices.yml")
    reviewed_by(choices, str(root / "choices.yml"))
    choices = Choices.load(choices, {k: v for k, v in follow_ups.abouts.items() if k not in UNASKED}, str(root / "choices.yml"))
    for choice in choices.by_payload.values():
        if (topic := dict(choice.chosen).get("worry")) and topic not in topics:
            raise ContentError(f"{root / 'choices.yml'}: worries: {topic!r} has no advice file")
    content = Content(contacts, topics, words, routes, choices, follow_ups, nation)
    _try_words(content, str(root / "words.yml"))
    return content
