"""A real Redis behind a line that can be cut, frozen or slow: tracker store and locks, with Rasa's blocking clients."""

import contextlib
import socket
import subprocess
import threading
import time

import pytest

from tests.conftest import need
from tests.faults.conftest import DANGER, LIMIT, Log, say
from tools.server import free_port, new_sender, running


class Line:
    """A TCP line to Redis. mode "open" carries; "cut" refuses; "frozen" takes everything and answers nothing; "slow" waits first."""

    def __init__(self, redis_port: int):
        self.port, self.mode, self._redis_port = free_port(), "cut", redis_port
        self._listener, self._ends = None, []

    def set(self, mode: str) -> None:
        """Change the line; connections that exist are dropped, but for a freeze, which nobody is told of."""
        was, self.mode = self.mode, mode
        if was == "cut" and mode != "cut":
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        if mode == "cut" or was == "frozen":
            for end in self._ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            self._ends.clear()
        if mode == "cut" and self._listener:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._redis_port))
                self._ends += [near, far]
                for here, there in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(here, there), daemon=True).start()

    def _carry(self, here, there):
        with contextlib.suppress(OSError):
            while data := here.recv(65536):
                while self.mode == "frozen":
                    time.sleep(0.05)
                if self.mode == "slow":
                    time.sleep(0.04)
                there.sendall(data)


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    need("redis-server")
    redis_port = free_port()
    command = [
        "redis-server",
        "--port",
        str(redis_port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    redis = subprocess.Popen([*command, "--dir", str(tmp_path_factory.mktemp("redis"))], stdout=subprocess.DEVNULL)
    line = Line(redis_port)
    yield line
    line.set("cut")
    redis.terminate()
    redis.wait(10)


@pytest.fixture(scope="module")
def server(line, tmp_path_factory):
    """Started while Redis is refused: that must not stop it."""
    endpoints = tmp_path_factory.mktemp("redis") / "endpoints.yml"
    endpoints.write_text(
        f"""
action_endpoint: {{url: "in-process://actions", selective_domain: true}}
tracker_store: {{type: redis, url: 127.0.0.1, port: {line.port}, db: 0, record_exp: 1800}}
lock_store: {{type: redis, url: 127.0.0.1, port: {line.port}, db: 1}}
""",
        encoding="utf-8",
    )
    with running(endpoints=endpoints, SIGNPOST_STORE_REST_SECONDS="0.5") as server:
        yield server


@pytest.mark.parametrize("mode", ["cut", "frozen", "slow"])
def test_whatever_redis_does_people_are_answered_and_it_heals(server, line, mode):
    line.set("open")
    time.sleep(0.6)
    sender = new_sender()
    assert say(server, DANGER, sender).card["urgency"] == "emergency"
    log = Log(server)
    line.set(mode)
    during = say(server, "ok thank you", sender)
    assert during.card["urgency"] == "emergency", "the conversation's urgency outlives its store"
    assert say(server, DANGER).card["urgency"] == "emergency"
    lines = log.lines()
    assert len(lines) == (0 if mode == "slow" else 2), "one line for each turn"
    assert all("turn_failed" in line and "outside" not in line for line in lines)
    line.set("open")
    time.sleep(0.6)
    healed = say(server, "ok thank you", sender)
    assert healed.card["urgency"] == "emergency" and not healed.card["degraded"]
    log.mark()
    assert not say(server, DANGER).card["degraded"] and log.lines() == []


def test_a_frozen_redis_keeps_nobody_else_waiting(server, line):
    """Rasa's client blocks: in the event loop it would stop everybody for as long as Redis is silent."""
    line.set("open")
    time.sleep(0.6)
    say(server, "hello")
    line.set("frozen")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(say(server, DANGER))) for _ in range(10)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    status, _ = server.post("/end", {"sender": new_sender()})
    seconds = time.monotonic() - begun
    for thread in threads:
        thread.join()
    line.set("open")
    assert len(answers) == 10 and {a.card["urgency"] for a in answers} == {"emergency"}
    assert status == 503 and seconds < LIMIT, "it says that it could not forget; ten silent seconds one after another would be too long"
