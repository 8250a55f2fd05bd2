"""The trained parts without Rasa: text in, probabilities of urgency, topic, audience and ask out.

`Judge.train` learns, `save` and `load` keep it inside the model archive; addons/recogniser.py is the Rasa component around it.
"""

import json
import random
import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import structlog
from threadpoolctl import threadpool_limits

from actions.urgency import Urgency
from addons.attention_head import AttentionHead, Task, plan
from addons.encoder import Encoder, WrongWeights, head_of, tokenizer, write_onnx
from addons.left_out import to_read
from addons.ngrams import NgramHead
from addons.progress import Progress
from addons.spelling import Spelling
from addons.typos import noisy

log = structlog.get_logger("signpost.judge")
TIERS = [u.word for u in Urgency]
OUTSIDE = ("out_of_scope", "trolling_abuse")  # topics that are no worry and no question of ours
LEAST = 1e-6  # a probability no reading goes below, so that neither can rule a label out alone
MENDED = 0.6  # power of each reading of a mistyped text, as typed and mended; more than a half, for where they differ their product is flat
# Share of each task in the loss. Urgency decides who is called, so it leads.
TASK_WEIGHTS = {"urgency": 1.0, "topic": 0.5, "audience": 0.3, "ask": 0.3}


@dataclass
class EncoderAndHead:
    """An encoder and the head that learned with it."""

    encoder: Encoder
    head: AttentionHead

    def read(self, texts: list[str]) -> list[np.ndarray]:
        """Probabilities, float (n, labels), one array a task."""
        return self.head.predict(self.encoder.tokens(texts))


@dataclass
class Lesson:
    """What one encoder's head learns from. start: the head tuned with the encoder, {} when there is none; rows: numbers of the texts."""

    encoder: Encoder
    start: dict[str, np.ndarray]
    rows: np.ndarray
    rounds: int
    adapter: Path | None = None  # where `start` comes from

    def read(self, texts: list[str], progress: Callable[..., None]) -> list[np.ndarray]:
        """The tokens of its texts, float16 (pieces, width) each."""
        return [t.astype(np.float16) for t in self.encoder.tokens([texts[i] for i in self.rows], progress)]

    def learn(
        self,
        tokens: list[np.ndarray],
        seed: int,
        *,
        truth: dict[str, np.ndarray],
        labels: dict[str, list[str]],
        progress: Callable[..., None],
    ) -> AttentionHead:
        """The head after its rounds over these tokens. truth: label numbers of all texts, by task."""
        weights = {task: w for task, w in TASK_WEIGHTS.items() if task in labels}
        tasks = [Task(labels[task], truth[task][self.rows], w, 0.5 if task == "urgency" else 0.0) for task, w in weights.items()]
        head = AttentionHead.fresh(tokens[0].shape[1], [len(names) for names in labels.values()], np.random.default_rng(seed))
        if self.start:
            if {name: array.shape for name, array in self.start.items()} != {name: array.shape for name, array in head.p.items()}:
                raise WrongWeights(f"{self.adapter}: its head does not fit addons/attention_head.py; run `make tune`")
            head.p = self.start
        return head.fit(tokens, tasks, rounds=self.rounds, seed=seed, on=bool(self.start), progress=progress)


class Stop(threading.Event):
    """Lets one thread's failure, or Ctrl-C, end the others at their next step."""

    def unless(self, progress: Callable[..., None]) -> Callable[..., None]:
        """The same progress, which raises CancelledError once this is set."""

        def go_on(steps: int = 1) -> None:
            if self.is_set():
                raise CancelledError
            progress(steps)

        return go_on


def _letters_and_words(
    texts: list[str], truth: dict[str, np.ndarray], labels: dict[str, list[str]], copies: float, seed: int, stop: Stop
) -> NgramHead:
    rng = random.Random(seed)
    twice = [i for i in range(len(texts)) for _ in range(int(copies) + (rng.random() < copies % 1))]
    rows = [*range(len(texts)), *twice]
    with Progress("word and letter features", len(rows) * NgramHead.READINGS + len(labels)) as progress:
        return NgramHead.train(
            [*texts, *(noisy(texts[i], rng) for i in twice)],
            {task: t[rows] for task, t in truth.items()},
            {task: len(names) for task, names in labels.items()},
            seed=seed,
            progress=stop.unless(progress),
        )


