"""What people type next, inside a worry: training messages that are read after the sentence for that worry (data/context.yml).

Each line of data/second/*.csv: worry, reader, message, urgency, topic. The last two say what the message means *there*:
"he just did it again" is an emergency at home and a nuisance on Snapchat. data/second/README.md says how they were written.
"""

import csv
from pathlib import Path

from actions.in_context import sentence
from actions.urgency import Urgency

FOLDER = Path(__file__).resolve().parent.parent / "data" / "second"
COLUMNS = ["worry", "reader", "message", "urgency", "topic"]
NO_ASK = "none"


def second_messages(folder: Path = FOLDER) -> list[tuple[str, str, str, str, str]]:
    """Text, topic, urgency, audience and ask of each, as for a first message; the text begins with the sentence for its worry.

    Raises ValueError with file and line where a column is missing, the urgency is none of ours, or the worry has no sentence.
    """
    rows = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.DictReader(file)
            if lines.fieldnames != COLUMNS:
                raise ValueError(f"{path}:1: the columns are {', '.join(COLUMNS)}")
            for line in lines:
                where = f"{path}:{lines.line_num}"
                if None in line or None in line.values():
                    raise ValueError(f"{where}: not five columns")
                before = sentence(line["worry"], line["reader"])
                if before is None:
                    raise ValueError(f"{where}: data/context.yml has no sentence for {line['worry']!r} told by {line['reader']!r}")
                if line["urgency"] not in {u.word for u in Urgency}:
                    raise ValueError(f"{where}: urgency {line['urgency']!r}")
                rows.append((f"{before} {line['message']}", line["topic"], line["urgency"], line["reader"], NO_ASK))
    return rows
