"""Our topic recogniser on public intent sets, so that others can compare: `make evaluate-public DATA=folder`.

The data is not ours and is not committed. The folder holds either

    train.csv and test.csv    with a header; columns text and label, under one of the names below (BANKING77, HINT3)
    data_full.json            CLINC150's own file: train, test, oos_test, … lists of [text, label]

Labels in OUTSIDE count as out of scope: never trained on, and asked for the AUROC.
"""

import argparse
import csv
import json
import sys
from pathlib import Path

import numpy as np

from tools.calibrate import adapters_of, settings
from tools.measures import auroc, share
from tools.server import ROOT

TEXT = ("text", "sentence", "utterance", "query")
LABEL = ("label", "category", "intent")
OUTSIDE = {"oos", "out_of_scope", "NO_NODES_DETECTED"}


def read_csv(path: Path) -> list[tuple[str, str]]:
    """Text and label of each line. Raises ValueError naming the file when a column is missing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names = reader.fieldnames or []
        text = next((n for n in TEXT if n in names), None)
        label = next((n for n in LABEL if n in names), None)
        if not text or not label:
            raise ValueError(f"{path}: needs a text column ({', '.join(TEXT)}) and a label column ({', '.join(LABEL)}); it has {names}")
        return [(row[text], row[label]) for row in reader if row[text]]


def read_folder(folder: Path) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Training and test pairs. Raises ValueError when the folder holds neither shape."""
    clinc = folder / "data_full.json"
    if clinc.exists():
        data = json.loads(clinc.read_text(encoding="utf-8"))
        return [tuple(p) for p in data["train"]], [tuple(p) for p in [*data["test"], *data.get("oos_test", [])]]
    if (folder / "train.csv").exists() and (folder / "test.csv").exists():
        return read_csv(folder / "train.csv"), read_csv(folder / "test.csv")
    raise ValueError(f"{folder} holds neither train.csv and test.csv nor data_full.json")


def measure(train: list[tuple[str, str]], test: list[tuple[str, str]]) -> str:
    """Accuracy on in-scope messages, and the AUROC of the top probability for telling out-of-scope ones."""
    from addons import lean

    lean.install()
    from addons.judge import Judge, write_encoders

    config = settings()
    inside = [p for p in train if p[1] not in OUTSIDE]
    names = ("rounds", "fresh_rounds", "mix", "seed")
    judge = Judge.train(
        write_encoders(ROOT / "results", adapters_of(config)),
        [t for t, _ in inside],
        {"topic": [label for _, label in inside]},
        copies=config["typo_copies"],
        **{name: config[name] for name in names},
    )
    scores = judge.scores([t for t, _ in test])["topic"]
    said = [judge.labels["topic"][i] for i in scores.argmax(1)]
    known = [label not in OUTSIDE for _, label in test]
    hits = sum(s == label for s, (_, label), k in zip(said, test, known, strict=True) if k)
    top = scores.max(1)
    line = f"{len(inside)} training messages, {len(judge.labels['topic'])} intents; in-scope accuracy {share(hits, sum(known))}"
    if not all(known):
        line += f"; out-of-scope AUROC {auroc(list(top[np.array(known)]), list(top[~np.array(known)])):.3f} (n={len(known) - sum(known)})"
    return line


def main() -> None:
    """Print one line per folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    for folder in parser.parse_args().folders:
        try:
            train, test = read_folder(folder)
        except (ValueError, OSError) as error:
            sys.exit(f"evaluate-public: {error}")
        print(f"{folder.name}: {measure(train, test)}", flush=True)


if __name__ == "__main__":
    main()
