"""A fingerprint beside a model, and tokenizers that do not match it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import transformers  # noqa: F401  # loaded here, so that no test waits for a process that loads it

import hfkit
from hfkit import errors
from hfkit.testing import write_fake_model, write_tiny_classifier
from hfkit.testing.tokenizers import write_word_pieces


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))


def test_a_pinned_model_opens_with_its_tokenizer_and_with_no_other(
    tmp_path: Path, fake: hfkit.Runtime
) -> None:
    model = write_fake_model(tmp_path / "m")
    before = hfkit.Classify(model, runtime=fake)("good").source
    file = hfkit.Tokenize(model).pin(model)
    assert file == model / "hfkit.json"
    assert json.loads(file.read_text()) == {"tokenizer": before.tokenizer}
    assert hfkit.Tokenize(model).source.tokenizer == before.tokenizer
    assert hfkit.Classify(model, runtime=fake)("good").source == before  # a pin is no part of the model
    write_word_pieces(model, cased=True)
    for facade in (hfkit.Tokenize(model), hfkit.Classify(model, runtime=fake)):
        with pytest.raises(errors.TokenizerMismatchError, match="has the fingerprint sha256:") as caught:
            facade.load()
        assert before.tokenizer in caught.value.message
        assert "restore the tokenizer" in caught.value.hint
    hfkit.Tokenize(model).pin(model)  # what the hint says
    assert hfkit.Classify(model, runtime=fake)("good").source.tokenizer != before.tokenizer


def test_both_ways_to_open_agree_on_the_fingerprint(tmp_path: Path) -> None:
    model = write_tiny_classifier(tmp_path / "m", family="roberta")
    hfkit.Tokenize(model).pin(model)
    classify = hfkit.Classify(model, runtime=hfkit.Runtime(backend="torch"))
    assert classify("good").source.tokenizer == hfkit.Tokenize(model).source.tokenizer


def test_a_pin_keeps_what_else_the_file_says(tmp_path: Path) -> None:
    model = write_fake_model(tmp_path / "m")
    (model / "hfkit.json").write_text('{"note": "ours", "tokenizer": "sha256:old"}')
    source = hfkit.Tokenize(write_fake_model(tmp_path / "other"))
    source.pin(model)
    content = json.loads((model / "hfkit.json").read_text())
    assert content == {"note": "ours", "tokenizer": source.source.tokenizer}
    assert [file.name for file in model.glob(".pin-*")] == []


def test_a_pin_needs_a_folder_and_a_file_that_can_be_read(tmp_path: Path) -> None:
    tokenize = hfkit.Tokenize(write_fake_model(tmp_path / "m"))
    with pytest.raises(errors.ModelNotFoundError, match="is no folder"):
        tokenize.pin(tmp_path / "nowhere")
    other = write_fake_model(tmp_path / "other")
    for content, message in (("{", "is no JSON"), ("[]", "holds a list, must be a JSON object")):
        (other / "hfkit.json").write_text(content)
        with pytest.raises(errors.CorruptModelError, match=message):
            tokenize.pin(other)


def test_the_pin_of_a_base_counts_for_the_base_tokenizer_only(tmp_path: Path) -> None:
    from hfkit.engines.pins import check_pin
    from hfkit.hub.folder import ModelFolder

    base = write_fake_model(tmp_path / "base")
    (base / "hfkit.json").write_text('{"tokenizer": "sha256:base"}')
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    below = ModelFolder("base", base, "", ())
    folder = ModelFolder("adapter", adapter, "", (), below)
    with pytest.raises(errors.TokenizerMismatchError):
        check_pin(folder, "sha256:adapter")
    write_word_pieces(adapter)
    check_pin(folder, "sha256:adapter")
    (adapter / "hfkit.json").write_text('{"tokenizer": "sha256:other"}')
    with pytest.raises(errors.TokenizerMismatchError):
        check_pin(folder, "sha256:adapter")
