"""A tokenizer that only transformers runs: written in Python over sentencepiece."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hfkit
from hfkit import errors

NAUGHTY = Path(__file__).parent.parent / "data" / "naughty_strings" / "blns.json"
TEXTS = ["The good film", "", "  blanks \n and 世界 ﬁ", "it is </s> not", ">>de<< the film", "never dull!"]


@pytest.fixture(scope="module")
def marian(marian_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> hfkit.Tokenize:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        return hfkit.Tokenize(marian_folder).load()


@pytest.fixture(scope="module")
def reference(marian_folder: Path) -> Any:
    from transformers import AutoTokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return AutoTokenizer.from_pretrained(marian_folder)


def test_columns_and_text_are_those_of_transformers(marian: hfkit.Tokenize, reference: Any) -> None:
    texts = [*TEXTS, *json.loads(NAUGHTY.read_text(encoding="utf-8"))]
    for text, result in zip(texts, marian.batch(texts), strict=True):
        expected = reference(text, return_special_tokens_mask=True)
        assert list(result.ids) == expected["input_ids"]
        assert list(result.special_mask) == expected["special_tokens_mask"]
        assert list(result.tokens) == reference.convert_ids_to_tokens(expected["input_ids"])
        for skip in (True, False):
            decoded = reference.decode(expected["input_ids"], skip_special_tokens=skip)
            assert marian.decode(result.ids, skip_special_tokens=skip) == decoded
        assert marian.count(text) == result.length


def test_arrays_are_those_of_transformers(marian: hfkit.Tokenize, reference: Any) -> None:
    expected = reference(TEXTS, padding=True, return_tensors="np")
    given = marian.arrays(TEXTS).inputs()
    assert set(given) == set(expected)
    for name, array in given.items():
        np.testing.assert_array_equal(array, expected[name])


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("cut", ["longest_first", "first", "second"])
def test_truncation_is_that_of_transformers(
    marian: hfkit.Tokenize, reference: Any, side: Any, cut: Any
) -> None:
    strategy = {"longest_first": "longest_first", "first": "only_first", "second": "only_second"}[cut]
    reference.truncation_side = side
    facade = marian.with_(truncation=hfkit.Truncate(12, cut=cut, side=side))
    if cut != "second":
        expected = reference(TEXTS, truncation=strategy, max_length=12)["input_ids"]
        assert [list(result.ids) for result in facade.batch(TEXTS)] == expected
    pair = hfkit.Pair("the film is dull", "never the film is dull")
    limit = 22 if cut != "longest_first" else 12
    expected = reference(pair.first, pair.second, truncation=strategy, max_length=limit)["input_ids"]
    result = marian.with_(truncation=hfkit.Truncate(limit, cut=cut, side=side))(pair)
    assert list(result.ids) == expected
    assert not result.coverage.complete


def test_offsets_are_true_or_refused(marian: hfkit.Tokenize) -> None:
    text = "The good film"
    result = marian(text)
    assert "".join(text[start:end] for start, end in result.offsets) == text
    assert result.text_ids[-1] is None
    assert set(result.word_ids) == {None}
    marked = marian("it is </s> not")
    assert marked.known_offsets is None
    assert marked.to_dict()["offsets"] is None
    with pytest.raises(errors.TokenizerError, match="does not say where its tokens stand"):
        _ = marked.offsets


def test_windows_hold_every_token(marian: hfkit.Tokenize) -> None:
    text = "the film is dull and never good " * 3
    whole = marian.with_(add_special_tokens=False)
    for side in ("left", "right"):
        result = whole.with_(truncation=hfkit.Windows(9, 2, side=side))(text)
        parts = result.windows if side == "right" else result.windows[::-1]
        joined = [
            id_
            for number, row in enumerate(parts)
            for id_ in (row.ids[2:] if number and side == "right" else row.ids)
        ]
        if side == "right":
            assert joined == list(whole(text).ids)
        assert result.coverage.complete
        assert len(parts) > 5


def test_what_cannot_be_cut_says_where(marian: hfkit.Tokenize) -> None:
    with pytest.raises(errors.InputTooLongError) as caught:
        marian.with_(truncation=hfkit.Truncate(4, cut="second")).batch(["", "the film is dull"])
    assert caught.value.index == 1


def test_the_source_names_transformers(marian: hfkit.Tokenize) -> None:
    assert marian.source.backend == "transformers"
    assert marian.special_tokens.eos == hfkit.SpecialToken("</s>", 0)
    assert marian.max_tokens == 512
