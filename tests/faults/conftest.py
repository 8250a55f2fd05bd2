"""Servers with something broken, each started once, two at a time."""

import json
import shutil
import tarfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.server import MODEL, Server, new_sender

DANGER = "hes outside my house and my mums at work"
LIMIT = 8.0  # seconds: a person who writes sees numbers by then, whatever is broken


@dataclass
class Answer:
    """What a person got, and how long it took."""

    status: int
    texts: list[str]
    card: dict
    seconds: float


def say(server: Server, message: str, sender: str | None = None) -> Answer:
    """One message, and what must hold of every answer under every fault."""
    begun = time.monotonic()
    status, answer = server.post("/chat", {"sender": sender or new_sender(), "message": message})
    seconds = time.monotonic() - begun
    card = answer[-1]["custom"]
    made = Answer(status, [m["text"] for m in answer[:-1]], card, seconds)
    assert seconds < LIMIT
    assert card["card"] == "signpost" and "999" in [c["id"] for c in card["contacts"]] and "999" in " ".join(made.texts)
    assert {"childline", "nspcc"} & {c["id"] for c in card["contacts"]}
    if card["urgency"] == "emergency":
        assert card["contacts"][0]["id"] == "999" and "999" in made.texts[0]
    assert message not in json.dumps(answer)
    return made


class Log:
    """What the server printed since `mark()`."""

    def __init__(self, server: Server):
        self.server, self.at = server, 0
        self.mark()

    def mark(self) -> None:
        self.at = self.server.log.stat().st_size

    def lines(self) -> list[str]:
        """Lines since the mark."""
        with self.server.log.open("rb") as file:
            file.seek(self.at)
            return [line for line in file.read().decode().splitlines() if line.strip()]


@dataclass
class Bench:
    """A server whose parts break on request."""

    server: Server
    switch: Path
    content: Path

    def breaks(self, fault: str) -> None:
        self.switch.write_text(fault, encoding="utf-8")

    def heals(self) -> None:
        self.switch.write_text("", encoding="utf-8")


class Starting:
    """A server that starts in a thread while the tests before it run. `server` waits for it."""

    def __init__(self, make, slots):
        self._stack, self._made, self._error = None, None, None
        self._stop, self._ready = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(make, slots), daemon=True)
        self._thread.start()

    def _run(self, make, slots):
        slots.acquire()
        try:
            with make() as self._made:
                slots.release()
                self._ready.set()
                self._stop.wait()
        except BaseException as error:
            self._error = error
            if not self._ready.is_set():
                slots.release()
                self._ready.set()

    def server(self):
        assert self._ready.wait(150)
        if self._error:
            raise self._error
        return self._made

    def stop(self):
        self._stop.set()
        self._thread.join(30)


@pytest.fixture(scope="session")
def starting():
    """`starting(make)` begins to start a server; `.server()` waits until it stands."""
    slots, all_of_them = threading.Semaphore(2), []

    def start(make):
        all_of_them.append(Starting(make, slots))
        return all_of_them[-1]

    yield start
    for one in all_of_them:
        one.stop()


def breakable_model(folder: Path) -> Path:
    """The trained archive, its classifier replaced by one that breaks on request."""
    inside = folder / "archive"
    with tarfile.open(MODEL) as archive:
        archive.extractall(inside)  # our own archive; before Python 3.11.4 there is no `filter`
    metadata = inside / "metadata.json"
    text = metadata.read_text(encoding="utf-8")
    ours, broken = (f'"uses": "{name}"' for name in ("addons.recogniser.Recogniser", "tests.faults.parts.BreakableRecogniser"))
    assert ours in text
    metadata.write_text(text.replace(ours, broken), encoding="utf-8")
    made = folder / "breakable.tar.gz"
    with tarfile.open(made, "w:gz", compresslevel=1) as archive:
        for path in sorted(inside.iterdir()):
            archive.add(path, path.name)
    shutil.rmtree(inside)
    return made
