"""How fast the real server answers here: `make bench`. Machines are noisy: compare two things in one run, quote the ratio."""

import concurrent.futures
import statistics
import time
from pathlib import Path

from tools import heldout
from tools.server import Server, running

TURNS = 400


def memory(server: Server) -> float:
    """Resident memory of the server, MB (Linux)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def cpu(server: Server) -> float:
    """CPU seconds of the server so far (Linux)."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def one(server: Server, text: str) -> float:
    """Milliseconds for one message."""
    started = time.perf_counter()
    server.chat(text)
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    """Start-up, latency and throughput with 1, 4 and 16 people, memory before and after."""
    texts = [h.text for h in heldout.read()]
    started = time.perf_counter()
    with running() as server:
        print(f"start to first answer {time.perf_counter() - started:.1f} s, memory {memory(server):.0f} MB")
        for people in (1, 4, 16):
            jobs = [texts[i % len(texts)] for i in range(TURNS)]
            used, begun = cpu(server), time.perf_counter()
            with concurrent.futures.ThreadPoolExecutor(people) as pool:
                times = sorted(pool.map(lambda text: one(server, text), jobs))
            seconds = time.perf_counter() - begun
            p50, p95 = statistics.median(times), times[int(0.95 * len(times))]
            each = 1000 * (cpu(server) - used) / TURNS
            print(f"{people:3} people: p50 {p50:.0f} ms, p95 {p95:.0f} ms, {TURNS / seconds:.0f} answers/s, {each:.1f} ms CPU each")
        print(f"memory after {3 * TURNS} turns {memory(server):.0f} MB")


if __name__ == "__main__":
    main()
