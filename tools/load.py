"""Load on the real server, on loopback: `make load` (LOAD_SECONDS=10 is quick; ARGS="--soak 20000" adds the long one).

1, 16 and 200 people type for a minute each at a human pace, first with everything well, then with an action failing now and then,
then through a proxy to two replicas of which one is killed in the middle. Writes docs/load.md.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from tools.bench import cpu, memory
from tools.cluster import PROGRAMS, Cluster
from tools.programs import missing
from tools.server import ROOT, Server, new_sender, running

PYTHON = ROOT / ".tools/load/bin/python"
DOCUMENT = ROOT / "docs/load.md"
FAULT_EVERY = 40  # calls of an action; a turn makes two
# Everybody here comes from one address; the other limits stay as they are in use.
SETTINGS = {"SIGNPOST_RATE_LIMIT": "on", "SIGNPOST_ADDRESS_PER_SECOND": "5000"}
# Conversations that end in different places, so that a mix-up shows. The last field: somebody says that the danger is over.
SCRIPTS = [
    (["hi", "hes outside my house and my mums at work", "ok thanks", "im scared"], False),
    (["a man is in the garden and im on my own", "hes gone now and mums home", "thank you"], True),
    (["some man on snap wants pics of me and im 12", "what do i do", "will i get in trouble", "ok"], False),
    (["hello", "my online friend says keep us secret", "why is that bad", "thanks"], False),
    (["how do i block someone on roblox", "and on discord", "thanks bye"], False),
    (["I've found sexual messages from a man on my daughter's phone", "should i take her phone away", "thank you"], False),
    (["what is grooming", "how do i know if its happening", "ok"], False),
    (["i feel really low and nobody cares", "idk", "who can i talk to"], False),
    (["hello what are you", "are you a real person", "ok bye"], False),
    (["he says he will share my pictures if i dont pay", "i already paid him", "im so scared my mum finds out"], False),
]


def alone(server: Server, path: Path) -> None:
    """What each script gets when nobody else is there, for comparison."""
    made = []
    for texts, over in SCRIPTS:
        sender = new_sender()
        cards = [server.chat(text, sender)[1] for text in texts]
        made.append({"texts": texts, "over": over, "expected": [[c["urgency"], c["topic"], c["audience"]] for c in cards]})
        server.post("/end", {"sender": sender})
    path.write_text(json.dumps(made), encoding="utf-8")


def crowd(url: str, people: int, seconds: float, scripts: Path, pause: float = 1.0) -> dict:
    """Run the people; what they saw."""
    command = [PYTHON, "-m", "tools.people", "--url", url, "--people", str(people), "--seconds", str(seconds)]
    command += ["--scripts", str(scripts), "--pause", str(pause)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 90, check=False)
    if done.returncode:
        raise RuntimeError(f"the crowd failed; it said:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def quantile(times: list[float], q: float) -> float:
    """The q-quantile, ms; 0 when there is none."""
    return sorted(times)[min(len(times) - 1, int(q * len(times)))] if times else 0.0


class Result:
    """One run: what people saw, the server's memory in MB before and after, CPU in milliseconds a message."""

    def __init__(self, name: str, people: int, seen: dict, before: float, after: float, cpu_ms: float):
        self.name, self.people, self.seen, self.before, self.after, self.cpu_ms = name, people, seen, before, after, cpu_ms

    @property
    def messages(self) -> int:
        """How many messages were sent."""
        return len(self.seen["ms"]) + len(self.seen["unanswered"])

    def row(self) -> str:
        """A line of the table."""
        ms, seen = self.seen["ms"], self.seen
        p50, p95, p99, most = (round(quantile(ms, q)) for q in (0.5, 0.95, 0.99, 1.0))
        wrong = f"{len(seen['unanswered'])} | {len(seen['crossed'])} | {len(seen['fell'])} | {seen['degraded']}"
        return f"| {self.name} | {self.people} | {self.messages} | {wrong} | {p50} | {p95} | {p99} | {most} | {self.cpu_ms:.1f} | {self.before:.0f} → {self.after:.0f} |"


