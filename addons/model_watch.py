"""Serve without a model when there is none, and take it up when there is one.

Rasa refuses to start when the archive is missing, or quietly takes another one from models/; a corrupt one leaves it without
until somebody restarts it. Here the server starts, answers with the safety card (the deterministic layer needs no model) and
looks at the file every few seconds.
"""

import asyncio
import copy
import os
import warnings
from pathlib import Path

import structlog

from addons.operator_log import kind
from addons.settings import number

log = structlog.get_logger("signpost.model")
MODEL = "signpost.tar.gz"
LOOK_SECONDS = number(os.environ, "SIGNPOST_MODEL_LOOK_SECONDS", 5, least=0.1)
# An unchanged file may load now that the disk has room again; a try costs seconds of CPU, so it is not made each time.
EVERY = 6


def _state(path: Path) -> tuple | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns)


class ModelWatch:
    """Loads the archive at `path` into the server, now or later. One log line when the reason changes, one when it is loaded."""

    def __init__(self, path: Path, app):
        self.path, self.app = path, app
        self._reason = ""

    def load(self) -> bool:
        """Load the model now. Blocking, several seconds. False when it could not be loaded."""
        # A copy: whoever is being answered meanwhile sees no half-loaded agent.
        agent = copy.copy(self.app.ctx.agent)
        try:
            if not self.path.is_file():
                raise FileNotFoundError(2, "no such file")
            agent.load_model(str(self.path))
        except Exception as error:
            reason = f"{kind(error)}: {error}"[:300]
            if reason != self._reason:
                log.error("model_not_loaded", file=str(self.path), reason=reason)
                self._reason = reason
            return False
        self.app.ctx.agent = agent
        if self._reason:
            log.warning("model_loaded", file=str(self.path))
        return True

    async def watch(self) -> None:
        """Try again when the file has changed and is no longer being written, and now and then anyway."""
        tried, before, looks = _state(self.path), _state(self.path), 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            looks += 1
            now, settled = _state(self.path), _state(self.path) == before
            before = now
            if now is None or not settled or (now == tried and looks % EVERY):
                continue
            tried = now
            if await asyncio.to_thread(self.load):
                return


def install() -> None:
    """Let `rasa run --model X` mean X and no other file, and start without it."""
    import rasa.cli.run
    import rasa.core.run
    import rasa.model

    # Both would put another archive from models/ in its place, or refuse to start.
    rasa.cli.run._validate_model_path = lambda path, _parameter, _default: path
    rasa.model.get_local_model = lambda path=None: path
    original = rasa.core.run.load_agent_on_start

    async def load_agent_on_start(model_path, endpoints, remote_storage, app, loop):
        elsewhere = remote_storage is not None or (endpoints and endpoints.model)
        if elsewhere or not model_path:
            return await original(model_path, endpoints, remote_storage, app, loop)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "Agent loaded with no model!": it is about to be
            await original(None, endpoints, None, app, loop)
        path = Path(model_path)
        watch = ModelWatch(path / MODEL if path.is_dir() else path, app)  # without --model Rasa names the folder
        if not watch.load():
            app.add_task(watch.watch())
        return app.ctx.agent

    rasa.core.run.load_agent_on_start = load_agent_on_start
