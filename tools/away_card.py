"""Write deploy/away.json: what the proxy answers when no server can. `make away-card`.

A card like any other, from the same words and the same directory; a test fails when it is out of date. Nobody has heard
the message, so doubt resolves upward: 999 stands first and the first line asks whether anyone is in danger.
"""

import datetime
import json
from pathlib import Path

from actions.cards import safety_reply
from actions.content import load_content
from actions.urgency import Urgency

PATH = Path(__file__).resolve().parent.parent / "deploy" / "away.json"
SENDER = "%[var(txn.sender)]"  # HAProxy fills it in, if it is 32 hex digits


def away_card(today: datetime.date) -> str:
    """The file's text: POST /chat's shape, with per cent signs doubled for HAProxy."""
    content = load_content(today=today)
    reply = safety_reply(content, why="degraded", urgency=Urgency.EMERGENCY)
    first = f"{content.fill(content.words['safety'])} {content.words['degraded']}"
    messages = [*({"text": text} for text in (first, *reply.texts[1:])), {"custom": reply.card}]
    body = json.dumps([{"recipient_id": "SENDER", **message} for message in messages], ensure_ascii=True)
    return body.replace("%", "%%").replace("SENDER", SENDER)


if __name__ == "__main__":
    PATH.write_text(away_card(datetime.date.today()), encoding="utf-8")
    print(f"wrote {PATH}")
