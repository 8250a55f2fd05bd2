"""Throw tens of thousands of inputs at the real server: `make fuzz`. Counts answers without a card and echoes, and times a bystander.

Nothing that is sent is printed; a finding is told by its kind and the seed of the run.
"""

import argparse
import collections
import concurrent.futures
import http.client
import itertools
import json
import math
import random
import re
import sys
import threading
import time

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from addons.progress import Progress
from tools.openapi import DOCUMENT, faults_of
from tools.server import ROOT, new_sender, running

NASTY = [
    "\x00", "\ud83d", "\u202e", "\u200b", "\ufdfa", "a\u0301\u0301\u0301", "🆘", "😭", "/", "/restart", "/choose{", "{{7*7}}", "${x}", "%s", "\r\n",
    "<script>", "'; --", "\x1b[2J", "../", "999", "0800 1111", "hes outside my house", "kill", "he wants to meet tonight", "send nudes", "AAAAAAAA" * 50,
]  # fmt: skip
BATCH = 500  # examples between two looks at the clock
TOO_COMMON = 12  # characters; a shorter stretch may stand in our own words by chance


def messages():
    """Text of every sort: any character at all, our nasty ones, words of danger between them, sometimes very long."""
    scrap = st.one_of(
        st.text(max_size=40), st.sampled_from(NASTY), st.text(st.characters(categories=["Cs", "Cf", "Co", "Mn", "So"]), max_size=10)
    )
    short = st.lists(scrap, max_size=8).map(" ".join)
    long = st.builds(lambda text, times: (text * times)[:20_000], st.text(min_size=1, max_size=30), st.integers(100, 1500))
    return st.one_of(short, short, short, long)


def _words_we_say() -> str:
    texts = [p.read_text(encoding="utf-8") for p in (ROOT / "content").rglob("*.yml")] + [(ROOT / "domain.yml").read_text(encoding="utf-8")]
    return " ".join(" ".join(texts).split())


_OURS = _words_we_say()


def echoed(message: str, answer) -> bool:
    """Whether a stretch of the message stands in the answer though our own words don't have it."""
    said = json.dumps(answer, ensure_ascii=False)
    stretches = {stretch.strip() for stretch in re.split(r'[\x00-\x1f\x7f-\x9f"\\]', message)}
    return any(len(s) >= TOO_COMMON and s in said and s not in _OURS for s in stretches)


def bodies():
    """What may stand in a request: mostly a message in its right shape, sometimes anything JSON can hold, sometimes bytes."""
    right = st.builds(lambda m: (m, json.dumps({"sender": new_sender(), "message": m}).encode()), messages())
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["sender", "message", "x"]), inner, max_size=4),
    ).map(lambda v: ("", json.dumps(v).encode()))
    return st.one_of(right, right, right, right, anything, st.binary(max_size=300).map(lambda b: ("", b)))


class Bystander(threading.Thread):
    """Somebody else, who writes twice a second all the while. waits: seconds for each answer, or for none; failed: what came instead of one, counted."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.waits, self.over = server, [], threading.Event()
        self.failed = collections.Counter()

    def run(self):
        """Ask twice a second how long an ordinary message waits, until `over` is set."""
        while not self.over.wait(0.5):
            begun = time.monotonic()
            try:
                self.server.chat("hes outside my house")
            except Exception as error:
                self.failed[f"bystander: {type(error).__name__}"] += 1
            self.waits.append(time.monotonic() - begun)


class Thrower:
    """Throws bodies at POST /chat, four at a time. findings: what was wrong with an answer, counted; done: how many were thrown."""

    def __init__(self, server, inputs: int, seconds: float):
        self.host = server.url.removeprefix("http://")
        self.inputs, self.until = inputs, time.monotonic() + seconds
        self.findings, self.done = collections.Counter(), 0
        self._pool, self._waiting = concurrent.futures.ThreadPoolExecutor(4), []
        self._lock, self._local = threading.Lock(), threading.local()

    @property
    def more(self) -> bool:
        """Whether it goes on."""
        return self.done < self.inputs and time.monotonic() < self.until

    def throw(self, message: str, body: bytes) -> None:
        """Throw one, and wait while sixteen are in the air."""
        self._waiting.append(self._pool.submit(self._one, message, body))
        if len(self._waiting) >= 16:
            self._waiting.pop(0).result()
        self.done += 1

    def wait(self) -> None:
        """Until all are answered."""
        concurrent.futures.wait(self._waiting)

    def _one(self, message: str, body: bytes) -> None:
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPConnection(self.host, timeout=20)
        try:
            self._local.connection.request("POST", "/chat", body)
            response = self._local.connection.getresponse()
            kinds = wrong_with(response.status, json.loads(response.read()), message)
        except Exception as error:
            kinds = [type(error).__name__]
            self._local.connection.close()
        with self._lock:
            self.findings.update(kinds)


def wrong_with(status: int, answer: list, message: str) -> list[str]:
    """What an answer has that the document does not allow, that repeats what was typed, or that means a turn failed."""
    kinds = [f"{status}: {fault}" for fault in faults_of("/chat", "post", status, answer)]
    if echoed(message, answer):
        kinds.append("echo")
    if status == 200 and answer[-1]["custom"]["degraded"]:
        kinds.append("200, degraded")
    return kinds


def fuzz(thrower: Thrower, first: int) -> None:
    """Throw bodies until there are enough, or time is over. first: the seed of the first batch."""
    with Progress("fuzzing", thrower.inputs) as progress:

        @settings(max_examples=BATCH, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(bodies())
        def batch(pair):
            if thrower.more:
                thrower.throw(*pair)
                progress(1)

        for number in itertools.count(first):
            if not thrower.more:
                break
            seed(number)(batch)()
        thrower.wait()


def main() -> int:
    """Run it. 0 when every input was thrown, nothing was found, no turn failed inside and the bystander was answered within a second; else 1, with the reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=900, help="stop after this long, whatever the count")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--document", action="store_true", help="only hand docs/openapi.yml to schemathesis")
    options = parser.parse_args()
    with running() as server:
        if options.document:
            return _document(server, options.seed)
        print(f"seed {options.seed}", flush=True)
        thrower, bystander, begun = Thrower(server, options.inputs, options.seconds), Bystander(server), time.monotonic()
        bystander.start()
        fuzz(thrower, options.seed)
        bystander.over.set()
        bystander.join(30)
        errors = server.log.read_text().count("turn_failed")
    worst, found = max(bystander.waits, default=math.inf), dict(thrower.findings + bystander.failed)
    print(f"{thrower.done} inputs in {time.monotonic() - begun:.0f} s; findings: {found or 'none'}; turns that failed inside: {errors}")
    print(f"a bystander wrote {len(bystander.waits)} messages, slowest answer {worst:.2f} s")
    reasons = {
        "findings": bool(found),
        "turns failed": errors > 0,
        "the bystander waited over a second": worst > 1,
        "time was over before all were thrown (--seconds)": thrower.done < options.inputs,
    }
    print("; ".join(reason for reason, holds in reasons.items() if holds) or "all well")
    return int(any(reasons.values()))


def _document(server, seed: int) -> int:
    """schemathesis against the real server; its checks for our document."""
    import subprocess

    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "run",
        str(DOCUMENT),
        "--url",
        server.url,
        "--seed",
        str(seed),
        "--max-examples",
        "150",
    ]
    # An unknown field is ignored and a long message answered: the document is stricter about requests than we are with people.
    command += ["--exclude-checks", "negative_data_rejection,positive_data_acceptance"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
