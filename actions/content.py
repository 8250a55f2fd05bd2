"""Everything Signpost says, read from content/ and checked at start: words, advice, routes, contacts, choices.

Changing a word needs no training and no code. A file that is malformed, incomplete or stale stops the start with
ContentError, which names file and key.
"""

import datetime
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from actions.contacts import NATIONS, ContactDirectory, ContentError, load_yaml, need
from actions.urgency import AUDIENCES, WORDS, Urgency

ROOT = Path(os.environ.get("SIGNPOST_CONTENT") or Path(__file__).resolve().parent.parent / "content")
VOICES = ("under_13", "young_person", "parent", "friend", "professional")


@dataclass(frozen=True)
class Advice:
    """What to say about one topic, to one reader, at one urgency."""

    say: str
    steps: tuple[str, ...]
    avoid: tuple[str, ...] = ()
    tell: str = ""


@dataclass(frozen=True)
class Topic:
    """One topic's advice. `tiers` are those the topic can really have; others borrow the nearest."""

    slug: str
    title: str
    tiers: tuple[Urgency, ...]
    reviewed: str
    advice: dict[tuple[str, Urgency], Advice] = field(repr=False)

    def for_reader(self, audience: str, urgency: Urgency, *, under_13: bool = False) -> Advice:
        """The advice that fits best.

        An unknown reader gets the young person's words. A tier the topic does not have borrows the next one up
        that it has, or else the next one down: a reader is never left without words.
        """
        voice = "young_person" if audience == "unknown" else audience
        if under_13 and voice == "young_person":
            voice = "under_13"
        tier = min((t for t in self.tiers if t >= urgency), default=max(self.tiers))
        return self.advice[voice, tier]


@dataclass(frozen=True)
class Content:
    """All that can be said. Build with `load_content()`."""

    contacts: ContactDirectory
    topics: dict[str, Topic]
    words: dict
    routes: dict

    def fill(self, text: str) -> str:
        """Replace {contact id} by its number from the directory."""
        return re.sub(r"\{(\w+)\}", lambda m: self._number(m[1]), text)

    def _number(self, contact_id: str) -> str:
        way = self.contacts[contact_id].ways[0]
        return way.number or way.label

    def route(self, *, topic: str, audience: str, urgency: Urgency, worry: str = "", nation: str | None = None) -> list[str]:
        """Contact ids in the order to show. First is the headline; 999 is always among them.

        worry: an earlier topic whose contacts stay in view, when `topic` is only "thanks" or "how do I report".
        """
        ids = list(self.routes["by_urgency"][urgency.word][audience])
        first, add = [], []
        for name in dict.fromkeys((topic, worry)):
            extra = self.routes["by_topic"].get(name, {})
            if urgency.word in extra.get("urgency", WORDS):
                first += extra.get("first", [])
                add += extra.get("add", [])
        add += self.routes["by_nation"].get(nation, {}).get("add", [])
        if urgency is Urgency.EMERGENCY:
            ids = ["999", *first, *ids[1:], *add]
        else:
            # 999 closes the list: always there, and no false alarm at the top.
            ids = [*first, *(i for i in ids if i != "999"), *add, "999"]
        open_to = set(self.contacts.offered(audience=audience, nation=nation))
        always = set(self.routes["by_urgency"][urgency.word][audience]) | set(first)
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


def _reviewed(entry: dict, where: str) -> str:
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
    for voice in VOICES:
        blocks = need(entry, voice, where)
        if wrong := set(blocks) - {t.word for t in tiers}:
            raise ContentError(f"{where}: {voice} has {sorted(wrong)[0]!r}, which is not among its tiers")
        for tier in tiers:
            advice[voice, tier] = _advice(need(blocks, tier.word, f"{where}: {voice}"), f"{where}: {voice}: {tier.word}")
    return Topic(path.stem, need(entry, "title", where), tiers, _reviewed(entry, where), advice)


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
    for part in ("by_topic", "by_nation"):
        for name, extra in need(routes, part, str(path)).items():
            known([*extra.get("first", []), *extra.get("add", [])], f"{part}: {name}")
            if wrong := set(extra.get("urgency", [])) - set(WORDS):
                raise ContentError(f"{path}: {part}: {name}: urgency {sorted(wrong)[0]!r} is not a tier")
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


def load_content(root: Path = ROOT, *, today: datetime.date) -> Content:
    """Read and check content/. Raises ContentError, naming file and key, at the first thing that is wrong."""
    contacts = ContactDirectory(root / "contacts.yml", *sorted((root / "local").glob("*.yml")), today=today)
    words = load_yaml(root / "words.yml")
    _reviewed(words, str(root / "words.yml"))
    _check_slots(words, contacts, str(root / "words.yml"))
    routes = load_yaml(root / "routes.yml")
    _check_routes(routes, contacts, root / "routes.yml")
    paths = sorted((root / "advice").glob("*.yml"))
    if not paths:
        raise ContentError(f"{root / 'advice'}: no advice files")
    for path in paths:
        _check_slots(load_yaml(path), contacts, str(path))
    topics = {path.stem: _topic(path) for path in paths}
    for name in routes["by_topic"]:
        if name not in topics:
            raise ContentError(f"{root / 'routes.yml'}: by_topic: {name!r} has no advice file")
    return Content(contacts, topics, words, routes)
