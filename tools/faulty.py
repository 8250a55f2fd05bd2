"""The server with faults put into it, for tests and load: `python -m tools.faulty run …` as addons/rasa_cli.

Nothing in the server knows of this file. SIGNPOST_FAULT_EVERY=50: every 50th call of an action fails. A message with
"zzaction" makes the action raise an error that quotes it, "zznlu" the recogniser, "zzhang" holds the turn for 20 seconds.
"""

import asyncio
import itertools
import os

# As addons/rasa_cli.py does, and before numpy is imported below: or the faulty server burns twice the CPU of the real one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from addons import lean

lean.install()

from addons import in_process, rasa_cli  # noqa: E402
from addons.recogniser import Recogniser  # noqa: E402

EVERY = int(os.environ.get("SIGNPOST_FAULT_EVERY") or 0)
CALLS = itertools.count(1)


def _typed(call: dict | None) -> str:
    return str(((call or {}).get("tracker") or {}).get("latest_message", {}).get("text") or "")


def spoil() -> None:
    """Put the faults in."""
    original_executor = in_process.InProcessActions._executor.func
    original_process = Recogniser.process

    def executor(self):
        made = original_executor(self)
        run = made.run

        async def faulty(call):
            text = _typed(call)
            if "zzhang" in text:
                await asyncio.sleep(20)
            if "zzaction" in text or (EVERY and next(CALLS) % EVERY == 0):
                raise ValueError(f"a fault put in on purpose, quoting {text!r}")
            return await run(call)

        made.run = faulty
        return made

    def process(self, messages):
        for message in messages:
            if "zznlu" in str(message.get("text")):
                raise ValueError(f"a fault put in on purpose, quoting {message.get('text')!r}")
        return original_process(self, messages)

    in_process.InProcessActions._executor = in_process.functools.cached_property(executor)
    in_process.InProcessActions._executor.__set_name__(in_process.InProcessActions, "_executor")
    Recogniser.process = process


if __name__ == "__main__":
    spoil()
    rasa_cli.main()
