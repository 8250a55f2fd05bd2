"""The trained model in this process, for tools that need its scores. The server never shows them."""

import functools
from pathlib import Path

from tools.server import MODEL


class Model:
    """A model archive, read once. `read(text)` gives Rasa's parse: intent, ranking, urgency with scores, audience."""

    def __init__(self, archive: Path = MODEL):
        from addons import lean

        lean.install()
        import asyncio
        import logging

        from rasa.core.agent import Agent
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.ERROR)  # below it, Rasa logs what it parses

        self._run = asyncio.new_event_loop().run_until_complete
        self._agent = Agent.load(str(archive))

    def read(self, text: str) -> dict:
        """What the pipeline makes of a message: Rasa's parse data with our labels."""
        return self._run(self._agent.parse_message(text))


@functools.cache
def model() -> Model:
    """The model that `make train` wrote."""
    return Model()
