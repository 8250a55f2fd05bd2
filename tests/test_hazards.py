"""The hazard log names tests that exist, and leaves no promise out."""

import re


def test_every_test_named_in_the_hazard_log_exists(root):
    named = re.findall(r"(tests/[\w/]+\.py)::(\w+)", (root / "docs/safeguarding.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    missing = [f"{f}::{t}" for f, t in named if not (root / f).exists() or f"def {t}(" not in (root / f).read_text(encoding="utf-8")]
    assert missing == []


def test_every_row_has_a_test_and_every_promise_a_row(root):
    lines = (root / "docs/safeguarding.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(("| hazard", "| promise"))]
    assert [row for row in rows if "::test_" not in row] == []
    assert {row.split("|")[1].strip() for row in rows if row.split("|")[1].strip().isdigit()} == set("1234567")
