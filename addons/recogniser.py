"""The trained half of recognition: what a message is about, how urgent it is, and who is typing."""

import functools
import hashlib
import json
import random
import re
import shutil
import sys
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_limits

from actions.normalise import words_of
from actions.urgency import AUDIENCES, Urgency, tier_of
from addons.attention_head import AttentionHead, Task, plan
from addons.encoder import Encoder, WrongWeights, head_of, model_folder, write_onnx
from addons.left_out import to_read
from addons.ngrams import NgramHead
from addons.progress import Progress
from addons.spelling import Spelling
from addons.typos import noisy

log = structlog.get_logger("signpost.recogniser")
ROOT = Path(__file__).resolve().parent.parent
TIERS = [u.word for u in Urgency]
# "He's gone, but …": with one of these a message does not clearly say that the danger has passed.
DOUBT = frozenset("but still isnt yet until unless thought think maybe probably might again coming outside".split())
NO_ASK = "none"
# What each tier must reach (actions/urgency.py, tier_of); config.yml gives the ones in use.
THRESHOLDS = {"emergency": {"urgent": 0.015, "support": 0.05, "info": 0.2, "chat": 0.2}, "urgent": 0.45, "support": 0.45, "info": 0.5}
LEAST = 1e-6  # a probability no reading goes below, so that neither can rule a label out alone
MENDED = 0.6  # power of each reading of a mistyped text, as typed and mended; more than a half, for where they differ their product is flat
LONG = 35  # words: from here a text is read in passages too
PASSAGE = (12, 30)  # words: sentences are put together up to the first, and cut above the second
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
TRAINS_WITH = ("attention_head", "encoder", "left_out", "ngrams", "recogniser", "spelling", "typos")
OUTSIDE = ("out_of_scope", "trolling_abuse")
# Share of each task in the loss. Urgency decides who is called, so it leads.
TASK_WEIGHTS = {"urgency": 1.0, "topic": 0.5, "audience": 0.3, "ask": 0.3}


def labels_of(message: Message) -> tuple[str, str, str, str]:
    """Topic, urgency, audience and ask of a training example. Raises InvalidConfigException when one is missing.

    The ask is what somebody wants to hear next ("words_to_say"); most messages have none.
    """
    meta = message.get(METADATA, {}).get(METADATA_INTENT) or {}
    topic, urgency, audience = message.get(INTENT), meta.get("urgency"), meta.get("audience")
    if urgency not in TIERS or audience not in AUDIENCES:
        raise InvalidConfigException(
            f"data/nlu: an example of {topic!r} has urgency {urgency!r} and audience {audience!r}; every block needs "
            f"`metadata: {{urgency: …, audience: …}}` (docs/labelling.md)"
        )
    return topic, urgency, audience, meta.get("ask", NO_ASK)


@dataclass
class Reader:
    """An encoder and the head that learned with it."""

    encoder: Encoder
    head: AttentionHead

    def read(self, texts: list[str]) -> list[np.ndarray]:
        """Probabilities, float (n, labels), one array a task."""
        return self.head.predict(self.encoder.tokens(texts))


