"""A model that is larger than the memory it may have answers as one that is not."""

from __future__ import annotations

import gc
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch.nn import functional

import hfkit
from hfkit import errors
from hfkit.backends.protocols import TokenBatch
from hfkit.backends.torch.backend import TorchBackend
from hfkit.backends.torch.loading import LoadedModel, load_model
from hfkit.backends.torch.memory import weigh_modules
from hfkit.backends.torch.tasks import SEQUENCE_CLASSIFICATION
from hfkit.hub.resolve import resolve
from hfkit.testing import TinyFamily, write_tiny_classifier, write_tiny_reader
from hfkit.text.templates import Row

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["a good movie", "never a dull story", "bad", "the plot was poor and the actor sad"]
PLAIN = hfkit.Runtime(threads=1, backend="torch")


@pytest.fixture(autouse=True)
def offload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders for spread models are made."""
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "offload"


def limited(size: int, **changes: str) -> hfkit.Runtime:
    return replace(PLAIN, max_memory=(("cpu", size),), **changes)  # type: ignore[arg-type]


def total(folder: Path) -> int:
    return sum(weigh_modules(folder, torch.float32).values())


def largest(folder: Path) -> int:
    return max(weigh_modules(folder, torch.float32).values())


def batch() -> TokenBatch:
    return TokenBatch.from_rows(
        [Row(np.arange(5, 5 + length), np.zeros(length, dtype=np.int64)) for length in (12, 7, 3)], pad_id=0
    )


def load(folder: Path, runtime: hfkit.Runtime) -> LoadedModel:
    return load_model(resolve(folder, offline=True), runtime, SEQUENCE_CLASSIFICATION)


def resident(model: torch.nn.Module) -> int:
    """Bytes of weights that are in memory."""
    return sum(weight.nbytes for weight in model.parameters() if not weight.is_meta)


@pytest.mark.parametrize("share", [0.99, 0.75, 0.5])
@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta", "electra", "gpt2"])
def test_a_spread_classifier_gives_the_same_logits(family: TinyFamily, share: float, tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "model", family=family)
    backend = TorchBackend()
    plain = backend.open_scorer(resolve(folder, offline=True), PLAIN)
    spread = backend.open_scorer(resolve(folder, offline=True), limited(int(total(folder) * share)))
    assert spread.card.device == "cpu+disk"
    assert (spread.card.packs, spread.card.pads) == (plain.card.packs, plain.card.pads)
    np.testing.assert_allclose(spread.score(batch()), plain.score(batch()), atol=1e-6)


def test_a_spread_reader_gives_the_same_logits(tmp_path: Path) -> None:
    folder = write_tiny_reader(tmp_path / "model")
    backend = TorchBackend()
    plain = backend.open_span_scorer(resolve(folder, offline=True), PLAIN)
    spread = backend.open_span_scorer(resolve(folder, offline=True), limited(total(folder) // 2))
    assert spread.card.packs
    np.testing.assert_allclose(spread.score_spans(batch()), plain.score_spans(batch()), atol=1e-6)


def test_memory_never_holds_more_weights_than_allowed(
    tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = int(total(tiny_bert) * 0.75)
    loaded = load(tiny_bert, limited(limit))
    between = resident(loaded.model)
    assert 0 < between < limit
    seen = []
    for name in ("linear", "layer_norm", "embedding"):
        original = getattr(functional, name)

        def watched(*given: object, original: object = original, **named: object) -> object:
            seen.append(resident(loaded.model))
            return original(*given, **named)  # type: ignore[operator]

        monkeypatch.setattr(functional, name, watched)
    with torch.inference_mode():
        loaded.model(input_ids=torch.arange(5, 15)[None])
    assert between < max(seen) <= limit
    assert resident(loaded.model) == between


def test_the_source_says_what_lies_where(tiny_bert: Path) -> None:
    limit = int(total(tiny_bert) * 0.75)
    source = hfkit.Classify(tiny_bert, runtime=limited(limit)).source
    inside = resident(load(tiny_bert, limited(limit)).model)
    outside = total(tiny_bert) - inside
    assert source.device == "cpu+disk"
    assert (
        f"its weights lie on several devices: {inside:,} bytes on cpu, {outside:,} bytes on disk"
        in source.notes
    )


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta", "electra", "gpt2"])
def test_attention_is_left_to_torch(family: TinyFamily, tmp_path: Path) -> None:
    """Its scaled dot product attention takes the fastest kernel of the device, flash among them."""
    folder = write_tiny_classifier(tmp_path / "model", family=family)
    for runtime in (PLAIN, limited(total(folder) // 2)):
        loaded = load(folder, runtime)
        assert getattr(loaded.model.config, "_attn_implementation") == "sdpa"  # noqa: B009


@pytest.mark.parametrize("runtime", [PLAIN, replace(PLAIN, device="cpu")])
def test_a_model_that_fits_is_left_whole(tiny_bert: Path, runtime: hfkit.Runtime, offload: Path) -> None:
    loaded = load(tiny_bert, runtime)
    assert (loaded.device, loaded.spread, loaded.notes) == ("cpu", None, ())
    assert resident(loaded.model) == total(tiny_bert)
    assert not offload.exists()


def test_a_limit_that_suffices_changes_nothing(tiny_bert: Path) -> None:
    assert load(tiny_bert, limited(total(tiny_bert))).device == "cpu"
    assert load(tiny_bert, limited(total(tiny_bert) - 1)).device == "cpu+disk"
    assert load(tiny_bert, limited(total(tiny_bert) // 2, dtype="bfloat16")).device == "cpu"


def test_without_a_limit_it_is_what_is_free(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accelerate.utils.get_max_memory", lambda: {"cpu": total(tiny_bert)})
    loaded = load(tiny_bert, PLAIN)
    assert loaded.device == "cpu+disk"
    assert resident(loaded.model) < total(tiny_bert) * 0.9
    assert load(tiny_bert, replace(PLAIN, device="cpu")).device == "cpu"


def test_weights_that_the_model_does_not_use_take_no_room(tiny_bert: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(tiny_bert, tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    save_file(weights | {"more": torch.ones(10_000)}, folder / "model.safetensors", {"format": "pt"})
    loaded = load(folder, limited(total(tiny_bert) + 39_999))
    assert (loaded.device, loaded.spread) == ("cpu", None)
    assert resident(loaded.model) == total(tiny_bert)


def test_a_number_type_is_kept(tiny_bert: Path) -> None:
    scorer = TorchBackend().open_scorer(
        resolve(tiny_bert, offline=True), limited(total(tiny_bert) // 3, dtype="bfloat16")
    )
    whole = TorchBackend().open_scorer(resolve(tiny_bert, offline=True), replace(PLAIN, dtype="bfloat16"))
    assert (scorer.card.device, scorer.card.dtype) == ("cpu+disk", "bfloat16")
    np.testing.assert_allclose(scorer.score(batch()), whole.score(batch()), atol=1e-6)


def test_a_layer_larger_than_the_limit(tiny_bert: Path) -> None:
    limit = largest(tiny_bert) - 1
    with pytest.raises(errors.OutOfMemoryError) as caught:
        load(tiny_bert, limited(limit))
    assert caught.value.message == (
        f"bert.embeddings.word_embeddings of {tiny_bert.resolve()} takes {limit + 1:,} bytes, "
        f"and cpu has {limit:,}"
    )
    assert caught.value.hint == (
        "each layer has to fit on a device: allow more in Runtime(max_memory=...), or use a smaller dtype"
    )


def test_a_limit_for_a_device_that_is_not_there(tiny_bert: Path) -> None:
    with pytest.raises(errors.DeviceError, match="device 'xpu:7' is not on this machine"):
        load(tiny_bert, replace(PLAIN, max_memory=(("xpu:7", 1),)))


def test_weights_that_nothing_would_fetch_are_refused(tmp_path: Path) -> None:
    """XLNet's attention holds weights beside modules, which the library can split and not put together."""
    folder = write_tiny_classifier(tmp_path / "model", family="xlnet")
    with pytest.raises(errors.ModelError) as caught:
        load(folder, limited(int(total(folder) * 0.75)))
    assert caught.value.message == (
        "transformer.layer.1.rel_attn.v would be left on the disk while other weights of its module are not"
    )
    assert caught.value.hint == "allow more or less in Runtime(max_memory=...), or name a device"


