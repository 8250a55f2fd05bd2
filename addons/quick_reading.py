"""Read tens of thousands of training messages in seconds: what Rasa does, without doing it several times over.

Rasa parses each NLU file twice in pure Python (once only to name the line of a mistake), hashes a message by walking all
of it, and deep-copies every message at every merge: a tenth of training,
and nearly all of `rasa data validate`. `install` changes how, not what: the same
messages in the same order (tests/test_quick_reading.py). A file that is not plain examples goes Rasa's own way, so its
mistakes are reported as Rasa reports them.
"""

import yaml
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is in every wheel
_BLOCK = {"intent": str, "examples": str, "metadata": dict}


def _plain_blocks(text: str) -> list[dict] | None:
    """The blocks of an NLU file that holds nothing but examples; None for anything else."""
    try:
        content = yaml.load(text, Loader=_SafeLoader)
    except yaml.YAMLError:
        return None
    if not isinstance(content, dict) or set(content) != {"version", "nlu"} or content["version"] != "3.1":
        return None
    blocks = content["nlu"]
    plain = isinstance(blocks, list) and all(
        isinstance(b, dict) and set(b) == set(_BLOCK) and all(isinstance(b[k], kind) for k, kind in _BLOCK.items()) for b in blocks
    )
    return blocks if plain else None


def install() -> None:
    """Put the quick ways in place, for this process."""
    whole = RasaYAMLReader.reads

    def reads(self, string, **kwargs):
        if (blocks := _plain_blocks(string)) is None:
            return whole(self, string, **kwargs)
        self._parse_nlu(blocks)
        return TrainingData(self.training_examples)

    def copied(self, memo):
        # Copies share the metadata of their block: nothing in our pipeline changes it.
        return Message(dict(self.data), set(self.output_properties), self.time, list(self.features))

    RasaYAMLReader.reads = reads
    Message.__hash__ = lambda self: hash((self.data.get(TEXT), self.data.get(INTENT)))  # equal messages: equal hash
    Message.__deepcopy__ = copied
