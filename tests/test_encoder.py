"""The encoder on its three backends: they agree, and one takes the other's place."""

import sys

import numpy as np
import pytest

from addons import lean

lean.install()

from addons.encoder import Encoder, WrongWeights, load_weights, tokenizer, write_onnx  # noqa: E402
from addons.recogniser import _encoder  # noqa: E402

TEXTS = ["hes outside my house and my mums at work", "hi", "is it illegal"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("encoder")
    write_onnx(made)
    return made


def likeness(a: Encoder, b: Encoder) -> float:
    """The smallest cosine between the same token's vectors."""
    pairs = [(x, y) for one, other in zip(a.tokens(TEXTS), b.tokens(TEXTS), strict=True) for x, y in zip(one, other, strict=True)]
    return min(float(x @ y / np.linalg.norm(x) / np.linalg.norm(y)) for x, y in pairs)


def test_the_backends_agree(folder):
    small, full = Encoder.from_onnx(folder / "minilm_int8.onnx"), Encoder.from_onnx(folder / "minilm_fp32.onnx")
    assert likeness(full, Encoder.from_numpy()) > 0.9999
    assert likeness(full, small) > 0.97


def test_a_damaged_int8_encoder_is_replaced_by_fp32_and_without_onnxruntime_by_numpy(folder, tmp_path, monkeypatch):
    assert _encoder(folder, tokenizer()).backend == "onnx minilm_int8"
    (tmp_path / "minilm_int8.onnx").write_bytes((folder / "minilm_int8.onnx").read_bytes()[:5000])
    assert _encoder(tmp_path, tokenizer()).backend == "onnx minilm_fp32"
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert _encoder(folder, tokenizer()).backend == "numpy"


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(WrongWeights, match="SHA-256"):
        load_weights(tmp_path / "model.safetensors")
    with pytest.raises(WrongWeights, match="missing"):
        load_weights(tmp_path / "absent.safetensors")