def one_server(name: str, people: int, seconds: float, *, pause: float = 1.0, **settings: str) -> Result:
    """A crowd on one fresh server."""
    with tempfile.TemporaryDirectory() as folder:
        scripts = Path(folder) / "scripts.json"
        with running(**SETTINGS) as well:
            alone(well, scripts)
            if not settings:
                return _measured(name, people, seconds, [well], well.url, scripts, pause)
        with running(program="tools.faulty", **SETTINGS, **settings) as server:
            return _measured(name, people, seconds, [server], server.url, scripts, pause)


def _measured(name, people, seconds, servers, url, scripts, pause) -> Result:
    before, used = sum(map(memory, servers)), sum(map(cpu, servers))
    seen = crowd(url, people, seconds, scripts, pause)
    answered = max(1, len(seen["ms"]))
    return Result(name, people, seen, before, sum(map(memory, servers)), 1000 * (sum(map(cpu, servers)) - used) / answered)


def replica_killed(people: int, seconds: float, *, pause: float = 1.0) -> Result:
    """A crowd on two replicas; one is killed when half the time is over, and started again."""
    made = Cluster(2, **SETTINGS)
    try:
        made.start()
        scripts = made.folder / "scripts.json"
        alone(made.server, scripts)
        before = sum(memory(r.server) for r in made.replicas)
        used = sum(cpu(r.server) for r in made.replicas)
        killed = [0.0]

        def kill() -> None:
            killed[0] = cpu(made.replicas[0].server)
            made.replicas[0].kill()

        timer = threading.Timer(seconds / 2, kill)
        timer.start()
        seen = crowd(made.server.url, people, seconds, scripts, pause)
        timer.join()
        made.replicas[0].wait_ready()
        after = sum(memory(r.server) for r in made.replicas)
        total = killed[0] + sum(cpu(r.server) for r in made.replicas) - used
        return Result(
            "2 replicas, one killed half-way (with its restart)", people, seen, before, after, 1000 * total / max(1, len(seen["ms"]))
        )
    finally:
        made.stop()


