"""Forgetting on a timer, Rasa's fallback store replaced, Redis absent from the start, metrics without words: no server."""

import asyncio
import socketserver
import subprocess
import threading
import types

import pytest

from addons import lean

lean.install()

from prometheus_client import generate_latest  # noqa: E402
from redis import Redis  # noqa: E402
from redis.exceptions import ConnectionError as RedisConnectionError  # noqa: E402
from sanic.response import json as json_response  # noqa: E402
from test_guards import DOMAIN, SECRET, Clock, conversation  # noqa: E402

from addons import housekeeping, metrics, shared  # noqa: E402
from addons.fail_soft import SoftTrackerStore  # noqa: E402
from addons.floors import Floors  # noqa: E402
from addons.private_store import PrivateTrackerStore  # noqa: E402
from addons.rate_limit import RateLimits  # noqa: E402
from tests.conftest import need  # noqa: E402
from tools.server import free_port  # noqa: E402


def test_idle_conversations_go_on_a_timer_with_nobody_writing(monkeypatch):
    monkeypatch.setattr(housekeeping, "TICK", 0.01)
    clock = Clock()
    store = PrivateTrackerStore(DOMAIN, clock=clock)
    channel = types.SimpleNamespace(floors=Floors(clock=clock), limits=RateLimits(clock=clock))
    wrapped = types.SimpleNamespace(_tracker_store=store)  # as Rasa wraps it
    app = types.SimpleNamespace(ctx=types.SimpleNamespace(agent=types.SimpleNamespace(tracker_store=wrapped)))

    async def work():
        await store.save(conversation())
        channel.floors.set("a" * 32, 4)
        channel.limits.check("192.0.2.1", "a" * 32)
        await housekeeping.keep_house(app, channel, ready=None)
        await asyncio.sleep(0.05)
        assert store.store and channel.floors._tiers and channel.limits._buckets, "what is young stays"
        clock.now += 1801
        await asyncio.sleep(0.05)
        app.ctx.house.cancel()

    asyncio.run(work())
    assert not store.store and not channel.floors._tiers and not channel.limits._buckets


def test_without_redis_from_the_start_everything_goes_on_in_the_process():
    async def work():
        nowhere = "redis://127.0.0.1:1/0"
        store = shared.SharedTrackerStore(DOMAIN, host=nowhere)
        await store.save(conversation())
        assert (await store.retrieve("a" * 32)).get_slot("urgency") == "urgent"
        async with shared.SharedLockStore(url=nowhere).lock("a" * 32):
            pass
        floors = shared.SharedFloors(shared.link(nowhere))
        floors.set("a" * 32, shared.Urgency.EMERGENCY)
        await floors.share("a" * 32)
        await floors.refresh("a" * 32)
        assert floors.get("a" * 32) is shared.Urgency.EMERGENCY
        limits = shared.SharedRateLimits(shared.link(nowhere), "salt")
        with pytest.raises(shared.Refused):
            for _ in range(30):
                await limits.admit("192.0.2.1", "a" * 32)
        await store.delete("a" * 32)
        assert await store.retrieve("a" * 32) is None
        store.link._look.cancel()

    asyncio.run(work())
    shared.link.cache_clear()


def test_what_is_ended_while_redis_is_away_is_not_called_forgotten_and_goes_at_its_return(tmp_path):
    need("redis-server")
    port, key = free_port(), shared.key_of("t", "a" * 32)
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]

    async def work():
        store = SoftTrackerStore(shared.SharedTrackerStore(DOMAIN, host=f"redis://127.0.0.1:{port}/0"))
        assert await store.delete("a" * 32) is False
        link = store._tracker_store.link
        link._look.cancel()  # it looks again once Redis holds what is to go
        redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            with Redis(port=port) as other:
                await until(lambda: ping(other))
                other.set(key, "labels that it still had")
                link._look = asyncio.create_task(link._look_until_back())
                await until(lambda: not other.exists(key))
            assert await store.delete("a" * 32) is True
        finally:
            link._look.cancel()
            await link.client.aclose()
            redis.terminate()
            redis.wait(10)

    def ping(redis):
        try:
            return redis.ping()
        except RedisConnectionError:
            return False

    async def until(check):
        async with asyncio.timeout(30):
            while not check():
                await asyncio.sleep(0.05)

    asyncio.run(work())
    shared.link.cache_clear()


