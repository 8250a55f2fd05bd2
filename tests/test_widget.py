"""The widget's files, without a browser: every number is in the directory, one set of words, no size creeping up."""

import ast
import gzip
import html
import json
import re

import pytest

from actions.contacts import digits

SHORTEST = 3  # digits: what can be dialled has three or more; ages and the keypad's 55 have two
NOT_NUMBERS = {"2000", "2026"}  # letters read whole, and a year
BUDGET = 12 * 1024  # bytes of the element, gzipped; the aim is 8 KiB


@pytest.fixture(scope="module")
def files(root) -> dict[str, str]:
    found = {p.relative_to(root / "widget").as_posix(): p.read_text(encoding="utf-8") for p in (root / "widget").rglob("*") if p.is_file()}
    assert {"signpost.js", "chat.html", "chat.js", "chat.css", "private.html", "private.js", "strings/en.json", "strings/cy.json"} <= set(
        found
    )
    return found


def texts_of(name: str, text: str) -> str:
    """What a person may read or dial from a file: visible text of a page, strings of a script, all of a strings file."""
    links = "\n".join(re.findall(r"(?:tel|sms):(\d+)", text))
    if name.endswith((".html", ".svg")):
        text = html.unescape(re.sub(r"<!--.*?-->|<style.*?</style>|<[^>]*>", " ", text, flags=re.S))
    elif name.endswith(".js"):
        text = re.sub(r"`.*?`", " ", re.sub(r"/\*.*?\*/|^\s*//.*$", " ", text, flags=re.S | re.M), flags=re.S)
        text = "\n".join(re.findall(r"'[^'\n]*'|\"[^\"\n]*\"", text))
    elif name.endswith(".css"):
        text = " ".join(re.findall(r"content: *\"[^\"]*\"", text))
    return links + "\n" + text


def dialled(text: str) -> set[str]:
    numbers = {digits(n) for n in re.findall(r"\d[\d ,]*\d", re.sub(r"https?://\S+|#[0-9a-f]{3,6}", "", text))}
    return {n for n in numbers if len(n) >= SHORTEST} - NOT_NUMBERS


def test_every_number_in_every_served_file_is_in_the_directory(files, content):
    known = content.contacts.numbers()
    wrong = {name: found for name, text in files.items() if (found := dialled(texts_of(name, text)) - known)}
    assert wrong == {}


@pytest.mark.parametrize("name", ["x.html", "x.js", "x.json"])
def test_a_wrong_number_would_be_found(name, content):
    for text in ("<p>Call 0800 1112</p>", "'Call 0800 1112'", '{"a": "Call 0800 1112"}', '<a href="tel:08001112">'):
        if name.endswith("json") or ("<" in text) == (name == "x.html") or "tel" in text:
            assert dialled(texts_of(name, text)) - content.contacts.numbers() == {"08001112"}


def test_the_pages_with_numbers_do_have_them(files):
    for name in ("signpost.js", "chat.html", "private.html", "strings/en.json", "strings/cy.json", "demo/school.html", "demo/parents.html"):
        assert {"999", "08001111"} <= dialled(texts_of(name, files[name])), name


def test_links_dial_what_is_written_beside_them(files):
    for name, text in files.items():
        for href, words in re.findall(r'<a href="(?:tel|sms):(\d+)[^"]*">([^<]*)</a>', text):
            assert digits(words) == href, name
        if name.startswith("strings/"):
            for one in ways_in(text):
                number = re.match(r"(?:tel|sms):(\d+)", one["href"])
                assert not number or number[1] in {digits(n) for n in re.findall(r"\d[\d ]*\d", one["link"])}, name


def ways_in(strings: str) -> list[dict]:
    """Every link, with its words, of the people who can help."""
    return [way for one in json.loads(strings)["page"]["help"] for way in (one, *one.get("more", []))]


def addresses(name: str, text: str) -> set[str]:
    """What can be dialled, texted or opened from a file that names people who can help."""
    if name.startswith("strings/"):
        return {way["href"] for way in ways_in(text)}
    return set(re.findall(r'<a href="((?:tel|sms|https):[^"]+)"', text))


FALLBACKS = ["chat.html", "private.html", "demo/school.html", "demo/parents.html", "strings/en.json", "strings/cy.json", "docs/embed.md"]


@pytest.mark.parametrize("name", FALLBACKS)
def test_who_cannot_ring_finds_a_way_wherever_there_are_numbers(root, files, content, name):
    """And every address is the directory's."""
    text = files.get(name) or snippet_text((root / name).read_text(encoding="utf-8"))
    directory = {way.href for contact in content.contacts for way in contact.ways}
    found = addresses(name, re.sub(r'<a class="leave".*', "", text))
    assert {"tel:999", "https://999bsl.co.uk", "sms:85258?body=SHOUT"} <= found <= directory


def english_in(script: str) -> dict:
    """The copy of the page's words inside the element: a JavaScript literal that is nearly Python."""
    literal = re.search(r"const ENGLISH = (\{.*?\n  \})\n", script, flags=re.S)[1]
    return ast.literal_eval(re.sub(r"([{,]\s*)(\w+): ", r"\1'\2': ", literal))


def test_the_elements_own_english_is_that_of_the_strings_file(files):
    assert english_in(files["signpost.js"]) == json.loads(files["strings/en.json"])["page"]