@pytest.mark.parametrize("share", [0.25, 0.5, 0.99])
def test_what_the_library_can_put_together_is_opened(share: float, tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "model", family="xlnet")
    plain = TorchBackend().open_scorer(resolve(folder, offline=True), PLAIN)
    spread = TorchBackend().open_scorer(resolve(folder, offline=True), limited(int(total(folder) * share)))
    assert spread.card.device == "cpu+disk"
    np.testing.assert_allclose(spread.score(batch()), plain.score(batch()), atol=1e-6)


def test_an_adapter_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    base = resolve(tiny_bert, offline=True)
    (tmp_path / "adapter").mkdir()
    save_file({"a": torch.ones(1)}, tmp_path / "adapter" / "adapter_model.safetensors")
    folder = replace(base, name="org/adapter", path=tmp_path / "adapter", base=base)
    with pytest.raises(errors.ModelError) as caught:
        load_model(folder, limited(50_000), SEQUENCE_CLASSIFICATION)
    assert caught.value.message == (
        f"org/adapter is an adapter, and its base of {total(tiny_bert):,} bytes does not fit the 50,000 of cpu"
    )


def test_closing_removes_its_files(tiny_bert: Path, offload: Path) -> None:
    scorer = TorchBackend().open_scorer(resolve(tiny_bert, offline=True), limited(50_000))
    assert len(list(offload.iterdir())) == 1
    scorer.close()
    assert not list(offload.iterdir())
    with pytest.raises(errors.SessionClosedError):
        scorer.score(batch())