def soak(turns: int, people: int = 8) -> list[tuple[int, float]]:
    """As fast as it goes; (turns so far, memory in MB). Every conversation has 5 turns and is ended, as the page does."""
    texts = [text for script, _ in SCRIPTS for text in script]
    points: list[tuple[int, float]] = []
    with running() as server:

        def conversation(i: int) -> None:
            sender = new_sender()
            for j in range(5):
                _, card = server.chat(texts[(i + j) % len(texts)], sender)
                assert not card["degraded"]
            server.post("/end", {"sender": sender})

        for start in range(0, turns, max(5, turns // 20)):
            points.append((start, memory(server)))
            with concurrent.futures.ThreadPoolExecutor(people) as pool:
                list(pool.map(conversation, range(start // 5, min(turns, start + max(5, turns // 20)) // 5)))
        points.append((turns, memory(server)))
    return points


def kept_conversation(count: int = 1000) -> float:
    """Memory of one conversation of 4 turns that is not ended, KB."""
    with running() as server:
        for _ in range(20):
            server.chat("hello")
        before = memory(server)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:

            def talk(i: int) -> None:
                sender = new_sender()
                for text in SCRIPTS[i % len(SCRIPTS)][0]:
                    server.chat(text, sender)

            list(pool.map(talk, range(count)))
        return 1024 * (memory(server) - before) / count


HEAD = """# Load

Written by `make load`; the figures are of single runs on one machine, and everything ran on it: server, proxy, Redis and the people.
People read (median 5 seconds) and type (5 letters a second) between messages, follow one of ten scripts, and end the conversation as the page does.
"Crossed" counts answers whose id, tier, topic or reader is not what the same script got alone. "Fell" counts answers below the highest urgency that the conversation was shown.
"Card" counts safety cards (`degraded`), each with numbers and the deterministic layer's tier. Every run starts a fresh server.

"""
TABLE = """| run | people | messages | unanswered | crossed | fell | card | p50 ms | p95 | p99 | longest | CPU ms each | memory MB |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def kept_rows(results: list[Result]) -> list[str]:
    """Rows of the document for runs that were not made again."""
    made = {f"| {r.name} | {r.people} |" for r in results}
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines() if DOCUMENT.exists() else []
    rows = [line for line in lines if line.startswith(("| one server", "| 2 replicas"))]
    return [row for row in rows if not row.startswith(tuple(made))]


def kept_notes() -> list[str]:
    """What an earlier soak found, with its date."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines() if DOCUMENT.exists() else []
    return [line for line in lines if line.startswith(("Soak, ", "Measured "))]


def busy() -> str:
    """How busy the machine was with other things: the load average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


class Report:
    """docs/load.md as it grows: rows and notes of this run, and those of earlier ones that it does not take the place of."""

    def __init__(self, seconds: float, *, dry: bool, soaked: bool):
        self.seconds, self.dry, self.soaked = seconds, dry, soaked
        self.results: list[Result] = []
        self.notes: list[str] = []
        self.loads = [busy()]

    def add(self, result: Result) -> None:
        """One more run; printed and written at once."""
        self.results.append(result)
        self.loads.append(busy())
        print(result.row(), result.seen["statuses"], flush=True)
        self.write()

    def write(self) -> None:
        """Write the document, unless this is a dry run."""
        if self.dry:
            return
        machine = f"{datetime.date.today()}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {self.seconds:.0f} seconds a run. "
        machine += f"Load average of the machine before the first and after each run: {', '.join(self.loads)}.\n\n"
        rows = "\n".join(kept_rows(self.results) + [result.row() for result in self.results])
        notes = self.notes if self.soaked else [*self.notes, *kept_notes()]
        DOCUMENT.write_text(f"{HEAD}{machine}{TABLE}{rows}\n" + "".join(f"\n{note}\n" for note in notes), encoding="utf-8")


def soaked(turns: int) -> list[str]:
    """What a soak of so many turns found: memory while it runs, and of a conversation that is not ended."""
    points, today = soak(turns), datetime.date.today()
    half = [memory for turn, memory in points if turn >= turns / 2]
    return [
        f"Soak, {today}: {turns} turns without a pause, 8 at a time, every conversation ended. Memory, MB, by turns: "
        + ", ".join(f"{turn}: {memory:.0f}" for turn, memory in points)
        + f". Change over the second half: {half[-1] - half[0]:+.1f} MB.",
        f"Measured {today}: a conversation of 3 to 4 turns that is not ended takes {kept_conversation():.0f} KB until it has been idle for 30 minutes.",
    ]


def main() -> None:
    """`make load`. Ends with 1 when anybody went unanswered, got another's answer, or less than they get alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("LOAD_SECONDS") or 60))
    parser.add_argument("--people", type=int, nargs="*", default=[1, 16, 200])
    parser.add_argument("--soak", type=int, default=0, help="turns without a pause, for memory")
    parser.add_argument(
        "--runs", nargs="*", default=["well", "faults", "killed"], help="which of the three; rows of the others stay as they are"
    )
    parser.add_argument("--dry", action="store_true", help="do not write docs/load.md")
    given = parser.parse_args()
    report = Report(given.seconds, dry=given.dry, soaked=bool(given.soak))
    print(TABLE, end="", flush=True)
    for people in given.people if "well" in given.runs else ():
        report.add(one_server("one server", people, given.seconds))
    for people in given.people if "faults" in given.runs else ():
        name = f"one server, every {FAULT_EVERY}th action fails"
        report.add(one_server(name, people, given.seconds, SIGNPOST_FAULT_EVERY=str(FAULT_EVERY)))
    if absent := missing(*PROGRAMS):
        report.notes.append(f"The runs with two replicas were left out: {', '.join(absent)} not installed.")
    else:
        for people in given.people[-1:] if "killed" in given.runs else ():
            report.add(replica_killed(people, given.seconds))
    if given.soak:
        report.notes += soaked(given.soak)
        print("\n".join(report.notes), flush=True)
    report.write()
    bad = [r for r in report.results if r.seen["unanswered"] or r.seen["crossed"] or r.seen["fell"]]
    for result in bad:
        print(result.name, result.people, {k: result.seen[k][:5] for k in ("unanswered", "crossed", "fell")}, file=sys.stderr)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
