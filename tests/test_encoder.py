"""The encoder on its three backends: they agree, and one takes the other's place."""

import sys
from pathlib import Path

import numpy as np
import pytest

from addons import lean

lean.install()

from addons.encoder import Encoder, WrongWeights, adapted, head_of, load_weights, tokenizer, write_adapter, write_onnx  # noqa: E402
from addons.judge import _encoder  # noqa: E402

ADAPTERS = sorted((Path(__file__).parent.parent / "data/encoder").glob("adapter_*.npz"))
ADAPTER = ADAPTERS[0]
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
    assert likeness(full, small) > 0.96  # of the worst token: what each layer rounds adds up over six


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
    np.savez(tmp_path / "b.npz", **{"matrix.codes": np.zeros((4, 3), np.uint8)})
    with pytest.raises(WrongWeights, match=r"b\.npz cannot be read \(KeyError\)"):
        adapted(weights, tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", labels=np.array("{"))
    with pytest.raises(WrongWeights, match=r"c\.npz cannot be read"):
        head_of(tmp_path / "c.npz")


def test_an_adapter_carries_the_head_and_what_it_tells_apart(tmp_path):
    rng, weights = np.random.default_rng(0), {"matrix": np.ones((4, 6), np.float32)}
    head = {"out": rng.normal(size=(6, 3)).astype(np.float32), "out0": np.array([0.5, -1, 0], np.float32)}
    labels = {"topic": ["a", "b", "c"]}
    write_adapter(tmp_path / "a.npz", weights, weights | {f"head.{n}": a for n, a in head.items()}, labels)
    found, known = head_of(tmp_path / "a.npz")
    assert known == labels and found["out0"].tolist() == [0.5, -1, 0]
    assert found["out"].shape == (6, 3)
    assert np.abs(found["out"] - head["out"]).max() <= np.abs(head["out"]).max() / 14 + 1e-3
    assert [*adapted(weights, tmp_path / "a.npz")] == ["matrix"]
    write_adapter(tmp_path / "without.npz", weights, weights)
    assert head_of(tmp_path / "without.npz") == ({}, {})


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda path: path.stem)
def test_the_adapters_we_ship_fit_and_all_backends_read_with_them(adapter, tmp_path):
    write_onnx(tmp_path, adapter)
    full = Encoder.from_onnx(tmp_path / "minilm_fp32.onnx")
    assert likeness(full, Encoder.from_numpy(adapter)) > 0.9999
    assert likeness(full, Encoder.from_onnx(tmp_path / "minilm_int8.onnx")) > 0.95
    assert likeness(full, Encoder.from_numpy()) < 0.99  # it changes something
