"""Rasa's own commands work through the stand-ins for absent packages."""

import os
import pty
import select
import subprocess
import sys
import time

import pytest

from tools.server import MODEL, free_port


def rasa(root, *arguments, **more):
    command = [sys.executable, "-m", "addons.rasa_cli", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=240, **more)


def test_data_validate_finds_no_contradiction(root):
    done = rasa(root, "data", "validate", "--fail-on-warnings", "--data", "data/nlu", "data/rules.yml", "data/stories.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No story structure conflicts found" in done.stdout + done.stderr


def test_shell_answers(root):
    """`rasa shell` reads a terminal, so it gets one."""
    command = [sys.executable, "-m", "addons.rasa_cli", "shell", "--model", str(MODEL), "--port", str(free_port())]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=root, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said, deadline, typed = "", time.monotonic() + 60, False
    try:
        while "Call 999 now." not in said and time.monotonic() < deadline:
            if select.select([ours], [], [], 1)[0]:
                said += os.read(ours, 65536).decode("utf-8", "ignore")
            if "Your input" in said and not typed:
                os.write(ours, b"hes outside my house\r")
                typed = True
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert "Call 999 now." in said, said[-2000:]


@pytest.fixture
def conversation(tmp_path):
    path = tmp_path / "test_talk.yml"
    path.write_text(
        "stories:\n- story: a child says hello and thanks\n  steps:\n"
        "  - user: |\n      hello\n    intent: greeting\n  - action: action_advise\n"
        "  - user: |\n      thanks\n    intent: thanks\n  - action: action_advise\n",
        encoding="utf-8",
    )
    return path


def test_rasa_test_plays_a_conversation(root, tmp_path, conversation):
    done = rasa(root, "test", "core", "--model", str(MODEL), "--stories", str(conversation), "--out", str(tmp_path / "out"), "--no-plot")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out" / "failed_test_stories.yml").read_text().startswith("# None of the test stories failed")
