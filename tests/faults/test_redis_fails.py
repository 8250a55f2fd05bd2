"""A real Redis behind a line that can be cut, frozen or slow: conversations, locks, floors and limits, with the endpoints we ship."""

import contextlib
import socket
import subprocess
import threading
import time

import pytest
from redis import Redis

from addons import lean
from tests.conftest import need
from tests.faults.conftest import DANGER, LIMIT, Log, say
from tools.server import free_port, new_sender, running

lean.install()

from addons.shared import key_of  # noqa: E402


class Line:
    """A TCP line to Redis. mode "open" carries; "cut" refuses; "frozen" takes everything and answers nothing; "slow" waits first."""

    def __init__(self, redis_port: int):
        self.port, self.mode, self.redis_port = free_port(), "cut", redis_port
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
                far = socket.create_connection(("127.0.0.1", self.redis_port))
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
def server(line):
    """Started while Redis is refused: that must not stop it."""
    with running(
        endpoints="endpoints.redis.yml", SIGNPOST_REDIS=f"redis://127.0.0.1:{line.port}/0", SIGNPOST_STORE_REST_SECONDS="0.5"
    ) as server:
        yield server


def until_back(line) -> None:
    """Mend the line, and wait until a server has looked again (once a second)."""
    line.set("open")
    time.sleep(2.5)


@pytest.mark.parametrize("mode", ["cut", "frozen", "slow"])
def test_whatever_redis_does_people_are_answered_and_it_heals(server, line, mode):
    until_back(line)
    sender = new_sender()
    assert say(server, DANGER, sender).card["urgency"] == "emergency"
    log = Log(server)
    line.set(mode)
    during = say(server, "ok thank you", sender)
    assert during.card["urgency"] == "emergency" and not during.card["degraded"], "its copy here goes on"
    assert say(server, DANGER).card["urgency"] == "emergency"
    lines = log.lines()
    assert not any("turn_failed" in line or "outside" in line for line in lines)
    assert len([line for line in lines if "redis_away" in line]) == (0 if mode == "slow" else 1), "the operator hears it once"
    until_back(line)
    healed = say(server, "ok thank you", sender)
    assert healed.card["urgency"] == "emergency" and not healed.card["degraded"]
    log.mark()
    assert not say(server, DANGER).card["degraded"] and log.lines() == []


def test_a_frozen_redis_keeps_nobody_waiting(server, line):
    until_back(line)
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
    assert status in (200, 503) and seconds < LIMIT


def test_a_lock_that_a_dead_process_left_is_passed_over(server, line):
    until_back(line)
    sender = new_sender()
    say(server, "hello", sender)
    with Redis(port=line.redis_port) as redis:
        redis.set(key_of("l", sender), "somebody who never comes back", px=60_000)
    answer = say(server, DANGER, sender)
    assert answer.card["urgency"] == "emergency" and not answer.card["degraded"] and answer.seconds > 1
