"""The directory: no wrong digit, no stale fact, and a clear error with file and key when a line is wrong."""

import datetime

import pytest
import yaml

from actions.contacts import ContactDirectory, ContentError, digits
from actions.content import ROOT

TODAY = datetime.date(2026, 11, 23)
GOOD = {
    "id": "childline",
    "name": "Childline",
    "why": {"default": "Someone to talk to"},
    "ways": [{"kind": "voice", "number": "0800 1111"}],
    "for": {"audiences": ["young_person"], "maximum_age": 18},
    "nations": ["wales"],
    "source": "https://www.childline.org.uk",
    "assured_date": TODAY,
}
# Checked by hand against the safeguarding fact sheet, digit by digit; the file must agree with this second copy.
NUMBERS = {
    "999": ["999"], "999_silent": ["999"], "relay_uk": ["18000", "18001101"], "relay_uk_101": ["18001101"], "101": ["101", "18001101"],
    "childline": ["08001111"], "nspcc": ["08088005000"], "samaritans": ["116123"], "shout": ["85258"],
    "papyrus": ["08000684141", "88247"], "nhs111": ["111"], "stop_it_now": ["08081000900"], "crimestoppers": ["0800555111"],
    "rph": ["03456000459"], "posh": ["03443814772"], "victim_support": ["08081689111"], "missing": ["116000"],
    "cambridgeshire_council": ["03450455203", "01733234724"], "cambridgeshire_council_professionals": ["03450451362", "01733234724"],
    "peterborough_council": ["01733864180"],
    "meic": ["08088023456", "84001"], "children_first": ["0800028 2233".replace(" ", "")], "lifeline": ["08088088000"],
}  # fmt: skip
WRONG = [  # what is broken                                   what the error names
    ({"name": ""}, "'name'"),
    ({"ways": [{"kind": "voice", "number": "0800 II11"}]}, "0800 II11"),
    ({"ways": [{"kind": "voice"}]}, "'number'"),
    ({"ways": [{"kind": "pigeon", "number": "1"}]}, "pigeon"),
    ({"ways": [{"kind": "web", "url": "http://childline.org.uk"}]}, "https"),
    ({"ways": [{"kind": "email", "address": "nobody"}]}, "nobody"),
    ({"ways": []}, "'ways'"),
    ({"for": {"audiences": ["teenager"]}}, "teenager"),
    ({"nations": ["cornwall"]}, "cornwall"),
    ({"source": "a leaflet"}, "source"),
    ({"source": None}, "'source'"),
    ({"assured_date": "soon"}, "assured_date"),
    ({"assured_date": TODAY - datetime.timedelta(days=367)}, "over a year old"),
    ({"why": {"urgent": "x"}}, "'default'"),
]


def directory(tmp_path, *entries):
    path = tmp_path / "contacts.yml"
    path.write_text(yaml.safe_dump({"contacts": list(entries)}), encoding="utf-8")
    return ContactDirectory(path, today=TODAY)


@pytest.mark.parametrize("change, named", WRONG)
def test_a_wrong_line_stops_the_start_and_names_file_and_key(tmp_path, change, named):
    with pytest.raises(ContentError) as error:
        directory(tmp_path, GOOD | change)
    assert named in str(error.value) and "contacts.yml" in str(error.value) and "childline" in str(error.value)


def test_the_same_contact_twice_is_an_error(tmp_path):
    with pytest.raises(ContentError, match="twice"):
        directory(tmp_path, GOOD, GOOD)


def test_a_missing_or_broken_file_is_named(tmp_path):
    with pytest.raises(ContentError, match=r"contacts\.yml: file is missing"):
        ContactDirectory(tmp_path / "contacts.yml", today=TODAY)
    (tmp_path / "contacts.yml").write_text("contacts: [\n", encoding="utf-8")
    with pytest.raises(ContentError, match="not readable as YAML"):
        ContactDirectory(tmp_path / "contacts.yml", today=TODAY)


def test_every_number_is_the_one_on_the_fact_sheet():
    everywhere = ContactDirectory(ROOT / "contacts.yml", *sorted((ROOT / "local").glob("*.yml")), today=TODAY)
    found = {c.id: [digits(w.number) for w in c.ways if w.number] for c in everywhere}
    assert {k: v for k, v in found.items() if v} == NUMBERS


def test_links_dial_and_text_what_is_printed(content):
    for contact in content.contacts:
        for way in contact.ways:
            if way.number:
                assert way.href.split(":")[1].split("?")[0] == digits(way.number), contact.id
    assert content.contacts["childline"].ways[0].href == "tel:08001111"
    assert content.contacts["shout"].ways[0].href == "sms:85258?body=SHOUT"


def test_age_audience_and_nation_decide_who_is_offered_a_contact(content):
    offered = content.contacts.offered
    assert "nhs111" not in offered(audience="young_person", nation="northern_ireland")
    assert "nhs111" in offered(audience="young_person", nation="wales")
    assert "nhs111" in offered(audience="young_person")
    assert "meic" not in offered(audience="young_person", nation="scotland")
    assert "childline" not in offered(audience="young_person", age=19)
    assert "stop_it_now" not in offered(audience="young_person", age=14)
    assert "posh" not in offered(audience="parent")


def test_the_directory_is_a_database_a_person_can_query(content):
    rows = list(content.contacts.db.query("select count(*) as n from contacts"))
    assert rows[0]["n"] == len(list(content.contacts))