def test_letting_go_removes_its_files(tiny_bert: Path, offload: Path) -> None:
    with hfkit.Classify(tiny_bert, runtime=limited(50_000)) as classify:
        classify("good")
        assert len(list(offload.iterdir())) == 1
    gc.collect()
    assert not list(offload.iterdir())


def test_a_model_that_cannot_be_opened_leaves_no_files(tmp_path: Path, offload: Path) -> None:
    folder = write_tiny_reader(tmp_path / "reader")
    with pytest.raises(errors.WrongHeadError) as caught:
        load(folder, limited(50_000))
    del caught
    gc.collect()
    assert not list(offload.iterdir())


def test_weights_written_again_under_it_are_refused(tiny_bert: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_bert, tmp_path / "model")
    classify = hfkit.Classify(folder, runtime=limited(50_000))
    before = classify("good").scores
    write_tiny_classifier(folder, seed=1)
    with pytest.raises(errors.CorruptModelError) as caught:
        classify("good")
    assert caught.value.message == (
        f"the weights in {folder} were changed while a model was reading them from there"
    )
    classify.close()
    assert classify("good").scores != before


def test_threads_share_a_spread_model(tiny_bert: Path) -> None:
    """Its weights come and go with a forward pass: another one must not find them half gone."""
    scorer = TorchBackend().open_scorer(resolve(tiny_bert, offline=True), limited(50_000))
    expected = scorer.score(batch())
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: scorer.score(batch()), range(40)):
            np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_spread_facade_pickles_as_settings(tiny_bert: Path) -> None:
    classify = hfkit.Classify(tiny_bert, runtime=limited(50_000)).load()
    again = pickle.loads(pickle.dumps(classify))  # our own bytes
    assert again == classify
    assert [result.scores for result in again.batch(TEXTS)] == [
        result.scores for result in classify.batch(TEXTS)
    ]


def test_spread_and_whole_are_two_sessions(tiny_bert: Path) -> None:
    whole, spread = (hfkit.Classify(tiny_bert, runtime=each).load() for each in (PLAIN, limited(50_000)))
    assert (whole.source.device, spread.source.device) == ("cpu", "cpu+disk")


def test_an_export_is_not_taken_under_a_limit(tiny_bert: Path) -> None:
    from hfkit.backends.onnx.backend import OnnxBackend

    with pytest.raises(errors.SettingError, match=r"must be \(\) with backend 'onnx'"):
        OnnxBackend().open_scorer(resolve(tiny_bert, offline=True), limited(50_000, backend="onnx"))
