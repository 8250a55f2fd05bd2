"""The trained half of recognition: what a message is about, how urgent it is, and who is typing."""

import functools
import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions import in_context
from actions.normalise import words_of
from actions.urgency import AUDIENCES, Urgency, tier_of
from addons.encoder import model_folder
from addons.examples import NO_ASK, Example, second_messages, truths_of
from addons.judge import OUTSIDE, TIERS, Judge, write_encoders
from addons.memory import LONGEST, Memory, Remembered

ROOT = Path(__file__).resolve().parent.parent
# "He's gone, but …", "he's asleep now", "I threw them up": with one of these a message does not clearly say that the danger has passed.
DOUBT = frozenset(
    "but still isnt yet until unless thought think maybe probably might again coming outside asleep sleeping slept nap napping bed drunk "
    "calm calmed calmer quiet stopped popped pills tablets threw sick".split()
)
# What each tier must reach (actions/urgency.py, tier_of); config.yml gives the ones in use.
THRESHOLDS = {"emergency": {"urgent": 0.02, "support": 0.06, "info": 0.2, "chat": 0.2}, "urgent": 0.45, "support": 0.45, "info": 0.5}
FEW = 12  # words: so few hold no other half that the model may have overlooked, and it is surer or wrong (docs/decisions.md)
NEVER = 2.0  # a share of probability that nothing reaches
LONG = 35  # words: from here a text is read in passages too
PASSAGE = (12, 30)  # words: sentences are put together up to the first, and cut above the second
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
TRAINS_WITH = ("attention_head", "encoder", "examples", "judge", "left_out", "memory", "ngrams", "recogniser", "spelling", "typos")


def example_of(message: Message) -> Example:
    """A training example as Rasa read it. Raises InvalidConfigException when a label is missing."""
    meta = message.get(METADATA, {}).get(METADATA_INTENT) or {}
    topic, urgency, audience = message.get(INTENT), meta.get("urgency"), meta.get("audience")
    if urgency not in TIERS or audience not in AUDIENCES:
        raise InvalidConfigException(
            f"data/nlu: an example of {topic!r} has urgency {urgency!r} and audience {audience!r}; every block needs "
            f"`metadata: {{urgency: …, audience: …}}` (docs/labelling.md)"
        )
    return Example(message.get(TEXT), topic, urgency, audience, meta.get("ask", NO_ASK))


