"""Embed beside transformers: the mean of the last layer over the tokens of a text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

import hfkit
from hfkit import errors
from hfkit.testing import TinyFamily, write_tiny_classifier, write_tiny_embedder
from hfkit.testing.sentencepieces import write_t5

if TYPE_CHECKING:
    from pathlib import Path

OFFLINE = hfkit.Runtime(offline=True, progress="never")
TEXTS = [
    "the old city house was never dull",
    "no",
    "unhappily people love the new movie of that actor",
    "it was very good, never dull and new. " * 40,
]


def states(folder: Path, text: str) -> np.ndarray:
    """Give what the last layer gives for each token of a text, cut to 64."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    tokens = tokenizer(text, truncation=True, max_length=64, return_tensors="pt")
    with torch.inference_mode():
        return np.array(model(**tokens).last_hidden_state[0].numpy())


@pytest.mark.parametrize("family", get_args(TinyFamily))
def test_vectors_are_the_mean_of_the_last_layer(family: TinyFamily, tmp_path: Path) -> None:
    folder = write_tiny_embedder(tmp_path / "model", family=family)
    embed = hfkit.Embed(folder, overflow="truncate", runtime=OFFLINE)
    found = embed.batch(TEXTS).to_numpy()
    expected = np.stack([states(folder, text).mean(axis=0) for text in TEXTS])
    assert np.abs(found - expected).max() < 1e-5
    assert found.shape == (len(TEXTS), embed.size) == (len(TEXTS), 32)


def test_a_folder_of_sentence_transformers_is_followed(tmp_path: Path) -> None:
    folder = write_tiny_embedder(tmp_path / "model")
    kinds = ["Transformer", "Pooling", "Normalize"]
    modules = [
        {"path": f"{number}_{kind}" if number else "", "type": f"sentence_transformers.models.{kind}"}
        for number, kind in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 32}))
    embed = hfkit.Embed(folder, runtime=OFFLINE)
    first = states(folder, TEXTS[0])[0]
    assert np.abs(embed(TEXTS[0]).vector - first / np.linalg.norm(first)).max() < 1e-5
    assert np.linalg.norm(embed.batch(TEXTS).to_numpy(), axis=1) == pytest.approx(1)
    assert embed.source.notes == ()
    with pytest.raises(errors.SettingError, match=r"window is 33 tokens, .* reads at most 32"):
        embed.with_(window=33)("no")


def test_an_encoder_without_a_pooler_is_opened(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = write_tiny_embedder(tmp_path / "model")
    file = folder / "model.safetensors"
    kept = {name: array for name, array in load_file(file).items() if not name.startswith("pooler.")}
    expected = hfkit.Embed(folder, runtime=OFFLINE)(TEXTS[0]).vector
    save_file(kept, file, metadata={"format": "pt"})
    assert np.array_equal(hfkit.Embed(folder, runtime=OFFLINE)(TEXTS[0]).vector, expected)


def test_models_for_other_verbs_are_refused(tmp_path: Path) -> None:
    classifier = write_tiny_classifier(tmp_path / "classifier")
    with pytest.raises(errors.WrongHeadError, match="is not what BertModel needs"):
        hfkit.Embed(classifier, runtime=OFFLINE)("the old city")
    with pytest.raises(
        errors.WrongHeadError, match="encodes and decodes, a text embedding model only encodes"
    ):
        hfkit.Embed(_encoder_decoder(tmp_path / "t5"), runtime=OFFLINE)("the old city")


def _encoder_decoder(folder: Path) -> Path:
    write_t5(folder)
    (folder / "config.json").write_text(json.dumps({"model_type": "t5", "is_encoder_decoder": True}))
    return folder


# Of peft 0.21 with transformers 5.23, where the adapter is made.
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_an_adapter_opens_like_a_model(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model

    base = write_tiny_embedder(tmp_path / "base")
    pooling = [{"path": "", "type": "Transformer"}, {"path": "1_Pooling", "type": "Pooling"}]
    (base / "modules.json").write_text(json.dumps(pooling))
    (base / "1_Pooling").mkdir()
    (base / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": "cls"}))
    settings = LoraConfig(target_modules=["query", "value"], r=2, init_lora_weights=False)
    adapted = get_peft_model(AutoModel.from_pretrained(base), settings).eval()
    adapted.save_pretrained(str(tmp_path / "adapter"))
    tokens = AutoTokenizer.from_pretrained(base)(TEXTS[0], return_tensors="pt")
    with torch.inference_mode():
        expected = adapted(**tokens).last_hidden_state[0, 0].numpy()
    embed = hfkit.Embed(tmp_path / "adapter", runtime=OFFLINE)
    assert np.abs(embed(TEXTS[0]).vector - expected).max() < 1e-5
    assert np.abs(embed(TEXTS[0]).vector - hfkit.Embed(base, runtime=OFFLINE)(TEXTS[0]).vector).max() > 1e-3
