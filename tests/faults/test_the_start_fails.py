"""What is missing or broken when the server starts: content, model, disk, file handles, the time of day."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import cannot, need
from tests.faults.conftest import DANGER, LIMIT, Log, say
from tools.server import MODEL, ROOT, free_port, new_sender, running

SOON = 40  # seconds to wait for what heals by itself, on a busy machine


def until(holds, seconds: float = SOON) -> bool:
    """Whether something comes to hold in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.3)
    return False


def start_fails(*options: str, **environment: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "addons.rasa_cli", "run", "--model", str(MODEL), "--port", str(free_port()), *options]
    env = {**os.environ, "PYTHONWARNINGS": "ignore", **environment}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def a_number_is_gone(content: Path) -> str:
    file = content / "contacts.yml"
    file.write_text(file.read_text(encoding="utf-8").replace('number: "0800 1111"', 'nummer: "0800 1111"'), encoding="utf-8")
    return "contacts.yml: contact 'childline'"


def the_directory_is_gone(content: Path) -> str:
    (content / "contacts.yml").unlink()
    return "contacts.yml: file is missing"


def it_is_not_yaml(content: Path) -> str:
    (content / "words.yml").write_text("lead: [", encoding="utf-8")
    return "words.yml: not readable as YAML"


def test_without_whole_content_it_does_not_start_and_names_file_and_key(tmp_path):
    """Nothing true could be said: the operator hears it at once, in one line."""
    begun = []
    for break_it in (a_number_is_gone, the_directory_is_gone, it_is_not_yaml):
        content = tmp_path / break_it.__name__
        shutil.copytree(ROOT / "content", content)
        begun.append((break_it(content), start_fails(SIGNPOST_CONTENT=str(content))))
    for named, process in begun:
        try:
            said, _ = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 1
        assert "Signpost does not start:" in said.splitlines()[-1] and named in said and "Traceback" not in said


def test_with_what_keeps_or_sends_words_it_does_not_start(tmp_path):
    """However the file is named on the command line; and Rasa's own doors stay shut."""
    store, server, rest = tmp_path / "store.yml", tmp_path / "server.yml", tmp_path / "rest.yml"
    store.write_text(
        'action_endpoint: {url: "in-process://actions"}\ntracker_store: {type: SQL, dialect: sqlite, db: talks.db}', encoding="utf-8"
    )
    server.write_text('nlg: {url: "http://127.0.0.1:1/nlg"}', encoding="utf-8")
    rest.write_text("rest:\naddons.web_channel.WebChannel:\n", encoding="utf-8")
    begun = [
        (f"{store}: tracker_store: must be", start_fails("--endpoints", str(store))),
        (f"{server}: nlg: would be sent", start_fails(f"--endpoint={server}")),  # Rasa takes abbreviations
        ("--enable-api", start_fails("--enable-api", "--credentials", "credentials.yml")),
        ("channel rest", start_fails("--credentials", str(rest))),
    ]
    for named, process in begun:
        try:
            said, _ = process.communicate(timeout=90)
        finally:
            process.kill()
        assert process.returncode == 1, said
        assert "Signpost does not start:" in said and named in said.splitlines()[-1] and "Traceback" not in said, said
    assert not (ROOT / "talks.db").exists()


@pytest.fixture(scope="module")
def fleet(starting, tmp_path_factory):
    """The servers of this file, started in the order of the tests that use them."""
    made = {}

    def soon(name, **how):
        how = {"SIGNPOST_MODEL_LOOK_SECONDS": "0.5", "log": tmp_path_factory.mktemp(name) / "server.log", **how}
        made[name] = starting(lambda: running(**how))

    folder = tmp_path_factory.mktemp("model")
    soon("no model", model=folder / "signpost.tar.gz", ready=False)
    disk = tmp_path_factory.mktemp("disk")
    full = _full_disk(disk)
    soon("full disk", ready=False, TMPDIR=str(disk))
    soon("few handles", before="ulimit -n 60")
    clock = tmp_path_factory.mktemp("clock") / "time"
    clock.write_text("2032-02-29 23:59:50", encoding="utf-8")
    soon("wrong clock", **_faketime(clock))
    yield {name: one.server for name, one in made.items()} | {"model": folder / "signpost.tar.gz", "clock": clock, "disk": full}
    full.close()


