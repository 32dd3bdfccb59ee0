from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hfkit
from hfkit.engines.opening import open_tagging
from hfkit.engines.progress import ignore_progress
from hfkit.engines.tagging import TaggingSession
from hfkit.errors import EmptyInputError, InputError
from hfkit.hub.resolve import resolve
from hfkit.testing import write_fake_tagger

WORDS = ["the", "old", "city", "house", "was", "never", "unhappily", "dull"]


def open_(folder: Path) -> TaggingSession:
    found = resolve(folder, offline=True)
    return open_tagging(lambda: found, hfkit.Runtime(backend="fake", offline=True))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> TaggingSession:
    return open_(write_fake_tagger(tmp_path_factory.mktemp("tagger") / "model"))


def tag(session: TaggingSession, rows: list[list[str]]) -> list[tuple[str, ...]]:
    return session.tag(rows, budget=512, advance=ignore_progress)[0]


def test_each_word_has_a_tag_of_the_model(session: TaggingSession) -> None:
    (tags,) = tag(session, [WORDS])
    assert len(tags) == len(WORDS)
    assert set(tags) <= set(session.card.labels.names)
    assert len(set(tags)) > 1


def test_rows_are_tagged_alike_alone_and_together(session: TaggingSession) -> None:
    rows = [WORDS, WORDS[:3], WORDS[::-1], ["!"]]
    assert tag(session, rows) == [tag(session, [row])[0] for row in rows]


def test_a_long_row_is_read_in_windows_and_tagged_whole(session: TaggingSession) -> None:
    tags, statistics = session.tag([WORDS * 40], budget=512, advance=ignore_progress)
    assert len(tags[0]) == len(WORDS) * 40
    assert statistics.windows > 5
    # The fake looks at one token before each: inside, equal words have equal neighbors, and so equal tags.
    middle = np.array(tags[0][len(WORDS) :]).reshape(-1, len(WORDS))
    assert (middle == middle[0]).all()


def test_a_word_without_a_token_is_outside(session: TaggingSession) -> None:
    (tags,) = tag(session, [["old", "\u200b\u200b", "city"]])
    assert tags[1] == "O"
    assert tag(session, [["old", "city"]])[0] == (tags[0], tags[2])


def test_where_nothing_is_outside_a_word_without_a_token_is_refused(tmp_path: Path) -> None:
    session = open_(write_fake_tagger(tmp_path / "model", tags=("NOUN", "VERB")))
    with pytest.raises(
        InputError, match=r"^input 1, word 1, gives no token, and .* has no label 'O'\n"
    ) as caught:
        tag(session, [["old"], ["old", "\u200b"]])
    assert caught.value.index == 1


def test_a_row_without_any_token_is_refused(session: TaggingSession) -> None:
    with pytest.raises(EmptyInputError, match=r"^input 0 gives no tokens, must hold something to read\n"):
        tag(session, [["\u200b"]])
    with pytest.raises(EmptyInputError, match=r"^input 1 is empty"):
        tag(session, [["old"], []])
