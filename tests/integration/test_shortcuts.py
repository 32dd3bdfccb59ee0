"""What makes torch faster leaves every number alone, and is left out where it would not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AutoModelForQuestionAnswering, AutoModelForSequenceClassification
from transformers.models.modernbert import ModernBertConfig, ModernBertForSequenceClassification

import hfkit
from hfkit.backends.protocols import TokenBatch
from hfkit.backends.torch import linears, packing
from hfkit.backends.torch.backend import TorchBackend
from hfkit.hub.resolve import resolve
from hfkit.testing import TinyFamily, write_tiny_classifier, write_tiny_reader
from hfkit.text.templates import Row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.backends.protocols import Scorer, SpanScorer
    from hfkit.text.arrays import FloatArray

PACKED: tuple[TinyFamily, ...] = ("bert", "distilbert", "roberta", "xlm-roberta", "electra")
UNPACKED: tuple[TinyFamily, ...] = ("gpt2", "xlnet")
LENGTHS = (40, 3, 17, 17, 1, 29, 3)
ONE_THREAD = hfkit.Runtime(threads=1)


def rows(*, types: bool = True) -> list[Row]:
    """Sequences of several lengths, two of a kind among them."""
    random = np.random.default_rng(0)
    return [Row(random.integers(5, 60, length), random.integers(0, 1 + types, length)) for length in LENGTHS]


def open_classifier(folder: Path) -> Scorer:
    return TorchBackend().open_scorer(resolve(folder, offline=True), ONE_THREAD)


def open_reader(folder: Path) -> SpanScorer:
    return TorchBackend().open_span_scorer(resolve(folder, offline=True), ONE_THREAD)


def alone(model: torch.nn.Module, given: Sequence[Row], *names: str, types: bool) -> list[FloatArray]:
    """Logits of sequences that transformers reads one by one, without padding."""
    found = []
    for row in given:
        arguments = {"input_ids": torch.tensor(row.ids[None])}
        if types:
            arguments["token_type_ids"] = torch.tensor(row.types[None])
        with torch.inference_mode():
            output = model.eval()(**arguments)
        found.append(np.stack([output[name][0].numpy() for name in names], axis=-1))
    return found


@pytest.mark.parametrize("family", PACKED)
def test_packed_sequences_score_as_they_do_alone(family: TinyFamily, tmp_path: Path) -> None:
    scorer = open_classifier(write_tiny_classifier(tmp_path / "model", family=family))
    assert scorer.card.packs
    types = family in {"bert", "electra"}
    given = rows(types=types)
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model")
    expected = [logits[:, 0] for logits in alone(model, given, "logits", types=types)]
    found = scorer.score(TokenBatch.from_rows(given, pad_id=scorer.card.pad_id))
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("family", PACKED)
def test_packed_tokens_score_as_they_do_alone(family: TinyFamily, tmp_path: Path) -> None:
    scorer = open_reader(write_tiny_reader(tmp_path / "model", family=family))
    assert scorer.card.packs
    types = family in {"bert", "electra"}
    given = rows(types=types)
    model = AutoModelForQuestionAnswering.from_pretrained(tmp_path / "model")
    expected = alone(model, given, "start_logits", "end_logits", types=types)
    found = scorer.score_spans(TokenBatch.from_rows(given, pad_id=scorer.card.pad_id))
    for logits, own in zip(found, expected, strict=True):
        np.testing.assert_allclose(logits[: len(own)], own, atol=1e-5)


@pytest.mark.parametrize("family", UNPACKED)
def test_a_model_with_an_attention_of_another_kind_is_read_in_the_plain_way(
    family: TinyFamily, tmp_path: Path
) -> None:
    scorer = open_classifier(write_tiny_classifier(tmp_path / "model", family=family))
    reader = open_reader(write_tiny_reader(tmp_path / "reader", family=family))
    assert not scorer.card.packs
    assert not reader.card.packs


@pytest.mark.parametrize(("window", "pooling"), [(16, "cls"), (16, "mean")])
def test_local_attention_keeps_its_window(
    window: int, pooling: Literal["cls", "mean"], tmp_path: Path
) -> None:
    """The sequences are longer than the window; a head that takes the mean is fed whole sequences."""
    folder = write_tiny_classifier(tmp_path / "model", limit=128)
    torch.manual_seed(0)
    config = ModernBertConfig(  # type: ignore[call-arg]  # num_labels is of the base class
        vocab_size=len(hfkit.Tokenize(folder).vocabulary),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=4,
        num_attention_heads=4,
        max_position_embeddings=128,
        local_attention=window,
        classifier_pooling=pooling,
        num_labels=3,
        initializer_range=0.5,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
        cls_token_id=2,
        sep_token_id=3,
    )
    ModernBertForSequenceClassification(config).save_pretrained(folder)
    scorer = open_classifier(folder)
    assert scorer.card.packs == (pooling == "cls")
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    expected = [logits[:, 0] for logits in alone(model, rows(), "logits", types=False)]
    found = scorer.score(TokenBatch.from_rows(rows(), pad_id=0))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def _spoiled(numbers: torch.Tensor) -> torch.Tensor:
    return numbers * 1.01


@pytest.mark.parametrize(
    ("family", "kept"),
    [
        ("bert", ["intermediate.dense", "output.dense", "pooler.dense", "classifier"]),
        ("distilbert", ["ffn.lin1", "ffn.lin2", "pre_classifier", "classifier"]),
        ("gpt2", []),
        ("xlnet", ["sequence_summary.summary", "logits_proj"]),
    ],
)
def test_layers_that_read_every_token_are_prepacked(
    family: TinyFamily, kept: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heads, and what is left of the last layer for first tokens, stay as they are."""
    monkeypatch.setattr(linears, "_LARGE", 1)
    folder = write_tiny_classifier(tmp_path / "model", family=family)
    scorer: Any = open_classifier(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    given = [rows(types=False)[0]]
    expected = [logits[:, 0] for logits in alone(model, given, "logits", types=False)]
    found = scorer.score(TokenBatch.from_rows(given, pad_id=scorer.card.pad_id))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    named = scorer._model._model.named_modules()
    plain = [name for name, layer in named if type(layer) is torch.nn.Linear]
    assert [
        ".".join(name.split(".")[-len(end.split(".")) :]) for name, end in zip(plain, kept, strict=True)
    ] == kept


def test_small_layers_stay_as_they_are(tmp_path: Path) -> None:
    scorer: Any = open_classifier(write_tiny_classifier(tmp_path / "model"))
    assert not any("Prepacked" in type(layer).__name__ for layer in scorer._model._model.modules())


def test_what_changes_numbers_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attention and products that are off by a hundredth are both noticed, and the model is as it was."""
    monkeypatch.setattr(linears, "_LARGE", 1)
    folder = write_tiny_classifier(tmp_path / "model")
    batch = TokenBatch.from_rows(rows(), pad_id=0)
    right = open_classifier(folder).score(batch)
    attend = scaled_dot_product_attention
    monkeypatch.setattr(packing, "scaled_dot_product_attention", lambda *a, **k: _spoiled(attend(*a, **k)))
    multiply = linears._multiply
    monkeypatch.setattr(linears, "_multiply", lambda *a: _spoiled(multiply(*a)))
    scorer: Any = open_classifier(folder)
    assert not scorer.card.packs
    assert not any("Prepacked" in type(layer).__name__ for layer in scorer._model._model.modules())
    np.testing.assert_allclose(scorer.score(batch), right, atol=1e-5)


def test_without_the_operations_of_onednn_linear_layers_stay_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linears, "_LARGE", 1)
    folder = write_tiny_classifier(tmp_path / "model")
    batch = TokenBatch.from_rows(rows(), pad_id=0)
    right = open_classifier(folder).score(batch)
    monkeypatch.setattr(linears, "_multiply", None)
    assert not linears.can_prepack()
    np.testing.assert_allclose(open_classifier(folder).score(batch), right, atol=1e-5)


def test_prepacked_layers_are_restored_to_the_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linears, "_LARGE", 1)
    model = torch.nn.Sequential(torch.nn.Linear(8, 24), torch.nn.Tanh(), torch.nn.Linear(24, 3, bias=False))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    numbers = torch.linspace(-1, 1, 40).reshape(5, 8)
    expected = model(numbers)
    linears.prepack_linears(model, lambda: len(model(numbers)))
    assert not any(type(layer) is torch.nn.Linear for layer in model)
    with torch.inference_mode():
        torch.testing.assert_close(model(numbers), expected, atol=1e-6, rtol=0)
    linears.restore_linears(model)
    assert model.state_dict().keys() == before.keys()
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_rows_are_filled_up_to_few_numbers_and_none_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """oneDNN keeps code for each number of rows that it meets."""
    monkeypatch.setattr(linears, "_LARGE", 1)
    for count in range(1, 4097):
        most = max(4, count * (9 / 8 if count <= 256 else 17 / 16))
        assert count <= linears.rounded_rows(count) <= most
    assert len({linears.rounded_rows(count) for count in range(1, 257)}) == 5 + 8 * 5
    assert len({linears.rounded_rows(count) for count in range(257, 513)}) == 16
    model = torch.nn.Sequential(torch.nn.Linear(6, 5))
    given = [torch.ones(2, count, 6) for count in (1, 17, 53)]
    expected = [model(numbers) for numbers in given]
    linears.prepack_linears(model, lambda: model(given[0]).numel() // 5)
    assert type(model[0]) is not torch.nn.Linear
    with torch.inference_mode():
        for numbers, right in zip(given, expected, strict=True):
            torch.testing.assert_close(model(numbers), right)
