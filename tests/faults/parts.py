"""Parts that break on request: what they do is read, at every call, from the file named by SIGNPOST_FAULT_FILE.

They are put into a real server by configuration alone: `endpoints.yml` names the store and this package as the actions,
and the model archive names the classifier.
"""

import asyncio
import os
import time
from pathlib import Path

from rasa_sdk import Action

from actions import actions
from addons.private_store import PrivateTrackerStore
from addons.recogniser import Recogniser


def fault() -> str:
    """The fault of the moment, "" when all is well."""
    try:
        return Path(os.environ["SIGNPOST_FAULT_FILE"]).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def breakable(run):
    """An action's `run` that does as the file says. Its error quotes what was typed, as careless code would."""

    def broken(self, dispatcher, tracker, domain):
        now = fault()
        if now == "action raises" or (now == "only the advice raises" and self.name() == "action_advise"):
            raise ValueError(f"cannot handle {(tracker.latest_message or {}).get('text')}")
        if now == "action hangs":
            time.sleep(3600)
        if now == "action returns nonsense":
            return "nonsense"
        if now == "action returns half a card" and self.name() == "action_advise":
            dispatcher.utter_message(text="Here you are.")
            dispatcher.utter_message(json_message={"card": "signpost", "urgency": "purple", "contacts": [{"id": "999", "href": "tel:999"}]})
            return []
        if now == "action says nothing":
            return []
        return run(self, dispatcher, tracker, domain)

    return broken


for _action in [a for a in vars(actions).values() if isinstance(a, type) and issubclass(a, Action) and a is not Action]:
    _action.run = breakable(_action.run)


class BreakableRecogniser(Recogniser):
    def process(self, messages):
        if fault() == "classifier raises":
            raise RuntimeError(f"cannot read {messages[0].get('text')}")
        return super().process(messages)


class BreakableStore(PrivateTrackerStore):
    async def _maybe(self):
        now = fault()
        if now == "store refuses":
            raise ConnectionRefusedError("nobody at home")
        if now == "store hangs":
            await asyncio.sleep(3600)
        if now == "store is slow":
            await asyncio.sleep(0.7)

    async def save(self, tracker):
        await self._maybe()
        await super().save(tracker)

    async def retrieve(self, sender_id):
        await self._maybe()
        return await super().retrieve(sender_id)
