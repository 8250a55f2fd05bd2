"""The messages that are learned from: first ones (data/nlu), and what people type next, inside a worry (data/second).

A second message is read after the sentence for its worry (data/context.yml), and its labels say what it means *there*:
"he just did it again" is an emergency at home and a nuisance on Snapchat. data/second/README.md says how they were written.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from actions.in_context import sentence
from actions.urgency import Urgency

DATA = Path(__file__).resolve().parent.parent / "data"
FIRST, SECOND = DATA / "nlu", DATA / "second"
COLUMNS = ["worry", "reader", "message", "urgency", "topic"]  # of data/second/*.csv
NO_ASK = "none"


class Example(NamedTuple):
    """One message and its labels (docs/labelling.md). ask: what its writer wants to hear next, NO_ASK for nothing."""

    text: str
    topic: str
    urgency: str
    audience: str
    ask: str = NO_ASK


TASKS = Example._fields[1:]


def truths_of(examples: Sequence[Example]) -> dict[str, list[str]]:
    """The labels by task, each in the order of the examples."""
    return {task: [getattr(example, task) for example in examples] for task in TASKS}


def first_messages(folder: Path = FIRST) -> list[Example]:
    """Every example of data/nlu, as Rasa reads them, in a twentieth of its time. Raises ValueError with the file where a block lacks a label."""
    examples = []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            try:
                meta = block["metadata"]
                labels = block["intent"], meta["urgency"], meta["audience"], meta.get("ask", NO_ASK)
            except KeyError as error:
                raise ValueError(f"{path}: a block of {block.get('intent')!r} has no {error}") from None
            examples += [Example(line[2:], *labels) for line in block["examples"].splitlines() if line.startswith("- ")]
    return examples


def second_messages(folder: Path = SECOND) -> list[Example]:
    """Every line of data/second; the text begins with the sentence for its worry.

    Raises ValueError with file and line where a column is missing, the urgency is none of ours, or the worry has no sentence.
    """
    examples = []
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
                examples.append(Example(f"{before} {line['message']}", line["topic"], line["urgency"], line["reader"]))
    return examples
