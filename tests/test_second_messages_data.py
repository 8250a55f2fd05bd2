"""data/second: valid, varied, and apart from what is held out."""

import csv
import re
from collections import Counter

import pytest

from actions.in_context import SHORT
from actions.normalise import plain
from addons.examples import COLUMNS, SECOND, second_messages
from tools.near_duplicates import near_duplicates


def words(text: str) -> str:
    return re.sub(r"\W+", " ", plain(text)).strip() or text


@pytest.fixture(scope="module")
def lines(root):
    return [line for path in sorted(SECOND.glob("*.csv")) for line in csv.DictReader(path.open(encoding="utf-8"))]


def test_every_line_is_one_to_learn_from(lines, intents):
    assert len(second_messages()) == len(lines) >= 1000
    assert {line["topic"] for line in lines} <= intents
    words = Counter(len(line["message"].split()) <= SHORT for line in lines)
    assert words[True] / len(lines) > 0.95  # longer ones are never read in context


def test_all_worries_and_tiers_are_there(lines, root):
    worries = Counter(line["worry"] for line in lines)
    emergencies = Counter(line["worry"] for line in lines if line["urgency"] == "emergency")
    assert len(worries) >= 20 and min(worries.values()) >= 30
    assert len(emergencies) >= 20 and 0.15 < sum(emergencies.values()) / len(lines) < 0.45


def test_none_stands_twice_after_one_worry(lines):
    seen = Counter((line["worry"], line["reader"], words(line["message"])) for line in lines)
    assert [key for key, n in seen.items() if n > 1] == []


def test_they_are_apart_from_the_held_out_ones(lines, root):
    held = [*csv.DictReader((root / "tests/model/second_messages.csv").open(encoding="utf-8"))]
    after = {(line["worry"], words(line["message"])) for line in held}
    assert [line for line in lines if (line["worry"], words(line["message"])) in after] == []
    assert near_duplicates([line["message"] for line in held], [line["message"] for line in lines], alike=0.7) == []


@pytest.mark.parametrize(
    "line, said",
    [
        ("known_adult,parent,he rang", "not five columns"),
        ("known_adult,parent,he rang,support,known_adult,more", "not five columns"),
        ("the_moon,parent,he rang,support,known_adult", "no sentence for 'the_moon'"),
        ("known_adult,nobody,he rang,support,known_adult", "no sentence for 'known_adult' told by 'nobody'"),
        ("known_adult,parent,he rang,panic,known_adult", "urgency 'panic'"),
    ],
)
def test_a_broken_line_is_refused_by_file_and_line(tmp_path, line, said):
    (tmp_path / "a.csv").write_text(f"{','.join(COLUMNS)}\nknown_adult,parent,ok,chat,affirm\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"a\.csv:3: .*{said}"):
        second_messages(tmp_path)


def test_a_file_with_other_columns_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("worry,message\nknown_adult,ok\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.csv:1: the columns are worry, reader"):
        second_messages(tmp_path)
