"""One name everywhere, files where README says they are, and nothing borrowed from outside the repository."""

import re
import subprocess
import sys

import yaml

from actions.urgency import AUDIENCES, WORDS


def nlu_blocks(root):
    for path in sorted((root / "data/nlu").glob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            yield path, block


def examples(block) -> list[str]:
    return [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]


def test_each_topic_has_the_same_name_everywhere(root, intents):
    assert intents == {f.stem for f in (root / "content/advice").glob("*.yml")}
    assert intents == {f.stem for f in (root / "data/nlu").glob("*.yml")}
    rules = (root / "data/rules.yml").read_text(encoding="utf-8")
    assert intents | {"choose"} == set(re.findall(r"intent: (\w+)", rules))


def test_the_labelling_guide_names_every_topic(root, intents):
    guide = (root / "docs/labelling.md").read_text(encoding="utf-8")
    assert intents <= set(re.findall(r"`(\w+)`", guide))


def test_every_example_says_how_urgent_it_is_and_who_typed_it(root):
    for path, block in nlu_blocks(root):
        meta = block["metadata"]
        assert block["intent"] == path.stem
        assert meta["urgency"] in WORDS and meta["audience"] in AUDIENCES and meta["voice"], path


FEWEST = 500


def test_every_topic_has_enough_examples(root):
    counts = {}
    for path, block in nlu_blocks(root):
        counts[path.stem] = counts.get(path.stem, 0) + len(examples(block))
    assert {k: v for k, v in counts.items() if v < FEWEST} == {}
    assert f"at least {FEWEST} messages" in (root / "docs/content.md").read_text(encoding="utf-8")


def test_every_nlu_file_says_how_its_examples_were_written(root):
    for path in (root / "data/nlu").glob("*.yml"):
        assert "How these examples were written" in path.read_text(encoding="utf-8")[:400], path


def test_story_and_rule_names_are_unique_sentences(root):
    names = []
    for path, key in (("data/rules.yml", "rule"), ("data/stories.yml", "story")):
        data = yaml.safe_load((root / path).read_text(encoding="utf-8"))
        names += [entry[key] for entry in data[f"{key}s" if key == "rule" else "stories"]]
    assert len(names) == len(set(names)) and all(" " in name for name in names)


def test_deciding_needs_neither_rasa_nor_tensorflow(root):
    """The pure modules load without the server's world, so the channel can fall back on them."""
    pure = sorted(f"actions.{path.stem}" for path in (root / "actions").glob("*.py") if path.stem not in ("__init__", "actions"))
    assert len(pure) > 12
    code = (
        f"import sys; import {', '.join(pure)};"
        "bad = {m.split('.')[0] for m in sys.modules} & {'rasa', 'rasa_sdk', 'tensorflow', 'spacy', 'sklearn'}; sys.exit(str(bad) if bad else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True).stderr == ""


def test_readme_and_hazard_log_quote_the_evidence(root):
    """Figures that are written down twice drift apart; these are the ones that somebody decides by."""
    rows = [line.split(" | ") for line in (root / "docs/evidence.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    figures = {}
    for name, *cells in ([cell.strip("| ") for cell in row] for row in rows if len(row) > 3):
        figures.setdefault(name, [cell.split(" (")[0] for cell in cells[1:3]])  # the aim, Signpost, mistyped
    found, mistyped = figures["emergency recall"]
    chat, support, urgent = (figures[name][0] for name in ("false 999 headline on info and chat", "… on support", "… on urgent"))
    said = f"""{found} of emergencies are found ({mistyped} when heavily mistyped), 999 heads {chat} of answers to questions and small talk, {support} of worries and {urgent} of urgent messages, and {figures["required contacts on screen"][0]} of required contacts are on screen."""
    assert said in (root / "README.md").read_text(encoding="utf-8")
    missed, when_mistyped = (f"{100 - float(share.rstrip(' %')):.1f} %" for share in (found, mistyped))
    said = f"Of the emergencies in our held-out sets {missed} are not headed by 999, and {when_mistyped} when heavily mistyped"
    assert said in (root / "docs/safeguarding.md").read_text(encoding="utf-8")


def test_make_and_the_recogniser_know_the_same_files_that_training_depends_on(root):
    """One that make forgets would be served by a stale model, one that the recogniser forgets by a stale cache."""
    from addons import lean

    lean.install()
    from addons.recogniser import TRAINS_WITH

    made = re.search(r"^TRAINED_ON := (.*?)\n(?!\t)", (root / "Makefile").read_text(encoding="utf-8"), re.M | re.S)[1]
    assert set(re.findall(r"(\w+)\.py", made)) == {*TRAINS_WITH, "in_context", "normalise"}
    assert {"data/context.yml", "data/encoder/*.npz", "data/nlu/*.yml", "data/second/*.csv"} <= set(re.findall(r"data/[\w/.*]+", made))


def sections(path) -> dict[str, str]:
    """The text below each heading of the second level, by heading."""
    parts = re.split(r"^## (.*)\n", path.read_text(encoding="utf-8"), flags=re.M)
    return {heading: text.strip() for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def anchor(heading: str) -> str:
    """What GitHub makes of a heading for links to it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_decisions_are_short_and_indexed_and_lead_to_their_measurements(root):
    """Whoever has ten minutes reads the index; whoever doubts a figure finds where it was measured (docs/experiments.md)."""
    decisions, notebook = (sections(root / "docs" / name) for name in ("decisions.md", "experiments.md"))
    entries = {heading: text for heading, text in decisions.items() if heading[:2].isdigit()}
    assert {heading: len(text.splitlines()) for heading, text in entries.items() if len(text.splitlines()) > 15} == {}
    indexed = re.findall(r"^\| ([\d-]+) \| \[.*?\]\(#(.*?)\) \|", decisions["Index"], re.M)
    assert indexed == [(heading[:10], anchor(heading)) for heading in entries]  # each entry once, in the order in which they stand
    assert [date for date, _ in indexed] == sorted((date for date, _ in indexed), reverse=True)
    links = re.findall(r"\]\((experiments\.md)?#(.*?)\)", (root / "docs/decisions.md").read_text(encoding="utf-8"))
    there = {page: {anchor(heading) for heading in found} for page, found in (("", decisions), ("experiments.md", notebook))}
    assert [(page, link) for page, link in links if link not in there[page]] == []


def test_the_map_in_the_readme_names_every_module_that_decides(root):
    row = re.search(r"^actions/ .*$", (root / "README.md").read_text(encoding="utf-8"), re.M)[0]
    assert {path.stem for path in (root / "actions").glob("*.py")} - set(re.findall(r"\w+", row)) == set()


def test_a_command_that_a_page_gives_can_be_run_as_it_stands(root):
    """Nobody is told to activate an environment: what needs ours is a word of make."""
    told = [path for folder in (".", "docs", "tools") for path in (root / folder).glob("*.[mp][dy]") if path.name != "experiments.md"]
    assert [path.name for path in told if re.search(r"`python -m tools\.(?!faulty)", path.read_text(encoding="utf-8"))] == []
    words = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.M))
    assert {word for path in told for word in re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))} - words == set()


def test_every_setting_that_is_read_is_documented(root):
    code = "".join(path.read_text(encoding="utf-8") for folder in ("actions", "addons") for path in (root / folder).glob("*.py"))
    told = "".join((root / name).read_text(encoding="utf-8") for name in ("README.md", "SECURITY.md", "docs/scale.md"))
    read = set(re.findall(r"SIGNPOST_\w+", code))
    assert len(read) > 10 and read - set(re.findall(r"SIGNPOST_\w+", told)) == set()
