"""What a session knows of its model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import hfkit
from hfkit import errors
from hfkit.backends import registry
from hfkit.hub.folder import ModelFolder
from hfkit.testing import FakeBackend, write_fake_model
from hfkit.testing.fake import FakeScorer


class Limitless(FakeBackend):
    """Opens models that name no limit of their own."""

    def open_scorer(self, folder: ModelFolder, runtime: hfkit.Runtime, /) -> FakeScorer:
        scorer = super().open_scorer(folder, runtime)
        scorer.card = replace(scorer.card, max_tokens=None)
        return scorer


@pytest.fixture
def limitless(monkeypatch: pytest.MonkeyPatch) -> hfkit.Runtime:
    monkeypatch.setattr(registry, "_registered", {**registry._registered, "limitless": Limitless})
    return hfkit.Runtime(backend="limitless")


@pytest.mark.parametrize(("claimed", "limit"), [(None, 8192), (10**30, 8192), (40, 40)])
def test_the_tokenizer_may_name_the_limit(
    claimed: int | None, limit: int, tmp_path: Path, limitless: hfkit.Runtime
) -> None:
    folder = write_fake_model(tmp_path / "m")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"model_max_length": claimed} if claimed else {})
    )
    classify = hfkit.Classify(folder, runtime=limitless)
    text = "good movie " * 30
    assert classify._session.window_limit == limit
    assert classify(text).coverage.windows == (3 if limit == 40 else 1)


def test_a_folder_without_tokenizer(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_model(tmp_path / "m")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(errors.TokenizerError, match=r"holds no tokenizer.json"):
        hfkit.Classify(folder, runtime=fake).load()


def test_a_tokenizer_that_is_none(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_model(tmp_path / "m")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(errors.TokenizerError, match=r"tokenizer.json cannot be read"):
        hfkit.Classify(folder, runtime=fake).load()


SWAPPED = {
    "type": "TemplateProcessing",
    "single": [{"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "B", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "special_tokens": {},
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": {"type": "WordLevel", "vocab": {}, "unk_token": "[UNK]"}}, "fails: WordLevel error"),
        ({"normalizer": {"type": "Replace", "pattern": {"Regex": "."}, "content": ""}}, "reads nothing in"),
        ({"post_processor": SWAPPED}, "does not put special tokens around its texts in a fixed pattern"),
    ],
    ids=["no word for the unknown", "drops every character", "swaps the texts"],
)
def test_a_tokenizer_that_cannot_work(
    change: dict[str, object], message: str, tmp_path: Path, fake: hfkit.Runtime
) -> None:
    folder = write_fake_model(tmp_path / "m")
    file = folder / "tokenizer.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(errors.TokenizerError, match=message):
        hfkit.Classify(folder, runtime=fake).load()


def test_the_fingerprint_follows_the_tokenizer(tmp_path: Path, fake: hfkit.Runtime) -> None:
    one, other = write_fake_model(tmp_path / "one"), write_fake_model(tmp_path / "other", seed=1)
    cased = write_fake_model(tmp_path / "cased")
    file = cased / "tokenizer.json"
    content = json.loads(file.read_text())
    content["normalizer"]["lowercase"] = False
    file.write_text(json.dumps(content))
    prints = [hfkit.Classify(folder, runtime=fake).source.tokenizer for folder in (one, other, cased)]
    assert prints[0] == prints[1] != prints[2]
    assert prints[0].startswith("sha256:")
