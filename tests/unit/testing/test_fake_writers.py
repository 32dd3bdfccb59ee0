"""The fake backend's language model, apart from the promises that it keeps like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hfkit import errors
from hfkit.hub.resolve import resolve
from hfkit.testing import FakeBackend, write_fake_model, write_fake_writer
from hfkit.testing.fake_writers import FakeWriter
from hfkit.values.runtime import Runtime

ROWS = [np.array([5, 6, 7]), np.array([300]), np.array([9] * 20)]


@pytest.fixture(scope="module", params=[False, True], ids=["decoder", "encodes"])
def writer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FakeWriter:
    folder = write_fake_writer(tmp_path_factory.mktemp("writer"), encodes=request.param)
    return FakeBackend().open_writer(resolve(folder, offline=True), Runtime())


def opening(writer: FakeWriter) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
    return np.array([1]) if writer.card.encodes else None


def test_logits_are_equal_to_the_last_bit_whatever_stands_beside_a_row(writer: FakeWriter) -> None:
    batch = writer.begin()
    together = batch.read(ROWS, opening=opening(writer))
    after = batch.write(np.array([[8, 9], [8, 9], [8, 9]]))
    for place, row in enumerate(ROWS):
        alone = writer.begin()
        assert np.array_equal(alone.read([row], opening=opening(writer))[0], together[place])
        assert np.array_equal(alone.write(np.array([[8]]))[0, 0], after[place, 0])
        assert np.array_equal(alone.write(np.array([[9]]))[0, 0], after[place, 1])


def test_texts_differ_and_end_sooner_or_later(writer: FakeWriter) -> None:
    batch = writer.begin()
    logits = batch.read([np.array([number]) for number in range(10, 40)], opening=opening(writer))
    texts = [[int(row.argmax())] for row in logits]
    for _ in range(40):
        logits = batch.write(np.array([[text[-1]] for text in texts]))[:, 0]
        for text, row in zip(texts, logits, strict=True):
            text.append(int(row.argmax()))
    written = [text[: text.index(2)] if 2 in text else text for text in texts]
    assert sum(2 in text for text in texts) > 3
    assert len(set(map(len, written))) > 5
    assert max(len(set(text)) for text in written) > 10
    assert not {0, 1, 3} & {token for text in written for token in text}


def test_a_row_that_is_too_long_is_an_error(writer: FakeWriter) -> None:
    batch = writer.begin()
    with pytest.raises(errors.BackendError, match="a row has 65 tokens, must have at most 64"):
        batch.read([np.arange(4, 69)], opening=opening(writer))
    batch.read([np.array([5])], opening=opening(writer))
    batch.write(np.full((1, 63), 5))
    with pytest.raises(errors.BackendError, match="a row has 65 tokens"):
        batch.write(np.array([[5]]))


def test_what_no_engine_should_give_it_is_an_error(writer: FakeWriter) -> None:
    wrong = None if writer.card.encodes else np.array([1])
    with pytest.raises(errors.BackendError, match="opening is"):
        writer.begin().read(ROWS, opening=wrong)
    with pytest.raises(errors.BackendError, match="1 tokens are shared by rows of 1"):
        writer.begin().read(ROWS, shared=1, opening=opening(writer))


def test_the_seed_decides_on_the_weights(tmp_path: Path) -> None:
    one, same, other = (
        (write_fake_writer(tmp_path / str(number), seed=seed) / "model.safetensors").read_bytes()
        for number, seed in enumerate((0, 0, 1))
    )
    assert one == same != other


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    folder = resolve(write_fake_model(tmp_path), offline=True)
    with pytest.raises(errors.WrongHeadError, match=r"holds \['table'\], must hold 'writer'"):
        FakeBackend().open_writer(folder, Runtime())
