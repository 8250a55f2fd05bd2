"""Training messages read quickly are the messages Rasa reads."""

import copy
import subprocess
import sys

import pytest

from addons import lean

FILES = ("deny", "trolling_abuse")  # small ones; the second has emoji and odd marks
PROGRAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
from addons import lean
lean.install()
if sys.argv[1] == "quick":
    from addons import quick_reading
    quick_reading.install()
from rasa.shared.importers.importer import TrainingDataImporter
paths = sys.argv[2:]
data = TrainingDataImporter.load_from_dict({}, None, "domain.yml", paths).get_nlu_data()
print(json.dumps([[m.as_dict(), m.fingerprint()] for m in data.training_examples]))
"""


def read(how: str, *paths, root) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", PROGRAM, how, *map(str, paths)], cwd=root, capture_output=True, text=True)


def test_quickly_read_messages_are_those_that_rasa_reads(root):
    paths = [root / "data/nlu" / f"{name}.yml" for name in FILES]
    quick, whole = (read(how, *paths, root=root).stdout for how in ("quick", "whole"))
    assert len(whole) > 10_000 and quick == whole


@pytest.mark.parametrize(
    "content",
    ['version: "3.1"\nnlu:\n  - intent: deny\n    examples: [', 'version: "3.1"\nnlu:\n  - intent: deny\n    examples: 3'],
    ids=["no YAML", "no examples"],
)
def test_a_mistake_in_a_file_is_named_as_rasa_names_it(content, root, tmp_path):
    (path := tmp_path / "broken.yml").write_text(content)
    quick, whole = (read(how, path, root=root) for how in ("quick", "whole"))
    assert quick.returncode == whole.returncode != 0
    assert "broken.yml" in quick.stderr and quick.stderr.splitlines()[-1] == whole.stderr.splitlines()[-1]


def test_a_copied_message_is_a_message_of_its_own(monkeypatch):
    lean.install()
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
    from rasa.shared.nlu.training_data.message import Message

    from addons import quick_reading

    monkeypatch.setattr(RasaYAMLReader, "reads", RasaYAMLReader.reads)  # put back after the test
    monkeypatch.setattr(Message, "__hash__", Message.__hash__)
    monkeypatch.setattr(Message, "__deepcopy__", None, raising=False)
    quick_reading.install()
    first = Message.build("hes here", "in_person_danger")
    second = copy.deepcopy(first)
    second.set("text", "hi")
    assert first.get("text") == "hes here" and first != second and hash(first) == hash(copy.deepcopy(first))
