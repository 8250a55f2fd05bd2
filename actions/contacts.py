"""The contact directory: content/contacts.yml, checked line by line, held in an in-memory SQLite database.

In memory, not in a built file: thirty rows load in a few milliseconds, there is no file to go stale, missing or
read-only, and a copy of the process is a copy of the directory. `ContactDirectory.db` is an ordinary sqlite-utils
database, so a safeguarding lead can query or export it (`make contacts`).
"""

import datetime
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import sqlite_utils
import yaml

from actions.urgency import AUDIENCES, Urgency

KINDS = ("voice", "text", "web", "email")
NATIONS = ("england", "scotland", "wales", "northern_ireland")
STALE_AFTER = datetime.timedelta(days=366)


class ContentError(ValueError):
    """Something in content/ is wrong. The message names the file and the key."""


class StaleError(ContentError):
    """A contact was last checked over a year ago; or the clock is wrong, which a program cannot tell."""


@dataclass(frozen=True)
class Way:
    """One way to reach a contact. `href` is tel:, sms:, https: or mailto:; `label` is what a person reads."""

    kind: str
    label: str
    href: str
    number: str = ""


@dataclass(frozen=True)
class Contact:
    """One entry of the directory. `ways` is best first and never empty."""

    id: str
    name: str
    why: tuple[tuple[str, str], ...]
    ways: tuple[Way, ...]
    audiences: tuple[str, ...]
    nations: tuple[str, ...]
    minimum_age: int
    maximum_age: int
    stands_before: str = ""  # in a local overlay: the contact of the whole country that this one stands before

    def why_for(self, urgency: Urgency) -> str:
        """What the contact is for, in the words of this tier."""
        reasons = dict(self.why)
        return reasons.get(urgency.word, reasons["default"])

    def card(self, urgency: Urgency) -> dict:
        """The contact as it stands in a card: id, name, number, href, why, and every further way."""
        first = self.ways[0]
        return {
            "id": self.id,
            "name": self.name,
            "number": first.number or first.label,
            "href": first.href,
            "why": self.why_for(urgency),
            "ways": [{"kind": w.kind, "label": w.label, "href": w.href} for w in self.ways],
        }

    def in_words(self) -> str:
        """Name and first way, for a text that must do without links: "Childline: 0800 1111"."""
        first = self.ways[0]
        return f"{self.name}: {first.number if first.kind == 'voice' else first.label}"


def digits(number: str) -> str:
    """Only the digits, so that "0800 1111" and "08001111" compare equal."""
    return re.sub(r"\D", "", str(number))


