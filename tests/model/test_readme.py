"""The conversations in README are what the server says today, line by line."""

import contextlib
import io
import re

from tools.server import new_sender
from tools.talk import show


def conversations(readme: str) -> list[list[str]]:
    """The pasted blocks of `make talk`, each a list of lines."""
    blocks = re.findall(r"```\n(.*?)```", readme, re.S)
    return [[line.strip() for line in block.splitlines() if line.strip()] for block in blocks if block.startswith("> ")]


def said(server, lines: list[str]) -> list[str]:
    """What `make talk` prints when the lines that start with ">" are typed; a number picks a button."""
    sender, choices, printed = new_sender(), [], []
    for typed in (line[2:] for line in lines if line.startswith("> ")):
        message = choices[int(typed) - 1]["payload"] if typed.isdigit() else typed
        texts, card = server.chat(message, sender)
        choices, out = card["choices"], io.StringIO()
        with contextlib.redirect_stdout(out):
            show(texts, card)
        printed += [f"> {typed}", *out.getvalue().splitlines()]
    return [line.strip() for line in printed if line.strip()]


def test_what_readme_shows_is_what_is_said(server, root):
    shown = conversations((root / "README.md").read_text(encoding="utf-8"))
    assert len(shown) >= 5
    for lines in shown:
        assert lines == said(server, lines)