class Judge:
    """The trained parts together, without Rasa: text in, probabilities out. `Recogniser` wraps it; calibration uses it too."""

    def __init__(self, readers: list[EncoderAndHead], ngrams: NgramHead, spelling: Spelling, labels: dict[str, list[str]], mix: float):
        self.readers = readers
        self.ngrams = ngrams
        self.spelling = spelling
        self.labels = labels
        self.mix = mix

    @classmethod
    def train(
        cls,
        encoders: Sequence[Encoder],
        texts: list[str],
        truths: dict[str, list[str]],
        *,
        rounds: int,
        fresh_rounds: int,
        mix: float,
        copies: float,
        seed: int,
        again: float = 1.0,
        most: int | None = None,
        adapters: Sequence[Path] = (),
    ) -> "Judge":
        """Heads above the encoders, and letters and words beside them, all at once.

        truths: a label for each text, by task ("urgency", "topic", "audience", "ask"; all or some). copies: share of the texts that
        the n-grams learn mistyped as well. adapters: of the encoders, in their order; none when their tuned heads are not wanted.
        A head goes on, for `rounds`, from the one that was tuned with its encoder, when that tells the same labels apart: on its
        part of what the tuner has not seen, `most` messages of that, and `again` of what it has. Else it starts fresh, reads all, and takes `fresh_rounds`.
        Raises WrongWeights when a tuned head is of another shape. Stopped (Ctrl-C), all parts stop at their next step.
        """
        labels = {task: TIERS if task == "urgency" else sorted(set(truths[task])) for task in TASK_WEIGHTS if task in truths}
        truth = {task: np.array([labels[task].index(v) for v in truths[task]]) for task in labels}
        lessons = []
        for part, (encoder, adapter) in enumerate(zip(encoders, adapters or [None] * len(encoders), strict=True)):
            start = _start(adapter, labels)
            rows = to_read(texts, again, part, len(encoders), most) if start else np.arange(len(texts))
            lessons.append(Lesson(encoder, start, rows, rounds if start else fresh_rounds, adapter))
        stop = Stop()
        # Everything at once, each with one thread of arithmetic: a tenth faster than one after the other with two, and the same sums on any machine.
        with threadpool_limits(1), ThreadPoolExecutor(len(lessons) + 1) as pool:
            try:
                ngrams = pool.submit(_letters_and_words, texts, truth, labels, copies, seed, stop)
                with Progress("reading examples", sum(len(lesson.rows) for lesson in lessons)) as progress:
                    tokens = [*pool.map(lambda lesson: lesson.read(texts, stop.unless(progress)), lessons)]
                steps = sum(plan(len(t), lesson.rounds, on=bool(lesson.start))[2] for t, lesson in zip(tokens, lessons, strict=True))
                with Progress(f"training {len(lessons)} heads", steps) as progress:
                    seeds = range(seed, seed + len(lessons))
                    learn = partial(Lesson.learn, truth=truth, labels=labels, progress=stop.unless(progress))
                    heads = [*pool.map(learn, lessons, tokens, seeds)]
                letters_and_words = ngrams.result()
            except BaseException:  # Ctrl-C too: what is still running stops at its next step
                stop.set()
                raise
        readers = [*map(EncoderAndHead, encoders, heads)]
        return cls(readers, letters_and_words, Spelling.learn(texts, encoders[0].whole_words()), labels, mix)

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

    def save(self, folder: Path) -> None:
        """Into a folder where `write_encoders` has put the encoders and a copy of the tokenizer stands. Arrays and JSON only: nothing in the archive is code."""
        for number, reader in enumerate(self.readers, 1):
            np.savez(folder / f"reader_{number}" / "head.npz", **reader.head.p)
        (folder / "labels.json").write_text(json.dumps(self.labels), encoding="utf-8")
        (folder / "spelling.json").write_text(json.dumps(self.spelling.counts, ensure_ascii=False), encoding="utf-8")
        self.ngrams.save(folder)

    @classmethod
    def load(cls, folder: Path, mix: float) -> "Judge":
        """From what `save` wrote. Raises WrongWeights when no encoder runs on this machine."""
        labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        pieces = tokenizer(folder / "tokenizer.json")
        sizes = [len(labels[task]) for task in TASK_WEIGHTS]
        readers = [EncoderAndHead(_encoder(place, pieces), _head(place, sizes)) for place in sorted(folder.glob("reader_*"))]
        counts = json.loads((folder / "spelling.json").read_text(encoding="utf-8"))
        return cls(readers, NgramHead.load(folder), Spelling(counts, readers[0].encoder.whole_words()), labels, mix)


def _start(adapter: Path | None, labels: dict[str, list[str]]) -> dict[str, np.ndarray]:
    """The head that was tuned with the encoder; {} when there is none, or it tells other labels apart."""
    start, known = head_of(adapter) if adapter else ({}, {})
    if start and [*known.items()] != [*labels.items()]:  # in this order, too: it is that of the head's columns
        print("The labels are not those of the tuned head: heads start fresh (`make tune`, then `make calibrate`).", file=sys.stderr)
        return {}
    return start


def multiplied(*readings: tuple[np.ndarray, float]) -> np.ndarray:
    """Several readings' probabilities as one, float (n, labels): multiplied, each with its power, and made to add up to one again.

    Added up, a reading that is wrong and sure outvotes one that is right and calm; multiplied, what either holds for unlikely counts for little, and never for nothing (LEAST).
    """
    product = np.prod([np.clip(share, LEAST, 1) ** power for share, power in readings], axis=0)
    return product / product.sum(axis=-1, keepdims=True)


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