def load_yaml(path: Path):
    """Read one content file. Raises ContentError naming the file when it is missing or not YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except FileNotFoundError:
        raise ContentError(f"{path}: file is missing") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: not readable as YAML: {error}") from None


def need(entry: dict, key: str, where: str):
    """The value at key. Raises ContentError when it is absent or empty."""
    if not isinstance(entry, dict) or entry.get(key) in (None, "", [], {}):
        raise ContentError(f"{where} has no {key!r}")
    return entry[key]


def _way(entry: dict, where: str) -> Way:
    kind = need(entry, "kind", where)
    if kind in ("voice", "text"):
        number = str(need(entry, "number", where))
        if not re.fullmatch(r"\d[\d ]*", number):
            raise ContentError(f"{where}: number {number!r} holds something that is not a digit or a space")
        scheme = "tel" if kind == "voice" else "sms"
        body = f"?body={quote(entry['body'])}" if entry.get("body") else ""
        return Way(kind, entry.get("label", number), f"{scheme}:{digits(number)}{body}", number)
    if kind == "web":
        url = need(entry, "url", where)
        if urlsplit(url).scheme != "https" or not urlsplit(url).netloc:
            raise ContentError(f"{where}: url {url!r} is not an https address")
        return Way(kind, entry.get("label", urlsplit(url).netloc), url)
    if kind == "email":
        address = need(entry, "address", where)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", address):
            raise ContentError(f"{where}: address {address!r} is not an e-mail address")
        return Way(kind, entry.get("label", address), f"mailto:{address}")
    raise ContentError(f"{where}: kind {kind!r} is not one of {', '.join(KINDS)}")


def _contact(entry: dict, path: Path, today: datetime.date | None) -> Contact:
    contact_id = str(need(entry, "id", f"{path}: a contact"))
    where = f"{path}: contact {contact_id!r}"
    why = need(entry, "why", where)
    need(why, "default", f"{where}: 'why'")
    offered = need(entry, "for", where)
    audiences = need(offered, "audiences", f"{where}: 'for'")
    nations = need(entry, "nations", where)
    for value, allowed, key in ((audiences, AUDIENCES, "audiences"), (nations, NATIONS, "nations")):
        if wrong := [v for v in value if v not in allowed]:
            raise ContentError(f"{where}: {key} {wrong[0]!r} is not one of {', '.join(allowed)}")
    if urlsplit(need(entry, "source", where)).scheme != "https":
        raise ContentError(f"{where}: source is not an https address")
    assured = need(entry, "assured_date", where)
    if not isinstance(assured, datetime.date):
        raise ContentError(f"{where}: assured_date {assured!r} is not a date like 2026-11-23")
    if today and today - assured > STALE_AFTER:
        raise StaleError(f"{where}: assured_date {assured} is over a year old; check {entry['source']} again")
    return Contact(
        id=contact_id,
        name=need(entry, "name", where),
        why=tuple(why.items()),
        ways=tuple(_way(w, f"{where}: ways") for w in need(entry, "ways", where)),
        audiences=tuple(audiences),
        nations=tuple(nations),
        minimum_age=int(offered.get("minimum_age", 0)),
        maximum_age=int(offered.get("maximum_age", 120)),
        stands_before=entry.get("stands_before", ""),
    )


class ContactDirectory:
    """Every contact, queried through SQLite.

    Raises ContentError, naming file and key, when an entry is malformed or repeated, and StaleError when one is stale on
    `today`; None asks for no such check.
    """

    def __init__(self, *paths: Path, today: datetime.date | None):
        # Actions run in worker threads; SQLite serialises its own calls.
        self.db = sqlite_utils.Database(sqlite3.connect(":memory:", check_same_thread=False))
        self._contacts: dict[str, Contact] = {}
        for path in paths:
            self._add(path, today)
        self._local: dict[str, list[str]] = {}
        for contact in self:
            if contact.stands_before:
                if contact.stands_before not in self:
                    raise ContentError(f"contact {contact.id!r} stands before {contact.stands_before!r}, which is not in the directory")
                self._local.setdefault(contact.stands_before, []).append(contact.id)

    def _add(self, path: Path, today: datetime.date | None) -> None:
        contacts = [_contact(e, path, today) for e in need(load_yaml(path), "contacts", str(path))]
        for contact in contacts:
            if contact.id in self._contacts:
                raise ContentError(f"{path}: contact {contact.id!r} is there twice")
            self._contacts[contact.id] = contact
        self.db["contacts"].insert_all(
            ({"id": c.id, "name": c.name, "minimum_age": c.minimum_age, "maximum_age": c.maximum_age} for c in contacts),
            pk="id",
        )
        for table, field in (("audiences", "audience"), ("nations", "nation")):
            self.db[table].insert_all(
                ({"contact": c.id, field: value} for c in contacts for value in getattr(c, table)),
                pk=("contact", field),
                foreign_keys=[("contact", "contacts")],
            )
        self.db["ways"].insert_all(
            {"contact": c.id, "place": i, "kind": w.kind, "label": w.label, "href": w.href, "number": w.number}
            for c in contacts
            for i, w in enumerate(c.ways)
        )

    def __contains__(self, contact_id: str) -> bool:
        return contact_id in self._contacts

    def __iter__(self):
        return iter(self._contacts.values())

    def __getitem__(self, contact_id: str) -> Contact:
        return self._contacts[contact_id]

    def local(self, contact_id: str) -> list[str]:
        """Contacts of a local overlay that stand before this one."""
        return self._local.get(contact_id, [])

    def offered(self, *, audience: str, nation: str | None = None, age: int | None = None) -> list[str]:
        """Ids of the contacts open to this reader. No nation or age given: nobody is shut out by it."""
        rows = self.db.query(
            """
            select contacts.id from contacts
            join audiences on audiences.contact = contacts.id and audiences.audience = :audience
            where (:age is null or :age between minimum_age and maximum_age)
              and (:nation is null or exists
                   (select 1 from nations where nations.contact = contacts.id and nation = :nation))
            """,
            {"audience": audience, "nation": nation, "age": age},
        )
        return [row["id"] for row in rows]

    def fill(self, text: str) -> str:
        """Replace {contact id} by its number, or by the words for its first way."""
        return re.sub(r"\{(\w+)\}", lambda m: self[m[1]].ways[0].number or self[m[1]].ways[0].label, text)

    def numbers(self) -> set[str]:
        """Every telephone and text number, digits only: what any text of ours may print."""
        rows = self.db.query("select number from ways where number != ''")
        return {digits(row["number"]) for row in rows}
