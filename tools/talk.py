"""Chat with the real server in the terminal: `make talk`. Nothing you type is written anywhere."""

import os
import sys

from tools.server import Server, new_sender, running


def show(texts: list[str], card: dict) -> None:
    """Print a reply as a person without a widget would see it."""
    print()
    for text in texts:
        print(text + "\n")
    print(f"  [{card['urgency']} · {card['topic']} · {card['audience']}]")
    for number, choice in enumerate(card["choices"], 1):
        print(f"  {number}  {choice['title']}")


def talk(server: Server) -> None:
    """Read lines until end of file; a number picks a button."""
    sender, choices = new_sender(), []
    prompt = "\n> " if sys.stdin.isatty() else ""
    while True:
        try:
            line = input(prompt)
        except (EOFError, KeyboardInterrupt):
            print()
            return
        if not sys.stdin.isatty():
            print(f"> {line}")
        if line.strip().isdigit() and 0 < int(line) <= len(choices):
            line = choices[int(line) - 1]["payload"]
        texts, card = server.chat(line, sender)
        choices = card["choices"]
        show(texts, card)


def main() -> None:
    """Talk to the server on SIGNPOST_PORT if one runs there, else to one started for this talk."""
    already = Server(f"http://127.0.0.1:{os.environ.get('SIGNPOST_PORT', '5005')}", log=None)
    if already.health() == 200:
        talk(already)
    else:
        print("Starting (about five seconds) …", file=sys.stderr)
        with running() as server:
            talk(server)


if __name__ == "__main__":
    main()
