"""Several servers behind a proxy, with Redis, on loopback and without Docker: `make cluster N=2`. For tests and load too.

Replicas that die are started again. SIGHUP restarts them one after another; nobody's message stays unanswered meanwhile.
"""

import argparse
import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools.programs import provide
from tools.server import MODEL, ROOT, Server, free_port

PROGRAMS = ("redis-server", "haproxy")
DEPLOY = ROOT / "deploy"


def _ended(process: subprocess.Popen | None, patience: float = 20) -> None:
    """Ask a process to stop, then make it."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def get(url: str) -> tuple[int, str]:
    """Status and text of a GET; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


class Redis:
    """A Redis of our own, with deploy/redis.conf, on a free port. It keeps nothing on disk."""

    def __init__(self, folder: Path, port: int | None = None):
        self.folder, self.port, self.process = folder, port or free_port(), None
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "Redis":
        """Start, and wait until it answers."""
        # DEBUG and the like stay forbidden; only port and folder are ours.
        command = ["redis-server", str(DEPLOY / "redis.conf"), "--port", str(self.port), "--dir", str(self.folder)]
        with (self.folder / "redis.log").open("a") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, cwd=self.folder)
        import redis

        with contextlib.closing(redis.Redis(port=self.port)) as client:
            for _ in range(100):
                with contextlib.suppress(redis.exceptions.RedisError):
                    client.ping()
                    return self
                time.sleep(0.05)
        raise RuntimeError("Redis did not start")

    def stop(self) -> None:
        """End it. What it held is gone."""
        _ended(self.process, 3)


class Replica:
    """One server process on its own port, with a second port for health and metrics."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str], port: int | None = None, metrics_port: int | None = None):
        self.name, self.log = name, folder / f"{name}.log"
        self.port, self.metrics_port = port or free_port(), metrics_port or free_port()
        self.environment = {**environment, "SIGNPOST_METRICS_PORT": str(self.metrics_port)}
        self.process: subprocess.Popen | None = None
        self.wanted = False

    def start(self) -> None:
        """Start; don't wait."""
        self.wanted = True
        command = [sys.executable, "-m", "addons.rasa_cli", "run", "--model", str(MODEL), "--interface", "127.0.0.1"]
        command += ["--port", str(self.port), "--endpoints", "endpoints.redis.yml", "--credentials", "credentials.yml"]
        with self.log.open("a") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=out, stderr=out)

    def ready(self) -> bool:
        """Whether the model answers here."""
        return get(f"http://127.0.0.1:{self.metrics_port}/ready")[0] == 200

    def wait_ready(self, seconds: float = 120) -> None:
        """Until it is ready. RuntimeError, with what it printed, when that takes too long."""
        deadline = time.monotonic() + seconds
        while not self.ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start; it said:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.3)

    def stop(self) -> None:
        """Let it finish what it is answering, then end it."""
        self.wanted = False
        _ended(self.process)

    def kill(self) -> None:
        """As a crash would: no time to finish anything."""
        self.process.kill()
        self.process.wait()

    @property
    def server(self) -> Server:
        """To talk to it directly, not through the proxy."""
        return Server(f"http://127.0.0.1:{self.port}", self.log, self.process)