@pytest.fixture
def old_redis():
    """A server that says of itself, in Redis's own protocol, that it is Ubuntu 22.04's."""

    class Old(socketserver.StreamRequestHandler):
        def handle(self):
            while (line := self.rfile.readline()).startswith(b"*"):
                parts = [self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2] for _ in range(int(line[1:]))]
                told = b"# Server\r\nredis_version:6.0.16\r\n"
                answers = {b"INFO": b"$%d\r\n%s\r\n" % (len(told), told), b"CLIENT": b"+OK\r\n", b"HELLO": b"%1\r\n+proto\r\n:3\r\n"}
                self.wfile.write(answers.get(parts[0].upper(), b"-ERR syntax error\r\n"))

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Old)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"redis://127.0.0.1:{server.server_address[1]}/0"
    server.shutdown()
    server.server_close()


def test_a_redis_that_is_too_old_stops_the_start_and_one_that_is_away_does_not(old_redis):
    with pytest.raises(shared.RedisTooOld, match=r"6\.0\.16.*7\.0 or newer"):
        shared.check_redis({"SIGNPOST_REDIS": old_redis})
    shared.check_redis({"SIGNPOST_REDIS": "redis://127.0.0.1:1/0"})
    shared.check_redis({})


def test_a_redis_that_is_too_old_and_comes_later_stays_away_and_is_told(old_redis, monkeypatch, capsys, caplog):
    monkeypatch.setattr(shared, "LOOK_AGAIN", 0.05)

    async def work():
        link = shared.Link(old_redis)
        with pytest.raises(shared.Away):
            await link.keep("t", "a" * 32, "labels", 60)
        said = ""
        async with asyncio.timeout(20):
            while "redis_too_old" not in said + caplog.text:
                await asyncio.sleep(0.05)
                said += capsys.readouterr().out
        await asyncio.sleep(0.5)  # some looks more: it is told once
        link._look.cancel()
        await link.client.aclose()
        # Printed, or a log record once Rasa's logging is set up in this process.
        return link.away, said + capsys.readouterr().out + caplog.text

    away, said = asyncio.run(work())
    assert away and said.count("redis_too_old") == 1


def test_a_redis_whose_user_may_not_ask_for_its_version_comes_back_all_the_same(tmp_path, monkeypatch):
    need("redis-server")
    monkeypatch.setattr(shared, "LOOK_AGAIN", 0.05)
    port = free_port()
    options = [
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(tmp_path),
        *"--user default on nopass ~* &* +@all -info".split(),
    ]

    async def work():
        link = shared.Link(f"redis://127.0.0.1:{port}/0")
        with pytest.raises(shared.Away):
            await link.keep("t", "a" * 32, "labels", 60)
        redis = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        try:
            async with asyncio.timeout(20):
                while link.away:
                    await asyncio.sleep(0.05)
            return await link.keep("t", "a" * 32, "labels", 60)
        finally:
            await link.client.aclose()
            redis.terminate()
            redis.wait(10)

    assert asyncio.run(work())


def test_one_conversations_turns_wait_for_each_other():
    order = []

    async def turn(lock_store, name):
        async with lock_store.lock("a" * 32):
            order.append(f"{name} in")
            await asyncio.sleep(0.02)
            order.append(f"{name} out")

    async def work():
        lock_store = shared.SharedLockStore(url="redis://127.0.0.1:1/0")
        await asyncio.gather(turn(lock_store, "one"), turn(lock_store, "two"))
        assert lock_store._here == {}
        lock_store.link._look.cancel()

    asyncio.run(work())
    shared.link.cache_clear()
    assert order == ["one in", "one out", "two in", "two out"]


def test_a_metric_has_no_label_that_a_person_could_choose():
    with metrics.turn() as counted:
        counted(json_response([{"custom": {"urgency": SECRET, "degraded": SECRET}}], status=299))
    text = generate_latest().decode()
    assert "Zebedee" not in text and 'signpost_answers_total{degraded="true",status="other",urgency="none"}' in text
