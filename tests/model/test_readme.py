"""The conversations in README are what `make talk` prints today, line by line."""

import io
import re

from tools.talk import talk


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_what_readme_shows_is_what_is_said(server, root, monkeypatch, capsys):
    blocks = re.findall(r"```\n(.*?)```", (root / "README.md").read_text(encoding="utf-8"), re.S)
    shown = [lines_of(block) for block in blocks if block.startswith("> ")]
    assert len(shown) >= 5
    for lines in shown:
        typed = "\n".join(line[2:] for line in lines if line.startswith("> "))
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        talk(server)
        assert lines == lines_of(capsys.readouterr().out)
