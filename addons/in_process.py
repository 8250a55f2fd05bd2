"""Run custom actions inside the Rasa server, instead of over HTTP to a second process.

One process less to start, watch and lose; a turn costs a third of the CPU; and an action that fails cannot put the
tracker, with somebody's words in it, into an error log. `endpoints.yml` asks for it with `url: in-process://actions`.
Any other url is Rasa's own action server (`python -m rasa_sdk --actions actions`), untouched.
"""

import asyncio
import functools
import os

from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from addons.operator_log import note
from addons.settings import number
from addons.threads import Threads

SCHEME = "in-process:"
URL = f"{SCHEME}//actions"
# An action composes text from memory: a millisecond. One that takes longer than this has hung.
TIME_LIMIT = number(os.environ, "SIGNPOST_ACTION_SECONDS", 3, least=0.1)


class InProcessActions(EndpointConfig):
    """An action endpoint that calls rasa_sdk's executor.

    Actions run in threads, so that a hanging one cannot stop the server's event loop. Each call is bounded by
    TIME_LIMIT seconds. Every failure is noted (addons/operator_log.py) with the action's name and the kind of error, no
    words, and becomes a RasaException with no more in it than that.
    """

    def __init__(self, url: str = URL, package: str = "actions", **kwargs):
        super().__init__(url=url, **kwargs)
        self.package = package

    @functools.cached_property
    def _executor(self):
        from rasa_sdk.executor import ActionExecutor

        executor = ActionExecutor()
        executor.register_package(self.package)
        return executor

    @functools.cached_property
    def _threads(self) -> Threads:
        return Threads("action")

    async def request(self, *args, json: dict | None = None, **kwargs) -> dict | None:
        """Run the action named in `json["next_action"]`; its events and responses, as the action server would."""
        name = (json or {}).get("next_action", "?")
        try:
            return await self._threads.run(lambda: asyncio.run(self._executor.run(json)), TIME_LIMIT)
        except TimeoutError:
            note("action_timed_out", action=name, seconds=TIME_LIMIT)
        except Exception as error:
            note("action_failed", action=name, error=type(error).__name__)
        # `from None`, outside the handler: Rasa logs the chain, and the first link may quote somebody.
        raise RasaException(f"{name} failed") from None


def install() -> None:
    """Let endpoints.yml name in-process actions, and stop Rasa re-checking a constant schema on every call."""
    from jsonschema import Draft202012Validator
    from rasa.core.actions.action import RemoteAction

    original = EndpointConfig.from_dict.__func__

    def from_dict(cls, data):
        return InProcessActions(**data) if data.get("url", "").startswith(SCHEME) else original(cls, data)

    EndpointConfig.from_dict = classmethod(from_dict)
    validator = Draft202012Validator(RemoteAction.action_response_format_spec())

    def validate(self, result):
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate
