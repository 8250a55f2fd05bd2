"""`make try` says what POST /chat says, and why; /chat never says why."""

import csv
import io
import json
import subprocess
import sys

import pytest

from tools.server import new_sender

MESSAGES = [
    "hes outside my house and my mums at work",
    "he wants a pic of me or he tells my mum",
    "what do i say to childline",
    "im 11",
    "💀💀💀",
    "ayúdame por favor hay un hombre",
    "my daughter is texting a grown man",
    "this homework is killing me lol",
]


@pytest.fixture(scope="module")
def tried(root):
    def run(*arguments):
        command = [sys.executable, "-m", "tools.try_messages", *arguments]
        done = subprocess.run(command, cwd=root, input="\n".join(MESSAGES), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_it_says_what_the_server_says(tried, server):
    rows = json.loads(tried("--format", "json"))
    assert [row["text"] for row in rows] == MESSAGES
    for row in rows:
        _, card = server.chat(row["text"], new_sender())
        said = (card["urgency"], card["topic"], card["audience"], [c["id"] for c in card["contacts"]])
        assert (row["urgency"], row["topic"].split()[0], row["audience"].split()[0], row["contacts"].split()) == said, row["text"]
        assert not {"why", "scores", "families"} & set(card)


def test_it_says_why(tried):
    why = {row["text"]: row["why"] for row in csv.DictReader(io.StringIO(tried("--format", "csv")))}
    assert "family arrival (emergency)" in why[MESSAGES[0]] and "model emergency or higher" in why[MESSAGES[0]]
    assert "by rule: a bare age" in why["im 11"] and "by rule: no words to read" in why["💀💀💀"]
    assert "by rule: another language" in why["ayúdame por favor hay un hombre"]


def test_a_conversation_is_what_the_server_says_turn_by_turn(root, server):
    line = "some man wants pics of me | ok | [1] | its tonight | i dont want to call"
    command = [sys.executable, "-m", "tools.try_messages", "--format", "json"]
    done = subprocess.run(command, cwd=root, input=line, capture_output=True, text=True, timeout=120)
    rows, sender, choices = json.loads(done.stdout), new_sender(), []
    assert [row["turn"] for row in rows] == list("12345")
    for row in rows:
        message = choices[0]["payload"] if row["text"] == "[1]" else row["text"]
        _, card = server.chat(message, sender)
        choices = card["choices"]
        assert (row["urgency"], row["topic"].split()[0], row["contacts"].split()) == (
            card["urgency"],
            card["topic"],
            [c["id"] for c in card["contacts"]],
        ), row["text"]
    assert "the conversation was" in rows[1]["why"] and "the conversation was" not in rows[0]["why"]


def test_a_tap_on_a_button_that_is_not_there_is_an_error_by_line(root):
    command = [sys.executable, "-m", "tools.try_messages"]
    done = subprocess.run(command, cwd=root, input="hi | [9]", capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and "hi | [9]: [9] is no button" in done.stderr


def test_the_table_names_the_follow_up(tried):
    table = tried()
    assert "wants words_to_say" in table and "EMERGENCY" in table and table.count("contacts  ") == len(MESSAGES)


def test_a_few_words_take_a_surer_emergency(root):
    """Up to twelve words; a longer message keeps the low limits."""
    few, more = "he keeps asking me to come round to his flat", "he keeps asking me to come round to his flat and i said maybe one day but"
    command = [sys.executable, "-m", "tools.try_messages", "--format", "json"]
    done = subprocess.run(command, cwd=root, input=f"{few}\n{more}", capture_output=True, text=True, timeout=120)
    asked = [float(row["why"].split("model emergency or higher ")[1].split("against ")[1].split(";")[0]) for row in json.loads(done.stdout)]
    assert asked[0] >= 0.1 > asked[1]
