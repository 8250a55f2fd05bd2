"""The encoder on its three backends: they agree, and one takes the other's place."""

import inspect
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from addons import lean

lean.install()

from addons import recogniser  # noqa: E402
from addons.encoder import Encoder, WrongWeights, adapted, load_weights, tokenizer, write_adapter, write_onnx  # noqa: E402
from addons.recogniser import _encoder  # noqa: E402

ADAPTER = Path(__file__).parent.parent / "data/encoder/adapter.npz"
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


def test_an_adapter_brings_back_what_changed(tmp_path):
    rng = np.random.default_rng(0)
    before = {"matrix": rng.normal(size=(5, 8)).astype(np.float32), "vector": np.ones(8, np.float32), "other": np.ones(3, np.float32)}
    change = rng.normal(size=(5, 8)).astype(np.float32) / 100
    change[2] = 0
    write_adapter(tmp_path / "a.npz", before, {"matrix": before["matrix"] + change, "vector": before["vector"] * 1.5})
    after = adapted(before, tmp_path / "a.npz")
    step = np.abs(change).max(1, keepdims=True) / 7
    assert (np.abs(after["matrix"] - before["matrix"] - change) <= step * 0.51 + 1e-6).all()
    assert (after["matrix"][2] == before["matrix"][2]).all()
    assert after["vector"].tolist() == [1.5] * 8 and after["other"] is before["other"]


def test_an_adapter_that_is_missing_damaged_or_for_other_weights_is_refused(tmp_path):
    weights = {"matrix": np.ones((4, 6), np.float32)}
    with pytest.raises(WrongWeights, match=r"absent\.npz cannot be read"):
        adapted(weights, tmp_path / "absent.npz")
    write_adapter(tmp_path / "a.npz", weights, {"matrix": weights["matrix"] + 1})
    (tmp_path / "cut.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:-40])
    with pytest.raises(WrongWeights, match=r"cut\.npz cannot be read"):
        adapted(weights, tmp_path / "cut.npz")
    with pytest.raises(WrongWeights, match="does not fit"):
        adapted({"matrix": np.ones((4, 8), np.float32)}, tmp_path / "a.npz")


def test_the_adapter_we_ship_fits_and_all_backends_read_with_it(tmp_path):
    write_onnx(tmp_path, ADAPTER)
    full = Encoder.from_onnx(tmp_path / "minilm_fp32.onnx")
    assert likeness(full, Encoder.from_numpy(ADAPTER)) > 0.9999
    assert likeness(full, Encoder.from_onnx(tmp_path / "minilm_int8.onnx")) > 0.95
    assert likeness(full, Encoder.from_numpy()) < 0.99  # it changes something


def test_a_changed_helper_makes_rasa_train_again():
    """Rasa's cache sees a component's class and config only; `made_of` stands for the rest."""
    helpers = set(re.findall(r"^from addons\.(\w+) import", inspect.getsource(recogniser), re.M))
    assert helpers - {"progress"} == set(recogniser.TRAINS_WITH) - {"recogniser"}
    assert recogniser.Recogniser.get_default_config()["made_of"] == recogniser._made_of() != ""
