"""List what no person has reviewed yet: `make content-report`."""

import datetime

from actions.content import load_content


def main() -> None:
    """One line per advice file, unreviewed first, then a count."""
    topics = load_content(today=datetime.date.today()).topics.values()
    waiting = [t for t in topics if t.reviewed == "unreviewed"]
    for topic in sorted(topics, key=lambda t: (t.reviewed != "unreviewed", t.slug)):
        print(f"{topic.reviewed:32} content/advice/{topic.slug}.yml")
    print(f"{len(waiting)} of {len(list(topics))} advice files wait for a person to review them.")


if __name__ == "__main__":
    main()
