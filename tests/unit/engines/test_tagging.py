from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import hfkit
from hfkit.errors import EmptyInputError, InputError
from hfkit.testing import write_fake_tagger

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ["the", "old", "city", "house", "was", "never", "unhappily", "dull"]
FAKE = hfkit.Runtime(backend="fake", offline=True)


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> hfkit.Tag:
    return hfkit.Tag(write_fake_tagger(tmp_path_factory.mktemp("tagger") / "model"), runtime=FAKE)


def labels(tagger: hfkit.Tag, rows: list[list[str]]) -> list[tuple[str, ...]]:
    return [result.labels for result in tagger.batch(map(hfkit.Words, rows))]


def test_each_word_has_a_label_of_the_model(tagger: hfkit.Tag) -> None:
    (found,) = labels(tagger, [WORDS])
    assert len(found) == len(WORDS)
    assert set(found) <= set(tagger.labels)
    assert len(set(found)) > 1


def test_rows_are_tagged_alike_alone_and_together(tagger: hfkit.Tag) -> None:
    rows = [WORDS, WORDS[:3], WORDS[::-1], ["!"]]
    assert labels(tagger, rows) == [labels(tagger, [row])[0] for row in rows]


def test_a_long_row_is_read_in_windows_and_tagged_whole(tagger: hfkit.Tag) -> None:
    (result,) = batch = tagger.batch([hfkit.Words(WORDS * 40)])
    assert len(result.labels) == len(WORDS) * 40
    assert batch.statistics.windows == result.coverage.windows > 5
    # The fake looks at one token before each: inside, equal words have equal neighbors, and so equal labels.
    middle = np.array(result.labels[len(WORDS) :]).reshape(-1, len(WORDS))
    assert (middle == middle[0]).all()


def test_a_given_word_without_a_token_is_outside(tagger: hfkit.Tag) -> None:
    result = tagger(hfkit.Words(["old", "\u200b\u200b", "city", ""]))
    assert result.words[1] == hfkit.TaggedSpan("\u200b\u200b", "O", 1.0, 4, 6)
    assert result.words[3] == hfkit.TaggedSpan("", "O", 1.0, 12, 12)
    plain = tagger(hfkit.Words(["old", "city"])).labels
    assert result.labels == (plain[0], "O", plain[1], "O")
    assert tagger("old \u200b\u200b city").labels == plain  # nobody asked for a label of that


def test_where_nothing_is_outside_a_given_word_without_a_token_is_refused(tmp_path: Path) -> None:
    tagger = hfkit.Tag(write_fake_tagger(tmp_path / "model", tags=("NOUN", "VERB")), runtime=FAKE)
    results = tagger.map([hfkit.Words(["old"]), hfkit.Words(["old", "\u200b"])])
    assert next(results).labels
    with pytest.raises(
        InputError, match=r"^input 1, word 1, gives no token, and .* has no label 'O'\n"
    ) as caught:
        next(results)
    assert caught.value.index == 1
    with pytest.raises(InputError, match=r"^input, word 1, gives no token, and "):
        tagger(hfkit.Words(["old", "\u200b"]))
    assert len(tagger("old \u200b city").words) == 2


def test_a_row_without_any_token_is_refused(tagger: hfkit.Tag) -> None:
    with pytest.raises(EmptyInputError, match=r"^input 0 gives no tokens, must hold something to read\n"):
        labels(tagger, [["\u200b"]])
    with pytest.raises(EmptyInputError, match=r"^input 1 is empty"):
        labels(tagger, [["old"], []])


def test_texts_of_many_characters_are_read_some_at_a_time(
    tagger: hfkit.Tag, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [WORDS[:4], WORDS, WORDS[2:]]
    expected = labels(tagger, rows)
    monkeypatch.setattr("hfkit.engines.tagging._MOST_CHARACTERS", 30)
    assert labels(tagger, rows) == expected
