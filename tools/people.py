"""People who type, for tools/load.py: run with locust's own environment (.tools/load), prints one JSON object.

Each person follows one script in a conversation of their own, reads and types in between, and ends it as the page does.
An answer counts only if it is whole; it is compared with what the same script got when it was alone: an answer that belongs to
somebody else's conversation shows as another tier, topic, reader or id.
"""

import argparse
import json
import random
import secrets
import time

import gevent
from locust import FastHttpUser, task
from locust.env import Environment

TIERS = ["chat", "info", "support", "urgent", "emergency"]
SEEN = {"ms": [], "unanswered": [], "crossed": [], "fell": [], "degraded": 0, "statuses": {}, "conversations": 0, "ends": 0}


def label(card: dict) -> list[str]:
    """What a card says about its conversation."""
    return [card["urgency"], card["topic"], card["audience"]]


class Person(FastHttpUser):
    """One after another, conversations of one person at a time."""

    network_timeout = connection_timeout = 10.0
    scripts: list[dict] = []
    pause = 1.0  # how long they take, as a share of what is realistic

    def think(self, text: str) -> None:
        """Read the answer (median 5 seconds; a card has a hundred words), then type 5 letters a second, fast for a phone."""
        gevent.sleep(self.pause * (random.lognormvariate(1.6, 0.5) + 0.2 * len(text)))

    @task
    def conversation(self) -> None:
        """One script."""
        script = random.choice(self.scripts)
        sender, floor, self.failed = secrets.token_hex(16), 0, False
        SEEN["conversations"] += 1
        for text, expected in zip(script["texts"], script["expected"], strict=True):
            self.think(text)
            started = time.perf_counter()
            with self.client.post("/chat", json={"sender": sender, "message": text}, catch_response=True) as answer:
                took = 1000 * (time.perf_counter() - started)
                shown = self.judge(answer, sender, expected, floor, took)
                answer.success()
            floor = 0 if script["over"] else max(floor, shown)
        self.client.post("/end", json={"sender": sender})
        SEEN["ends"] += 1

    def judge(self, answer, sender: str, expected: list[str], floor: int, took: float) -> int:
        """Count one answer. floor: the highest tier shown before in this conversation; the tier shown now is returned."""
        SEEN["statuses"][str(answer.status_code)] = SEEN["statuses"].get(str(answer.status_code), 0) + 1
        try:
            messages = json.loads(answer.text)
            card = messages[-1]["custom"]
            whole = card["card"] == "signpost" and any(c["id"] == "999" and c["href"] == "tel:999" for c in card["contacts"])
            ids = {m["recipient_id"] for m in messages}
        except (ValueError, TypeError, KeyError, IndexError):
            whole = False
        if not whole:
            SEEN["unanswered"].append(f"{answer.status_code} {answer.error}")
            return floor
        SEEN["ms"].append(round(took, 1))
        SEEN["degraded"] += card["degraded"]
        # After a safety card the tier may stay higher than the model alone would have it, and a slot of that turn is missing.
        self.failed = self.failed or card["degraded"]
        if ids != {sender} or (not self.failed and label(card) != expected):
            SEEN["crossed"].append([expected, label(card), ids == {sender}])
        shown = TIERS.index(card["urgency"])
        if shown < floor:
            SEEN["fell"].append([TIERS[floor], card["urgency"], card["degraded"]])
        # "Support" on a safety card is not what the conversation is about, only who to talk to when something of ours failed.
        return floor if card["degraded"] and card["urgency"] == "support" else shown


def main() -> None:
    """Run the crowd; print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--scripts", required=True)
    parser.add_argument("--pause", type=float, default=1.0)
    given = parser.parse_args()
    with open(given.scripts, encoding="utf-8") as file:  # noqa: PTH123 - this runs outside the project's environment
        Person.scripts = json.load(file)
    Person.pause, Person.host = given.pause, given.url
    runner = Environment(user_classes=[Person], host=given.url).create_local_runner()
    # Everybody within the first sixth of the time: people come by and by, though a lesson of thirty comes at once.
    runner.start(given.people, spawn_rate=max(1.0, given.people / max(given.seconds / 6, 1)))
    gevent.sleep(given.seconds)
    runner.stop()
    runner.quit()
    print(json.dumps(SEEN))


if __name__ == "__main__":
    main()
