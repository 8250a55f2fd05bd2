"""Two servers share conversations: any takes any turn, one may die under load, Redis may go. Nobody stays unanswered."""

import concurrent.futures
import json
import os
import signal
import threading
import time

import pytest
import redis

from tools.canary import Canary, find, find_in
from tools.cluster import get
from tools.server import new_sender

EMERGENCY = "hes outside my house and my mums at work"
MILD = ["ok thanks", "how do i block someone on roblox", "idk", "what is grooming"]


def ask(server, sender, text):
    """Tier, whether degraded, and seconds: of one whole answer with 999 in it."""
    started = time.monotonic()
    status, answer = server.post("/chat", {"sender": sender, "message": text})
    card = answer[-1]["custom"]
    assert "999" in [c["id"] for c in card["contacts"]] and {m["recipient_id"] for m in answer} == {sender}, status
    return card["urgency"], card["degraded"], time.monotonic() - started


class Crowd:
    """People who said an emergency first and go on with mild words through the proxy, while something is broken."""

    def __init__(self, server, people=6):
        self.server, self.senders = server, [new_sender() for _ in range(people)]
        self.answers, self.failures, self._enough = [], [], threading.Event()

    def __enter__(self):
        for sender in self.senders:
            assert ask(self.server, sender, EMERGENCY)[0] == "emergency"
        self.pool = concurrent.futures.ThreadPoolExecutor(len(self.senders))
        self.work = [self.pool.submit(self._talk, sender, i) for i, sender in enumerate(self.senders)]
        return self

    def _talk(self, sender, i):
        while not self._enough.is_set():
            try:
                self.answers.append(ask(self.server, sender, MILD[i % len(MILD)]))
            except Exception as error:
                self.failures.append(repr(error))
            i += 1
            time.sleep(0.25)

    def __exit__(self, *_):
        self._enough.set()
        self.pool.shutdown()


def test_the_proxy_accepts_its_configuration(cluster):
    """It was started with it; here only that it balances by conversation and trusts no client's address."""
    text = cluster.proxy_config().read_text()
    assert "balance hash var(txn.sender)" in text and "set-header X-Forwarded-For " in text  # tests/test_deploy.py tries whose


def test_any_replica_takes_any_turn(cluster):
    one, two = (r.server for r in cluster.replicas)
    sender = new_sender()
    assert ask(one, sender, EMERGENCY)[0] == "emergency"
    assert ask(two, sender, "ok thanks")[0] == "emergency"
    assert ask(two, sender, "hes gone now and mums home")[0] == "urgent"
    assert ask(one, sender, "ok thanks")[0] == "urgent"
    two.post("/end", {"sender": sender})
    assert ask(one, sender, "how do i block someone on roblox")[0] == "info", "an ended conversation is forgotten everywhere"


def test_what_a_failed_turn_heard_counts_at_another_replica(cluster):
    """A message too long for anybody is refused, but the deterministic layer has heard it; the tracker has not."""
    one, two = (r.server for r in cluster.replicas)
    sender = new_sender()
    status, answer = one.post("/chat", {"sender": sender, "message": "hes outside my house. " + "x" * 17_000})
    assert status == 413 and answer[-1]["custom"]["urgency"] == "emergency"
    assert ask(two, sender, "how do i block someone on roblox")[0] == "emergency"


def test_two_messages_at_once_at_two_replicas_are_both_heard(cluster):
    sender = new_sender()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        texts = (EMERGENCY, "how do i block someone on roblox")
        list(pool.map(lambda pair: ask(pair[0].server, sender, pair[1]), zip(cluster.replicas, texts, strict=True)))
    assert ask(cluster.server, sender, "ok")[0] == "emergency"


def test_redis_holds_labels_with_a_lifetime_and_no_ids(cluster):
    sender = new_sender()
    ask(cluster.server, sender, "my name is Zebedee Quillfeather and i am scared")
    store = redis.Redis(port=cluster.redis.port)
    for key in store.scan_iter("*"):
        assert sender not in key.decode() and (key == b"signpost:epoch" or 0 < store.ttl(key) <= 1800 or store.pttl(key) > 0), key
        held = store.get(key) if store.type(key) == b"string" else repr(store.hgetall(key)).encode()
        assert sender.encode() not in held and b"Zebedee" not in held and b"scared" not in held


def test_nothing_typed_is_in_redis_or_in_any_file_of_the_cluster(cluster):
    canary, sender = Canary(), new_sender()
    for text in (canary.sentence, f"{EMERGENCY} {canary.sentence}", canary.sentence * 100, canary.sentence * 400):
        cluster.server.post("/chat", {"sender": sender, "message": text})
    cluster.server.post("/chat", {"sender": canary.sentence, "message": canary.sentence})
    store = redis.Redis(port=cluster.redis.port)
    dump = b"".join(
        key + (store.dump(key) or b"") + repr(store.get(key) if store.type(key) == b"string" else "").encode()
        for key in store.scan_iter("*")
    )
    dump += json.dumps([str(store.info("everything")), str(store.slowlog_get(128)), str(store.client_list())]).encode()
    assert len(dump) > 2000 and find_in("redis", dump, canary.needles()) == []
    hits, read = find([cluster.folder], canary.needles())
    assert hits == [] and read >= 4
    assert not list(cluster.folder.glob("*.rdb")) and not list(cluster.folder.glob("*.aof"))