def shape(value):
    """Keys and kinds; a list of things as the shape of each."""
    if isinstance(value, dict):
        return {k: shape(v) for k, v in value.items()}
    return [shape(v) for v in value] if isinstance(value, list) else type(value).__name__


def test_every_language_has_every_string_and_no_more(files):
    english = json.loads(files["strings/en.json"])
    for name in (n for n in files if n.startswith("strings/")):
        other = json.loads(files[name])
        assert other["lang"] == name.removeprefix("strings/").removesuffix(".json")
        for part in ("page", "talk"):
            assert shape(other[part]) == shape(english[part]), name
        hrefs = [one["href"] for one in other["page"]["help"]]
        assert hrefs == [one["href"] for one in english["page"]["help"]]
        assert other["talk"]["long"].count("{}") == other["talk"]["call"].count("{}") == 1


def test_welsh_waits_for_a_native_reviewer(files):
    assert "native" in json.loads(files["strings/cy.json"])["draft"] and json.loads(files["strings/en.json"])["draft"] is False


def test_a_starter_is_a_choice_the_server_obeys_under_the_same_name(files, content):
    for name in (n for n in files if n.startswith("strings/")):
        talk = json.loads(files[name])["talk"]
        for starter in talk["starters"] + talk["starters_parent"]:
            assert starter["payload"] in content.choices.payloads, name
            if name == "strings/en.json":
                assert starter["title"] == content.choices.by_payload[starter["payload"]].title


def test_every_string_is_used(files):
    code = files["chat.js"] + files["signpost.js"]
    english = json.loads(files["strings/en.json"])
    names = {*english["page"], *english["talk"]} - {"greeting_parent", "starters_parent", "write_parent"}
    assert [n for n in names if not re.search(rf"(say|talk|page|words|w)(\.|\[`){n}\b", code)] == []


def test_the_element_stays_small(files):
    size = len(gzip.compress(files["signpost.js"].encode(), 9, mtime=0))
    assert size <= BUDGET, f"{size} bytes gzipped"


def test_the_colours_that_contrast_is_measured_with_are_those_that_are_drawn(files):
    drawn = files["chat.css"].split("@media")[0]
    for name, colour in re.findall(r"(\w+): '#(\w+)'", re.search(r"const FIXED = (.*)", files["signpost.js"])[1]):
        shown = re.search(rf"--{name}: #(\w+);", drawn)[1]
        assert colour == (shown * 2 if len(shown) == 3 else shown), name


def test_no_html_is_ever_parsed_and_nothing_is_stored(files):
    never = r"innerHTML|outerHTML|insertAdjacent|document\.write|srcdoc|\beval\b|new Function|localStorage|sessionStorage|document\.cookie|indexedDB|caches\."
    for name in ("signpost.js", "chat.js", "private.js"):
        assert not re.search(never, files[name]), name


def test_nothing_is_loaded_from_anybody_else(files):
    for name, text in files.items():
        assert not re.findall(r"(?:src|srcset|@import|url\()\s*[=(]?\s*[\"']?(?:https?:)?//", text), name
        assert not re.search(r"<link[^>]+href=\"(?:https?:)?//", text), name


def test_there_is_no_emoji(files):
    for name, text in files.items():
        assert not re.search("[\U0001f000-\U0001faff\u2600-\u27bf]", text), name


def test_the_guide_names_every_attribute_and_property(root, files):
    guide = (root / "docs/embed.md").read_text(encoding="utf-8")
    attributes = set(re.findall(r"(?:get|has)Attribute\('(\w+)'\)", files["signpost.js"])) | {"lang", "dir"}
    properties = set(re.findall(r"--signpost-([a-z]+(?:-[a-z]+)?)", files["signpost.js"] + files["chat.css"]))
    assert len(properties) == 8
    assert [a for a in sorted(attributes) if f"`{a}`" not in guide] == []
    assert [p for p in sorted(properties) if f"--signpost-{p}" not in guide] == []


def literal(path, name: str) -> str:
    """A constant of a Python file that may not be imported here."""
    return next(
        ast.literal_eval(n.value)
        for n in ast.parse(path.read_text(encoding="utf-8")).body
        if getattr(n, "targets", [None])[0] and n.targets[0].id == name
    )


def snippet_text(text: str) -> str:
    """The first <signpost-chat> and the script after it."""
    return re.search(r"<signpost-chat.*?</script>", text, flags=re.S)[0]


def snippet(text: str) -> list[str]:
    """Its tags, as a browser understands them."""
    return [re.sub(r"\s*>", ">", tag) for tag in re.findall(r"<[^>]+>", snippet_text(text))]


def test_the_snippet_in_the_guide_is_the_one_that_is_tested(root):
    """But for the words inside the element, which are the school's."""
    guide = (root / "docs/embed.md").read_text(encoding="utf-8")
    tested = literal(root / "tests/browser/chat_page.py", "SNIPPET").format(ours="https://signpost.example", attributes="")
    assert snippet(guide) == snippet(tested)
    for href, words in re.findall(r'<a href="tel:(\d+)">([^<]*)</a>', guide):
        assert digits(words) == href
    assert {"999", "08001111", "101"} <= set(re.findall(r"tel:(\d+)", guide))
