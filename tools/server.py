"""Start the real server on a free port, wait until it answers with the model, stop it. For tools and tests."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "signpost.tar.gz"


def new_sender() -> str:
    """128 random bits, as the chat widget mints them."""
    return secrets.token_hex(16)


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A running Signpost. `url` is its address; `log` the path of what it printed."""

    def __init__(self, url: str, log: Path, process: subprocess.Popen | None = None):
        self.url, self.log, self.process = url, log, process

    def post(self, path: str, body, *, timeout: float = 20) -> tuple[int, list | dict]:
        """Status and JSON answer. `body` is bytes as they are, or anything JSON can hold."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def chat(self, message: str, sender: str | None = None) -> tuple[list[str], dict]:
        """Texts and card for one message."""
        _, answer = self.post("/chat", {"sender": sender or new_sender(), "message": message})
        return [m["text"] for m in answer if "text" in m], answer[-1]["custom"]

    def health(self) -> int:
        """Status of GET /health; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + "/health", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@contextlib.contextmanager
def running(
    *,
    model: Path = MODEL,
    wait: float = 90,
    ready: bool = True,
    cwd: Path = ROOT,
    endpoints: Path | str = "endpoints.yml",
    credentials: Path | str = "credentials.yml",
    program: str = "addons.rasa_cli",
    more: tuple[str, ...] = (),
    port: int = 0,
    log: Path | None = None,
    before: str = "",
    **environment: str,
):
    """A server of our own on a free port. `ready=False` does not wait for the model (it may be missing on purpose).

    program: what to run, e.g. tools.faulty. more: further arguments of `rasa run`, e.g. "--debug".
    log: where it prints, and stays; otherwise what it printed goes with it.
    before: shell words that run first in the server's process, e.g. "ulimit -n 64".
    """
    port = port or free_port()
    folder = None if log else Path(tempfile.mkdtemp(prefix="signpost-"))
    log, started = log or folder / "server.log", False
    env = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "SIGNPOST_RATE_LIMIT": "off",
        "SIGNPOST_MODELS": str(model.parent),
        **environment,
    }
    command = [sys.executable, "-m", program, "run", "--model", str(model), "--interface", "127.0.0.1"]
    command += ["--port", str(port), "--endpoints", str(endpoints), "--credentials", str(credentials), *more]
    if before:
        command = ["bash", "-c", f'{before} && exec "$@"', "bash", *command]
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=out, stderr=out)
    server = Server(f"http://127.0.0.1:{port}", log, process)
    try:
        deadline = time.monotonic() + wait
        while (status := server.health()) != 200 and (ready or status == 0):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start; it said:\n{log.read_text()[-3000:]}")
            time.sleep(0.2)
        started = True
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if folder and started:  # what a server said that did not start is kept
            shutil.rmtree(folder, ignore_errors=True)