def _faketime(clock: Path) -> dict[str, str]:
    need("faketime")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None) or cannot("no libfaketime")
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


class _full_disk:
    """A file system of 64 KB, enough for a scrap and not for a model; `room()` makes it a large one, `full()` fills it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True).returncode == 0

    def room(self):
        subprocess.run(["mount", "-o", "remount,size=400m", str(self.folder)], check=True)

    def full(self):
        subprocess.run(["mount", "-o", "remount,size=64k", str(self.folder)], check=True)
        with contextlib.suppress(OSError):
            (self.folder / "filler").write_bytes(b"x" * 100_000)

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)


def test_without_a_model_people_get_numbers_and_the_model_is_taken_up_when_it_comes(fleet):
    server, model = fleet["no model"](), fleet["model"]
    assert server.health() == 503
    assert server.log.read_text().count("model_not_loaded") == 1

    def asked():
        sender = new_sender()
        danger = say(server, DANGER, sender)
        assert danger.status == 503 and danger.card["urgency"] == "emergency" and danger.card["degraded"]
        assert say(server, "ok thank you", sender).card["urgency"] == "emergency"
        assert say(server, "i like this person").card["urgency"] == "support", "doubt resolves upward"
        return sender

    asked()
    model.write_bytes(b"not a model")
    assert until(lambda: server.log.read_text().count("model_not_loaded") == 2), "one line for each reason"
    sender = asked()
    # As a copy over a slow line arrives: half of it first.
    whole = MODEL.read_bytes()
    model.write_bytes(whole[: len(whole) // 2])
    time.sleep(1.2)
    asked()
    model.write_bytes(whole)
    assert until(lambda: server.health() == 200)
    healed = say(server, DANGER)
    assert healed.status == 200 and not healed.card["degraded"]
    assert say(server, "ok thank you", sender).card["urgency"] == "emergency", "the urgency heard without a model is kept"
    assert str(MODEL) not in server.log.read_text(), "no other archive was taken instead"


def test_a_full_disk_costs_the_model_at_most_and_only_until_there_is_room(fleet):
    if not fleet["disk"].mounted:
        cannot("no right to mount a small file system")
    server = fleet["full disk"]()
    begun = say(server, DANGER)
    assert begun.status == 503 and begun.card["urgency"] == "emergency"
    assert server.log.read_text().count("model_not_loaded") == 1
    fleet["disk"].room()
    assert until(lambda: server.health() == 200)
    fleet["disk"].full()
    assert not say(server, DANGER).card["degraded"], "in use it writes nothing"


def test_when_idle_connections_hold_every_file_handle_people_are_answered_soon(fleet):
    server = fleet["few handles"]()
    log = Log(server)
    address = ("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
    held = []
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                held.append(socket.create_connection(address, timeout=1))
        begun = time.monotonic()
        answered = until(lambda: _answered(server), LIMIT)
        assert answered and time.monotonic() - begun < LIMIT
    finally:
        for one in held:
            one.close()
    assert until(lambda: _answered(server), LIMIT)
    assert len(log.lines()) <= 1


def _answered(server) -> bool:
    try:
        answer = say(server, DANGER)
    except OSError:
        return False
    return answer.card["urgency"] == "emergency" and not answer.card["degraded"]


def test_a_clock_that_is_wrong_and_jumps_loses_no_one(fleet):
    """Started in 2032, when every contact looks stale; then it jumps back to 1999 and far ahead in mid-conversation."""
    server, clock, sender = fleet["wrong clock"](), fleet["clock"], new_sender()
    assert server.log.read_text().count("contacts_stale") == 1
    assert say(server, DANGER, sender).card["urgency"] == "emergency"
    for time_of_day in ("1999-12-31 23:59:59", "2037-01-01 00:00:00", "2026-11-24 12:00:00"):
        clock.write_text(time_of_day, encoding="utf-8")
        answer = say(server, "ok thank you", sender)
        assert answer.card["urgency"] == "emergency" and not answer.card["degraded"], time_of_day
