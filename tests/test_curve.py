"""The learning curve: what is printed and drawn of two readings of the same messages."""

import numpy as np
import pytest

from tools import curve, revisions

HARD = np.array([False] * 4 + [True] * 4)
DANGER = np.array([True, False] * 4)


def point(messages: int, tiers: str, topics: str, danger=(0.9, 0.1) * 4) -> curve.Point:
    return curve.Point(messages, np.array([c == "x" for c in tiers]), np.array([c == "x" for c in topics]), np.array(danger))


FEW, MORE = point(100, "xx..x...", "xxxx...."), point(400, "xxx.xx..", "xxxx....", danger=(0.9, 0.1) * 3 + (0.1, 0.9))


def test_a_gain_is_for_a_doubling_with_its_standard_error():
    everything = np.ones(8, bool)
    assert curve.gain(FEW, MORE, "tier", everything) == "12.5 ± 7.7"  # two of eight more, over two doublings
    assert curve.gain(FEW, MORE, "topic", everything) == "0.0 ± 0.0"
    assert curve.gain(MORE, FEW, "tier", HARD) == "12.5 ± 10.8"  # fewer messages, fewer right: the same slope


def test_the_tables_split_plain_from_hard():
    lines = curve.table([FEW, MORE], DANGER, HARD)
    assert "| 100 | 37.5 % | 50.0 % | 25.0 % | 50.0 % | 1.0000 |" in lines
    assert "| 400 | 62.5 % | 75.0 % | 50.0 % | 50.0 % | 0.7500 |" in lines
    assert [line for line in lines if line.startswith("| 100 to 400")] == [
        "| 100 to 400 | 12.5 ± 7.7 | 12.5 ± 10.8 | 12.5 ± 10.8 | 0.0 ± 0.0 |"
    ]


def test_four_points_are_compared_from_the_second_to_the_last_as_well():
    points = [FEW, point(200, "x" * 8, "x" * 8), MORE, point(800, "x" * 8, "x" * 8)]
    assert sum(line.startswith("| 200 to ") for line in curve.table(points, DANGER, HARD)) == 2


def test_the_drawing_names_every_point(tmp_path):
    curve.plot([(100, 0.8, 0.99, 0.75), (400, 0.9, 0.995, 0.85)], tmp_path / "c.svg", 8)
    drawn = (tmp_path / "c.svg").read_text(encoding="utf-8")
    assert all(said in drawn for said in (">100<", ">400<", ">0.800<", ">0.995<", "8 held-out"))


def test_a_revision_that_git_does_not_know_is_named(tmp_path):
    with pytest.raises(SystemExit, match="at revision nonsense"):
        revisions.unpack("nonsense", tmp_path, "data/nlu")
