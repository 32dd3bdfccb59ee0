"""A fingerprint beside a model, and tokenizers that do not match it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import transformers  # noqa: F401  # loaded here, so that no test waits for a process that loads it

import hfkit
from hfkit import errors
from hfkit.testing import TinyFamily, write_fake_model, write_tiny_classifier
from hfkit.testing.tokenizers import write_byte_pairs, write_unigrams, write_word_pieces


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


@pytest.mark.parametrize("family", get_args(TinyFamily))
def test_both_ways_to_open_agree_on_the_fingerprint(family: TinyFamily, tmp_path: Path) -> None:
    model = write_tiny_classifier(tmp_path / "m", family=family)
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


def _edit(model: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = model / "tokenizer.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def _swap_words(content: dict[str, Any]) -> None:
    words = content["model"]["vocab"]
    words["good"], words["bad"] = words["bad"], words["good"]


def _add_token(content: dict[str, Any]) -> None:
    content["added_tokens"].append({**content["added_tokens"][-1], "id": 216, "content": "<new>"})


def _swap_merges(content: dict[str, Any]) -> None:
    merges = content["model"]["merges"]
    merges[-1], merges[-2] = merges[-2], merges[-1]


def _change_score(content: dict[str, Any]) -> None:
    content["model"]["vocab"][-1][1] -= 1.0


@pytest.mark.parametrize(
    ("write", "change"),
    [
        (write_word_pieces, _swap_words),
        (write_word_pieces, _add_token),
        (write_byte_pairs, _swap_merges),
        (write_unigrams, _change_score),
    ],
)
def test_what_a_fixed_text_does_not_show_is_in_the_fingerprint(
    write: Callable[[Path], object],
    change: Callable[[dict[str, Any]], None],
    tmp_path: Path,
    fake: hfkit.Runtime,
) -> None:
    model = write_fake_model(tmp_path / "m")
    write(model)
    hfkit.Tokenize(model).pin(model)
    hfkit.Tokenize(model).load()
    _edit(model, change)
    for facade in (hfkit.Tokenize(model), hfkit.Classify(model, runtime=fake)):
        with pytest.raises(errors.TokenizerMismatchError):
            facade.load()


def test_merges_of_an_older_library_are_the_same_merges(tmp_path: Path) -> None:
    model = tmp_path / "m"
    write_byte_pairs(model)
    hfkit.Tokenize(model).pin(model)

    def write_as_before(content: dict[str, Any]) -> None:
        content["model"]["merges"] = [" ".join(merge) for merge in content["model"]["merges"]]

    _edit(model, write_as_before)
    hfkit.Tokenize(model).load()
    assert isinstance(json.loads((model / "tokenizer.json").read_text())["model"]["merges"][0], str)