@functools.cache
def _made_of() -> str:
    """A digest of the code, the encoders' adapters and the second messages that training uses.

    Rasa's training cache looks at the component's class and config only: without this a changed helper would go unnoticed.
    """
    code = [
        *(ROOT / "addons" / f"{name}.py" for name in TRAINS_WITH),
        *(ROOT / "actions" / f"{name}.py" for name in ("in_context", "normalise")),
    ]
    data = [
        *sorted((ROOT / "data" / "encoder").glob("*.npz")),
        ROOT / "data" / "context.yml",
        *sorted((ROOT / "data" / "second").glob("*.csv")),
    ]
    return hashlib.blake2b(b"".join(f.read_bytes() for f in code + data), digest_size=8).hexdigest()


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class Recogniser(IntentClassifier, GraphComponent):
    """Topic, urgency and audience of a message.

    In:  Message.text, 1 to 2,000 characters: read whole, and a long one also in passages.
    Out: `intent` and `intent_ranking` (topic); `urgency` {"tier", "scores", "otherwise", "remembered"}: "otherwise" the tier if it were no emergency,
         "remembered" whether a training message with the same words has told tier and topic (addons/memory.py); `audience` {"name", "confidence"};
         `ask` {"name", "confidence"}: the follow-up that is likeliest wanted, and how likely;
         `over`, whether it clearly says that the danger has passed (its share reaches the limit, that of an emergency doesn't, and no word of doubt is by);
         `in_scope`, 0 to 1: how much this looks like a worry or a question of ours;
         `foreign`, whether it is in another language than English.
    Trains on `metadata: {urgency, audience, ask}` of every NLU block (ask may be absent; InvalidConfigException
    names a block without the others), and on the second messages of data/second.
    A button's payload ("/choose{…}") passes through untouched.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Defaults; config.yml gives the ones in use, each with its reason."""
        return {
            "made_of": _made_of(),
            "adapters": [],
            "rounds": 1,
            "fresh_rounds": 3,
            "mix": 0.7,
            "again": 1.0,
            "most": None,
            "typo_copies": 0.2,
            "seed": 7,
            "thresholds": THRESHOLDS,
            "audience_threshold": 0.6,
            "over": 0.7,
            "not_over": 0.2,
            "few_words": 0.1,
            "passage": 0.85,
            "memory": 0.9,
        }

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, judge: Judge | None = None, memory: Memory | None = None
    ):
        self.config = config
        self._storage = storage
        self._resource = resource
        self.judge = judge
        self.memory = memory

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "Recogniser":
        """An untrained recogniser."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Write the encoder, train the heads, save both inside the model archive."""
        examples = [example_of(message) for message in training_data.intent_examples if message.get(TEXT)]
        known = {example.topic for example in examples}
        first = [(example.text, Remembered(example.urgency, example.topic)) for example in examples]
        examples += [second for second in second_messages() if second.topic in known]  # other data than ours may have other intents
        with self._storage.write_to(self._resource) as folder:
            adapters = [ROOT / name for name in self.config["adapters"]]
            shutil.copy(model_folder() / "tokenizer.json", folder / "tokenizer.json")
            self.judge = Judge.train(
                write_encoders(folder, adapters),
                [example.text for example in examples],
                truths_of(examples),
                rounds=self.config["rounds"],
                fresh_rounds=self.config["fresh_rounds"],
                mix=self.config["mix"],
                copies=self.config["typo_copies"],
                seed=self.config["seed"],
                again=self.config["again"],
                most=self.config["most"],
                adapters=adapters,
            )
            self.judge.save(folder)
            self.memory = Memory.learn(first, self.judge.labels["topic"])
            self.memory.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "Recogniser":
        """The recogniser from a model archive."""
        with model_storage.read_from(resource) as folder:
            judge = Judge.load(folder, config["mix"])
            memory = Memory.load(folder, judge.labels["topic"])
        judge.scores(["hello"])  # the first answer should not pay for warming up
        loaded = cls(config, model_storage, resource, judge, memory)
        in_context.reads = loaded.reads
        return loaded

    def reads(self, text: str) -> dict[str, dict[str, float]]:
        """Shares of urgency and topic for a text that is no message of its own (actions/in_context.py)."""
        scores = self._named(self.judge.scores([text]))
        return {task: scores[task] for task in ("urgency", "topic")}

    def _named(self, scores: dict[str, np.ndarray], row: int = 0) -> dict[str, dict[str, float]]:
        return {task: dict(zip(self.judge.labels[task], map(float, shares[row]), strict=True)) for task, shares in scores.items()}

    def _of_a_passage(self, text: str, whole: float) -> dict[str, dict[str, float]]:
        """Urgency and topic of the passage of a long text that is surely an emergency; {} when there is none.

        Danger told in one sentence of a long story is thinned out by the rest: read whole, most of it is missed.
        """
        if not (parts := passages(text)):
            return {}
        scores = self.judge.scores(parts)
        danger = scores["urgency"][:, TIERS.index("emergency")]
        row = int(danger.argmax())
        if danger[row] < max(self.config["passage"], whole):
            return {}
        named = self._named(scores, row)
        return {task: named[task] for task in ("urgency", "topic")}

    def process(self, messages: list[Message]) -> list[Message]:
        """Put topic, urgency and audience on each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            if not text.startswith("/"):
                self._read(message, text)
        return messages

    def _says_over(self, scores: dict[str, dict[str, float]]) -> bool:
        """Whether it says that the danger has passed, and can't as well be one: "hes gone" alone may be either."""
        return scores["topic"].get("danger_over", 0.0) >= self.config["over"] and scores["urgency"]["emergency"] < self.config["not_over"]

    def _doubts(self, text: str) -> bool:
        """Whether a word of doubt is in the text, as typed or mended."""
        return any(DOUBT & set(words_of(read)) for read in (text, self.judge.spelling.mend(text)))

    def _remembered(self, text: str, danger: float) -> Remembered | None:
        """The labels of a training message with these words, as typed or mended; None where they say no emergency and the model is sure of one."""
        if len(text.split()) > LONGEST:
            return None
        said = self.memory.of(text) or self.memory.of(self.judge.spelling.mend(text))
        return None if said and said.urgency != TIERS[-1] and danger >= self.config["memory"] else said

    def _read(self, message: Message, text: str) -> None:
        scores = self._named(self.judge.scores([text]))
        foreign = self.judge.spelling.another_language(text)
        over = self._says_over(scores) and not (foreign or self._doubts(text))
        if not over:
            scores |= self._of_a_passage(text, scores["urgency"]["emergency"])
        remembered = self._remembered(text, scores["urgency"]["emergency"])
        topics = scores["topic"]
        if remembered:
            first = max(topics, key=topics.get)
            topics |= {remembered.topic: topics[first], first: topics[remembered.topic]}
            over = over and remembered.topic == "danger_over"
        ranking = sorted(topics.items(), key=lambda item: -item[1])
        message.set(INTENT, {"name": ranking[0][0], "confidence": ranking[0][1]}, add_to_output=True)
        message.set("intent_ranking", [{"name": n, "confidence": c} for n, c in ranking[:5]], add_to_output=True)
        message.set("over", over, add_to_output=True)
        message.set("foreign", foreign, add_to_output=True)
        # How sure we are that this is a worry or a question of ours at all: for figures and for doubt, never for the tier.
        outside = sum(scores["topic"].get(topic, 0.0) for topic in OUTSIDE)
        message.set("in_scope", (1 - outside) * (1 - scores["urgency"]["chat"]), add_to_output=True)
        limits = limits_for(text, self.config)
        if over:
            # "He's gone now, mum's home" speaks of danger because it is over: the emergency must be likelier than not.
            limits = {**limits, "emergency": 0.5}
        tier = tier_of(scores["urgency"], limits)
        otherwise = tier_of(scores["urgency"], {**limits, "emergency": NEVER})
        if remembered:
            tier = Urgency.of(remembered.urgency)
            otherwise = otherwise if tier is Urgency.EMERGENCY else tier
        urgency = {
            "tier": tier.word,
            "by": "model",
            "scores": scores["urgency"],
            "otherwise": otherwise.word,
            "remembered": bool(remembered),
        }
        message.set("urgency", urgency, add_to_output=True)
        ask, likely = max(((name, share) for name, share in scores["ask"].items() if name != NO_ASK), key=lambda item: item[1])
        message.set("ask", {"name": ask, "confidence": likely}, add_to_output=True)
        audience, sure = max(scores["audience"].items(), key=lambda item: item[1])
        if sure < self.config["audience_threshold"]:
            audience = "unknown"
        message.set("audience", {"name": audience, "confidence": sure}, add_to_output=True)


def limits_for(text: str, config: dict[str, Any]) -> dict[str, Any]:
    """The thresholds for this message, as actions/urgency.py takes them: up to FEW words an emergency takes at least `few_words`."""
    limits = config["thresholds"]
    if len(text.split()) > FEW:
        return limits
    return {**limits, "emergency": {**limits["emergency"], "least": config["few_words"]}}


def passages(text: str) -> list[str]:
    """A long text in passages of whole sentences, or of words where nobody set a full stop; [] when it is short."""
    if len(text.split()) < LONG:
        return []
    found, words = [], []
    for sentence in _SENTENCE_END.split(text):
        words += sentence.split()
        if len(words) >= PASSAGE[0]:
            found.append(words)
            words = []
    found += [words] if words else []
    size, step = PASSAGE[1], PASSAGE[1] // 2
    cut = [words[i : i + size] for words in found for i in (range(0, len(words) - step, step) if len(words) > size else (0,))]
    return [" ".join(words) for words in cut]