class Judge:
    """The trained parts together, without Rasa: text in, probabilities out. `Recogniser` wraps it; calibration uses it too."""

    def __init__(self, readers: list[Reader], ngrams: NgramHead, spelling: Spelling, labels: dict[str, list[str]], mix: float):
        self.readers = readers
        self.ngrams = ngrams
        self.spelling = spelling
        self.labels = labels
        self.mix = mix

    @classmethod
    def train(cls, encoders, texts, truths, *, rounds, fresh_rounds, mix, copies, seed, again=1.0, adapters=()) -> "Judge":
        """adapters: of the encoders, in their order, none when their tuned heads are not wanted; truths: {"urgency"|"topic"|"audience"|"ask":
        list of labels}, all or some; copies: share the n-grams learn mistyped as well.

        A head goes on, for `rounds`, from the one that was tuned with its encoder, when that tells the same labels apart: on its
        part of what the tuner has not seen, and `again` of what it has. Else it starts fresh, reads all, and takes `fresh_rounds`.
        """
        labels = {task: TIERS if task == "urgency" else sorted(set(truths[task])) for task in TASK_WEIGHTS if task in truths}
        truth = {task: np.array([labels[task].index(v) for v in truths[task]]) for task in labels}
        sizes = {task: len(labels[task]) for task in labels}
        starts = [_start(adapter, labels) for adapter in adapters or [None] * len(encoders)]
        reads = [to_read(texts, again, part, len(starts)) if start else np.arange(len(texts)) for part, start in enumerate(starts)]
        stopped = threading.Event()

        def unless_stopped(progress):
            def go_on(steps: int = 1) -> None:
                if stopped.is_set():
                    raise CancelledError
                progress(steps)

            return go_on

        def tokens_of(part: int, progress) -> list[np.ndarray]:
            return _half(encoders[part].tokens([texts[i] for i in reads[part]], progress))

        def head(part: int, tokens: list[np.ndarray], progress) -> AttentionHead:
            start, read = starts[part], reads[part]
            tasks = [Task(labels[t], truth[t][read], w, 0.5 if t == "urgency" else 0.0) for t, w in TASK_WEIGHTS.items() if t in labels]
            head = AttentionHead.fresh(tokens[0].shape[1], [*sizes.values()], np.random.default_rng(seed + part))
            if start:
                if {name: array.shape for name, array in start.items()} != {name: array.shape for name, array in head.p.items()}:
                    raise WrongWeights(f"{adapters[part]}: its head does not fit addons/attention_head.py; run `make tune`")
                head.p = start
            return head.fit(tokens, tasks, rounds=rounds[part], seed=seed + part, on=bool(start), progress=progress)

        def letters_and_words() -> NgramHead:
            rng = random.Random(seed)
            twice = [i for i in range(len(texts)) for _ in range(int(copies) + (rng.random() < copies % 1))]
            rows = [*range(len(texts)), *twice]
            with Progress("word and letter features", len(rows) * NgramHead.READINGS + len(labels)) as progress:
                return NgramHead.train(
                    [*texts, *(noisy(texts[i], rng) for i in twice)],
                    {task: t[rows] for task, t in truth.items()},
                    sizes,
                    seed=seed,
                    progress=unless_stopped(progress),
                )

        # Everything at once, each with one thread of arithmetic: a tenth faster than one after the other with two, and the same sums on any machine.
        with threadpool_limits(1), ThreadPoolExecutor(len(starts) + 1) as pool:
            try:
                ngrams = pool.submit(letters_and_words)
                with Progress("reading examples", sum(map(len, reads))) as progress:
                    tokens = [*pool.map(tokens_of, range(len(starts)), repeat(unless_stopped(progress)))]
                rounds = [rounds if start else fresh_rounds for start in starts]
                steps = sum(plan(len(t), r, on=bool(start))[2] for t, r, start in zip(tokens, rounds, starts, strict=True))
                with Progress(f"training {len(starts)} heads", steps) as progress:
                    heads = [*pool.map(head, range(len(starts)), tokens, repeat(unless_stopped(progress)))]
                ngrams = ngrams.result()
            except BaseException:  # Ctrl-C too: what is still running stops at its next step
                stopped.set()
                raise
        return cls([*map(Reader, encoders, heads)], ngrams, Spelling.learn(texts, encoders[0].whole_words()), labels, mix)

    def scores(self, texts: list[str]) -> dict[str, np.ndarray]:
        """Probabilities by task: float (n, labels)."""
        return self.together(*self.shares(texts))

    def together(self, views: dict[str, np.ndarray], ngrams: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The two that `shares` gives as one, by task."""
        return {task: multiplied((views[task], self.mix), (ngrams[task], 1 - self.mix)) for task in self.labels}

    def shares(self, texts: list[str]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Probabilities by the views and by the n-grams, each by task. A text with slips is read twice, as typed and mended."""
        found = self._shares(texts)
        mended = {i: m for i, text in enumerate(texts) if (m := self.spelling.mend(text)) != text}
        if mended:
            again, rows = self._shares([*mended.values()]), [*mended]
            for typed, other in zip(found, again, strict=True):
                for task, share in typed.items():
                    share[rows] = multiplied((share[rows], MENDED), (other[task], MENDED))
        return found

    def _shares(self, texts: list[str]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        reads = [reader.read(texts) for reader in self.readers]
        views = [multiplied(*((share, 1 / len(reads)) for share in shares)) for shares in zip(*reads, strict=True)]
        return dict(zip(self.labels, views, strict=True)), self.ngrams.predict(texts)


def _start(adapter: Path | None, labels: dict[str, list[str]]) -> dict[str, np.ndarray]:
    """The head that was tuned with the encoder; {} when there is none, or it tells other labels apart."""
    start, known = head_of(adapter) if adapter else ({}, {})
    if start and [*known.items()] != [*labels.items()]:  # in this order, too: it is that of the head's columns
        print("The labels are not those of the tuned head: heads start fresh (`make tune`, then `make calibrate`).", file=sys.stderr)
        return {}
    return start


def multiplied(*readings: tuple[np.ndarray, float]) -> np.ndarray:
    """Several readings' probabilities as one, float (n, labels): multiplied, each with its power, and made to add up to one again.

    Added up, a reading that is wrong and sure outvotes one that is right and calm; multiplied, what either rules out stays ruled out.
    """
    product = np.prod([np.clip(share, LEAST, 1) ** power for share, power in readings], axis=0)
    return product / product.sum(axis=-1, keepdims=True)


def _half(tokens):
    return [t.astype(np.float16) for t in tokens]


@functools.cache
def _made_of() -> str:
    """A digest of the code and the encoders' adapters that training uses.

    Rasa's training cache looks at the component's class and config only: without this a changed helper would go unnoticed.
    """
    files = [*(ROOT / "addons" / f"{name}.py" for name in TRAINS_WITH), *sorted((ROOT / "data" / "encoder").glob("*.npz"))]
    return hashlib.blake2b(b"".join(f.read_bytes() for f in files), digest_size=8).hexdigest()


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class Recogniser(IntentClassifier, GraphComponent):
    """Topic, urgency and audience of a message.

    In:  Message.text, 1 to 2,000 characters: read whole, and a long one also in passages.
    Out: `intent` and `intent_ranking` (topic); `urgency` {"tier", "scores"}; `audience` {"name", "confidence"};
         `ask` {"name", "confidence"}: the follow-up that is likeliest wanted, and how likely;
         `over`, 0 to 1: how much it says that the danger has passed, 0 beside a word of doubt;
         `in_scope`, 0 to 1: how much this looks like a worry or a question of ours.
    Trains on `metadata: {urgency, audience, ask}` of every NLU block (ask may be absent); InvalidConfigException
    names a block without the others.
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
            "mix": 0.6,
            "again": 1.0,
            "typo_copies": 0.2,
            "seed": 7,
            "thresholds": THRESHOLDS,
            "audience_threshold": 0.6,
            "over": 0.7,
            "passage": 0.85,
        }

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, judge: Judge | None = None):
        self.config = config
        self._storage = storage
        self._resource = resource
        self.judge = judge

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "Recogniser":
        """An untrained recogniser."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Write the encoder, train the heads, save both inside the model archive."""
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        truths = dict(zip(("topic", "urgency", "audience", "ask"), zip(*map(labels_of, examples), strict=True), strict=True))
        with self._storage.write_to(self._resource) as folder:
            adapters = [ROOT / name for name in self.config["adapters"]]
            shutil.copy(model_folder() / "tokenizer.json", folder / "tokenizer.json")
            self.judge = Judge.train(
                write_encoders(folder, adapters),
                [m.get(TEXT) for m in examples],
                truths,
                rounds=self.config["rounds"],
                fresh_rounds=self.config["fresh_rounds"],
                mix=self.config["mix"],
                copies=self.config["typo_copies"],
                seed=self.config["seed"],
                again=self.config["again"],
                adapters=adapters,
            )
            _save(self.judge, folder)
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
            judge = _load(folder, config["mix"])
        judge.scores(["hello"])  # the first answer should not pay for warming up
        return cls(config, model_storage, resource, judge)

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

    def _read(self, message: Message, text: str) -> None:
        scores = self._named(self.judge.scores([text]))
        over = 0.0 if DOUBT & set(words_of(text)) else scores["topic"].get("danger_over", 0.0)
        if over < self.config["over"]:
            scores |= self._of_a_passage(text, scores["urgency"]["emergency"])
        ranking = sorted(scores["topic"].items(), key=lambda item: -item[1])
        message.set(INTENT, {"name": ranking[0][0], "confidence": ranking[0][1]}, add_to_output=True)
        message.set("intent_ranking", [{"name": n, "confidence": c} for n, c in ranking[:5]], add_to_output=True)
        message.set("over", over, add_to_output=True)
        # How sure we are that this is a worry or a question of ours at all: for figures and for doubt, never for the tier.
        outside = sum(scores["topic"].get(topic, 0.0) for topic in OUTSIDE)
        message.set("in_scope", (1 - outside) * (1 - scores["urgency"]["chat"]), add_to_output=True)
        limits = self.config["thresholds"]
        if over >= self.config["over"]:
            # "He's gone now, mum's home" speaks of danger because it is over: the emergency must be likelier than not.
            limits = {**limits, "emergency": 0.5}
        tier = tier_of(scores["urgency"], limits)
        message.set("urgency", {"tier": tier.word, "by": "model", "scores": scores["urgency"]}, add_to_output=True)
        ask, likely = max(((name, share) for name, share in scores["ask"].items() if name != NO_ASK), key=lambda item: item[1])
        message.set("ask", {"name": ask, "confidence": likely}, add_to_output=True)
        audience, sure = max(scores["audience"].items(), key=lambda item: item[1])
        if sure < self.config["audience_threshold"]:
            audience = "unknown"
        message.set("audience", {"name": audience, "confidence": sure}, add_to_output=True)


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


def write_encoders(folder: Path, adapters: list[Path]) -> list[Encoder]:
    """One encoder for each adapter, in int8 as it will serve, each in a folder of its own (reader_1, …); the published one when there is none."""
    encoders = []
    for number, adapter in enumerate(adapters or [None], 1):
        own = folder / f"reader_{number}"
        own.mkdir(parents=True, exist_ok=True)
        full, small = write_onnx(own, adapter)
        full.unlink()
        if adapter:
            shutil.copy(adapter, own / "adapter.npz")
        encoders.append(Encoder.from_onnx(small))
    return encoders


def _save(judge: Judge, folder: Path) -> None:
    """Arrays and JSON only: nothing in the archive is code."""
    for number, reader in enumerate(judge.readers, 1):
        np.savez(folder / f"reader_{number}" / "head.npz", **reader.head.p)
    (folder / "labels.json").write_text(json.dumps(judge.labels), encoding="utf-8")
    (folder / "spelling.json").write_text(json.dumps(judge.spelling.counts, ensure_ascii=False), encoding="utf-8")
    judge.ngrams.save(folder)


def _load(folder: Path, mix: float) -> Judge:
    from tokenizers import Tokenizer

    from addons.encoder import MAX_PIECES

    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    pieces = Tokenizer.from_file(str(folder / "tokenizer.json"))
    pieces.no_padding()
    pieces.enable_truncation(MAX_PIECES)
    sizes = [len(labels[task]) for task in TASK_WEIGHTS]
    readers = [Reader(_encoder(place, pieces), _head(place, sizes)) for place in sorted(folder.glob("reader_*"))]
    counts = json.loads((folder / "spelling.json").read_text(encoding="utf-8"))
    return Judge(readers, NgramHead.load(folder), Spelling(counts, readers[0].encoder.whole_words()), labels, mix)


def _head(folder: Path, sizes: list[int]) -> AttentionHead:
    with np.load(folder / "head.npz", allow_pickle=False) as arrays:
        return AttentionHead(dict(arrays), sizes)


def _adapter(folder: Path) -> Path | None:
    """The adapter in the archive: what falls back from int8 must read as the heads have learned to."""
    path = folder / "adapter.npz"
    return path if path.exists() else None


def _encoder(folder: Path, pieces) -> Encoder:
    """The archive's int8 encoder; where it does not run, the published weights: in fp32 on onnxruntime (if onnx is there), then in numpy."""
    for make in (
        lambda: Encoder.from_onnx(folder / "minilm_int8.onnx", pieces=pieces),
        lambda: Encoder.fp32(pieces=pieces, adapter=_adapter(folder)),
        lambda: Encoder.from_numpy(_adapter(folder)),
    ):
        try:
            encoder = make()
            encoder.tokens(["hello"])
            return encoder
        except WrongWeights:
            raise
        except Exception as error:
            log.warning("encoder_fell_back", error=type(error).__name__)
    raise WrongWeights("no encoder runs on this machine: neither onnxruntime, nor numpy with the published weights")