class Cluster:
    """Redis, N replicas and the proxy. Everything it writes is in `folder`."""

    def __init__(self, replicas: int = 2, *, port: int | None = None, folder: Path | None = None, **environment: str):
        self.folder = folder or Path(tempfile.mkdtemp(prefix="signpost-cluster-"))
        self.port, self.counts_port = port or free_port(), free_port()
        self.redis = Redis(self.folder)
        shared = {
            **os.environ,
            "RASA_TELEMETRY_ENABLED": "false",
            "SIGNPOST_REDIS": self.redis.url,
            "SIGNPOST_SALT": secrets.token_hex(16),
            "SIGNPOST_PROXIES": "1",
            **environment,
        }
        self.replicas = [Replica(f"replica{i + 1}", self.folder, shared) for i in range(replicas)]
        self.proxy: subprocess.Popen | None = None
        self._watch = threading.Event()

    def proxy_config(self) -> Path:
        """deploy/haproxy.cfg with our replicas in place of the containers'."""
        lines = (DEPLOY / "haproxy.cfg").read_text(encoding="utf-8").splitlines()
        servers = [f"    server {r.name} 127.0.0.1:{r.port} check port {r.metrics_port}" for r in self.replicas]
        made = "\n".join("\n".join(servers) if line.strip().startswith("server-template") else line for line in lines)
        made = re.sub(r"resolvers containers\n(    .*\n)+", "", made)
        path = self.folder / "haproxy.cfg"
        path.write_text(made + "\n", encoding="utf-8")
        return path

    def proxy_environment(self) -> dict[str, str]:
        """What deploy/haproxy.cfg asks for."""
        return {
            **os.environ,
            "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin",
            "SIGNPOST_BIND": f"127.0.0.1:{self.port}",
            "SIGNPOST_COUNTS": f"127.0.0.1:{self.counts_port}",
            "SIGNPOST_AWAY": str(DEPLOY / "away.json"),
        }

    def start(self, *, restart_the_dead: bool = True) -> "Cluster":
        """Start everything and wait until all replicas are ready and the proxy answers."""
        self.redis.start()
        for replica in self.replicas:
            replica.start()
        for replica in self.replicas:
            replica.wait_ready()
        environment = self.proxy_environment()
        with (self.folder / "haproxy.log").open("a") as out:
            haproxy = shutil.which("haproxy", path=environment["PATH"])
            self.proxy = subprocess.Popen([haproxy, "-db", "-f", self.proxy_config()], env=environment, stdout=out, stderr=out)
        for _ in range(100):
            if self.server.health() == 200:
                break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"the proxy did not start; it said:\n{(self.folder / 'haproxy.log').read_text()[-3000:]}")
        if restart_the_dead:
            threading.Thread(target=self._restart_the_dead, daemon=True).start()
        return self

    def _restart_the_dead(self) -> None:
        while not self._watch.wait(0.5):
            for replica in self.replicas:
                if replica.wanted and replica.process.poll() is not None:
                    print(f"{replica.name} has died; starting it again", file=sys.stderr, flush=True)
                    replica.start()

    @property
    def server(self) -> Server:
        """To talk to the cluster, through the proxy."""
        return Server(f"http://127.0.0.1:{self.port}", self.folder / "haproxy.log", self.proxy)

    def roll(self) -> None:
        """Restart every replica, one after another; the next only when the last is ready again."""
        for replica in self.replicas:
            replica.stop()
            replica.start()
            replica.wait_ready()
            time.sleep(1.5)  # the proxy looks once a second

    def stop(self) -> None:
        """End everything, the proxy first."""
        self._watch.set()
        _ended(self.proxy, 3)
        for replica in self.replicas:
            replica.wanted = False
            if replica.process:
                replica.process.terminate()
        for replica in self.replicas:
            _ended(replica.process)
        self.redis.stop()


@contextlib.contextmanager
def cluster(replicas: int = 2, **more):
    """A running cluster, stopped and its files removed at the end."""
    made = Cluster(replicas, **more)
    try:
        yield made.start()
    finally:
        made.stop()
        shutil.rmtree(made.folder, ignore_errors=True)


def main() -> None:
    """`make cluster N=2`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("replicas", type=int, nargs="?", default=2)
    given = parser.parse_args()
    provide(*PROGRAMS)
    made = Cluster(given.replicas, port=int(os.environ.get("SIGNPOST_PORT", "5005")))
    stopping = threading.Event()
    rolling = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    signal.signal(signal.SIGHUP, lambda *_: rolling.set())
    try:
        made.start()
        print(
            f"Signpost, {given.replicas} replicas: http://127.0.0.1:{made.port}  (Ctrl-C stops; kill -HUP {os.getpid()} restarts one by one)"
        )
        for replica in made.replicas:
            print(f"  {replica.name}: port {replica.port}; /live, /ready and /metrics on {replica.metrics_port}")
        print(f"  proxy's own /metrics: {made.counts_port}; logs in {made.folder}", flush=True)
        while not stopping.wait(0.3):
            if rolling.is_set():
                rolling.clear()
                made.roll()
                print("restarted every replica", flush=True)
    finally:
        made.stop()


if __name__ == "__main__":
    main()
