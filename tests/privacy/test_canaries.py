"""Nothing typed stays anywhere: canaries are typed in normal, error and crash runs, then everything is searched.

The search is proved first: it must find what is planted. The log level is debug, the worst case.
"""

import base64
import contextlib
import gzip
import http.client
import io
import json
import os
import shutil
import tarfile
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from tools.canary import Canary, find, find_in
from tools.server import MODEL, ROOT, new_sender, running


@pytest.fixture(scope="module")
def canary():
    return Canary()


def test_the_search_finds_what_is_planted(tmp_path):
    canary = Canary()  # not the one that is typed: this one is found

    def tar(data):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            member = tarfile.TarInfo("inside.json")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        return out.getvalue()

    text = canary.sentence.encode()
    plants = {
        "plain.log": text,
        "upper.log": text.upper(),
        "only-the-name.log": canary.name.encode(),
        "only-the-number.log": canary.digits.encode(),
        "packed.gz": gzip.compress(text),
        "model.tar.gz": tar(text),
        "wide.bin": canary.sentence.encode("utf-16"),
        "coded.txt": base64.b64encode(b"xx" + text),
        "address.txt": urllib.parse.quote(canary.sentence).encode(),
    }
    (tmp_path / "deep/er").mkdir(parents=True)
    for name, data in plants.items():
        (tmp_path / "deep/er" / name).write_bytes(data)
    hits, read = find([tmp_path], canary.needles())
    assert {Path(hit.split("|")[0]).name for hit in hits} == set(plants) and read == len(plants)
    assert find([tmp_path], Canary().needles())[0] == []
    shutil.rmtree(tmp_path / "deep")  # the searches below look through the machine's temporary files


def raw(server, path, body, headers, method="POST"):
    """A request with anything in it; whatever comes back is read."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=15)
    connection._validate_path = lambda path: None  # a bad one too
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.request(method, path, body, headers)
        return connection.getresponse().read()
    return b""


@pytest.fixture(scope="module")
def searched(canary, tmp_path_factory):
    """A server at debug level with faults in it, everything of the canary typed into it, killed in the middle of a turn."""
    temporary = tmp_path_factory.mktemp("server-tmp")
    started = time.time() - 1
    typed = canary.sentence
    answers = []
    settings = {
        "TMPDIR": str(temporary),
        "HOME": str(temporary),
        "ORT_DISABLE_TELEMETRY": "",
        "LOG_LEVEL": "DEBUG",
        "LOG_LEVEL_LIBRARIES": "DEBUG",
        "PYTHONASYNCIODEBUG": "1",
    }
    settings |= {"PYTHONFAULTHANDLER": "1", "SIGNPOST_RATE_LIMIT": "on", "SIGNPOST_METRICS_PORT": "0"}
    with running(program="tools.faulty", more=("--debug",), **settings) as server:
        sender = new_sender()
        for text in (
            typed,
            f"hes outside my house {typed}",
            f"{typed} zzaction",
            f"{typed} zznlu",
            f"/choose{typed}",
            f"/{typed}{{",
            f"/\n/{typed}",
        ):
            answers.append(server.post("/chat", {"sender": sender, "message": text}))
        answers.append(server.post("/chat", {"sender": sender, "message": typed * 100}))  # too long for the model
        answers.append(server.post("/chat", {"sender": sender, "message": typed * 400}))  # too long
        answers.append(server.post("/chat", {"sender": typed, "message": typed}))
        answers.append(server.post("/chat", {"sender": sender, "message": [typed]}))
        answers.append(server.post("/chat", f'{{"sender": "{sender}", "message": "{typed}'.encode()))  # broken JSON
        answers.append(server.post("/chat", f'{{"sender": "{sender}", "message": "{typed} \\ud800\\u0000"}}'.encode()))
        for _ in range(30):  # too many
            answers.append(server.post("/chat", {"sender": sender, "message": typed}))
        page = "/" + urllib.parse.quote(typed)
        answers.append(
            (0, raw(server, f"/chat?q={urllib.parse.quote(typed)}", json.dumps({"message": typed}), {"User-Agent": typed}).decode())
        )
        answers.append((0, raw(server, page, typed, {"Referer": typed, "X-Forwarded-For": typed}).decode()))
        for method, path in (("OPTIONS", page), ("GET", f"/health?q={page[1:]}"), ("GET", page[1:])):
            answers.append((0, raw(server, path, typed, {}, method).decode()))
        answers.append(server.post("/end", {"sender": typed}))
        answers.append(server.post("/end", {"sender": sender}))

        def last():
            with contextlib.suppress(Exception):  # it is killed under it
                server.post("/chat", {"sender": new_sender(), "message": f"{typed} zzhang"})

        thread = threading.Thread(target=last)
        thread.start()
        time.sleep(1)
        server.process.kill()  # kill -9 in the middle of the turn
        server.process.wait()
        thread.join()
        yield {"answers": answers, "log": server.log, "temporary": temporary, "started": started}


def test_the_faults_really_happened(searched):
    log = searched["log"].read_text()
    assert "body not consumed" not in log and log.count("BadURL") < 3, "nor a page of places for a bad address"
    assert "action_failed" in log and "turn_failed" in log and "safety_card" in log
    statuses = [status for status, _ in searched["answers"]]
    assert {200, 400, 413, 429} <= set(statuses)


def test_no_answer_repeats_what_was_typed(searched, canary):
    for _, answer in searched["answers"]:
        assert find_in("answer", json.dumps(answer).encode(), canary.needles()) == []


def test_the_log_holds_no_word_at_debug_level(searched, canary):
    assert searched["log"].stat().st_size > 500
    assert find_in("log", searched["log"].read_bytes(), canary.needles()) == []


def test_no_file_of_the_server_holds_a_word(searched, canary):
    """The repository with model, cache and every changed file of the environment; the server's TMPDIR; the machine's own; home."""
    ours = [ROOT / ".git", ROOT / ".venv", ROOT / ".tools", ROOT / "models"]  # the model has a test of its own
    hits, read = find([ROOT], canary.needles(), leave_out=ours)
    assert hits == [] and read > 100
    hits, _ = find([searched["temporary"], searched["log"].parent], canary.needles())
    assert hits == []
    elsewhere = [ROOT / ".venv", Path(tempfile.gettempdir()), Path.home() / ".config", Path.home() / ".cache", Path("/dev/shm")]
    hits, _ = find(elsewhere, canary.needles(), since=searched["started"])
    assert hits == []


def test_the_model_holds_no_word(canary):
    assert find_in("model", MODEL.read_bytes(), canary.needles()) == []


def test_no_database_and_no_core_file_is_left(searched):
    changed = [p for p in ROOT.rglob("*") if p.suffix in (".db", ".sqlite", ".rdb", ".aof") and ".venv" not in p.parts]
    changed = [p for p in changed if p.stat().st_mtime >= searched["started"]]  # training's cache is older
    cores = [p for p in (*ROOT.glob("core*"), *searched["temporary"].rglob("core*")) if p.is_file()]
    assert changed == [] and cores == []


def test_no_library_keeps_an_id_or_a_queue_to_report_home(searched):
    """onnxruntime reports to its maker unless told not to; what it leaves behind when it does: a device id, a database, .ses."""
    left = {p.name for p in searched["temporary"].rglob("*") if p.is_file()}
    assert not left & {"deviceid", "onnxruntime.db", ".ses"}
    import addons  # noqa: F401

    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1" and os.environ["RASA_TELEMETRY_ENABLED"] == "false"