def test_health_readiness_and_metrics_are_on_a_port_of_their_own(cluster):
    replica = cluster.replicas[0]
    sender = new_sender()
    ask(replica.server, sender, "my name is Zebedee Quillfeather")
    side = f"http://127.0.0.1:{replica.metrics_port}"
    assert get(f"{side}/live") == (200, "live\n") and get(f"{side}/ready") == (200, "ready\n") and get(f"{side}/x")[0] == 404
    status, text = get(f"{side}/metrics")
    ours = [line for line in text.splitlines() if line.startswith("signpost_")]
    assert status == 200 and any(line.startswith('signpost_answers_total{degraded="false",status="200"') for line in ours)
    assert "signpost_answer_seconds_bucket" in text and "process_resident_memory_bytes" in text
    assert sender not in text and "Zebedee" not in text and "127.0.0.1" not in text
    assert get(f"http://127.0.0.1:{replica.port}/metrics")[0] == 404
    assert get(f"http://127.0.0.1:{cluster.counts_port}/metrics")[0] == 200


def test_without_redis_people_are_answered_with_their_own_tier_and_it_heals(cluster):
    with Crowd(cluster.server) as crowd:
        time.sleep(0.5)
        cluster.redis.stop()
        try:
            time.sleep(2)
            for replica in cluster.replicas:
                # It learns that Redis is away when somebody writes; the proxy may have given the whole crowd to the other one.
                ask(replica.server, new_sender(), "hello")
                assert get(f"http://127.0.0.1:{replica.metrics_port}/metrics")[1].count("signpost_redis_away 1.0") == 1
            new = new_sender()
            assert ask(cluster.server, new, EMERGENCY)[0] == "emergency" and ask(cluster.server, new, "ok thanks")[0] == "emergency"
        finally:
            cluster.redis.start()
        time.sleep(2.5)
        assert ask(cluster.server, new, "ok thanks")[0] == "emergency", "what happened meanwhile is not lost"
    assert crowd.failures == [] and {tier for tier, *_ in crowd.answers} == {"emergency"}
    assert max(seconds for *_, seconds in crowd.answers) < 8
    assert "redis_back" in "".join(r.log.read_text() for r in cluster.replicas)


def test_a_replica_that_hesitates_keeps_its_people_though_redis_is_away(cluster):
    """Handed to the other one, they would be strangers there. Frozen for three seconds here, as a busy machine may be."""
    with Crowd(cluster.server, people=12) as crowd:
        cluster.redis.stop()
        try:
            for replica in cluster.replicas:
                ask(replica.server, new_sender(), "hello")
            os.kill(cluster.replicas[0].process.pid, signal.SIGSTOP)
            try:
                time.sleep(3.2)
            finally:
                os.kill(cluster.replicas[0].process.pid, signal.SIGCONT)
            time.sleep(1)
        finally:
            cluster.redis.start()
        time.sleep(2.5)
    assert crowd.failures == [] and {tier for tier, *_ in crowd.answers} == {"emergency"}
    assert max(seconds for *_, seconds in crowd.answers) > 2, "somebody was there"


def test_with_redis_hung_people_are_answered_in_time(cluster):
    with Crowd(cluster.server) as crowd:
        os.kill(cluster.redis.process.pid, signal.SIGSTOP)
        try:
            time.sleep(3)
        finally:
            os.kill(cluster.redis.process.pid, signal.SIGCONT)
        time.sleep(2)
    assert crowd.failures == [] and {tier for tier, *_ in crowd.answers} == {"emergency"}
    assert max(seconds for *_, seconds in crowd.answers) < 8


def test_one_replica_killed_under_load_and_all_restarted_in_turn_leave_nobody_unanswered(cluster):
    with Crowd(cluster.server) as crowd:
        time.sleep(1)
        cluster.replicas[0].kill()
        time.sleep(2)
        killed = list(crowd.answers)
        cluster.roll()  # starts the dead one, then stops and starts the other
    assert crowd.failures == [], "every message was answered"
    assert {tier for tier, *_ in crowd.answers} == {"emergency"}, "urgency did not fall"
    assert max(seconds for *_, seconds in crowd.answers) < 8
    assert killed and not any(degraded for _, degraded, _ in crowd.answers), "and by the model, not the safety card"


@pytest.mark.parametrize("message", ["hello", EMERGENCY])
def test_with_every_replica_gone_the_proxy_itself_shows_the_numbers(cluster, message):
    """The last test here: nothing comes back after it."""
    for replica in cluster.replicas:
        if replica.process.poll() is None:
            replica.kill()
    sender = new_sender()
    status, answer = cluster.server.post("/chat", {"sender": sender, "message": message})
    card = answer[-1]["custom"]
    assert status == 503 and card["degraded"] and card["urgency"] == "emergency" and card["contacts"][0]["id"] == "999"
    assert {m["recipient_id"] for m in answer} == {sender} and "call 999" in answer[0]["text"]
    _, answer = cluster.server.post("/chat", {"sender": 'x"},{', "message": message})
    assert answer[0]["recipient_id"] == ""


def test_the_logs_of_the_cluster_hold_no_address_and_no_id(cluster):
    logs = "".join(p.read_text() for p in cluster.folder.glob("*.log"))
    assert logs and "Quillfeather" not in logs and EMERGENCY not in logs
    assert "127.0.0.1:" not in (cluster.folder / "haproxy.log").read_text()
