from __future__ import annotations

import copy
import json
import pickle
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hfkit.errors import HfkitError, InputError, OutOfMemoryError
from hfkit.values.batch import Batch
from hfkit.values.classification import Classification, LabelScore
from hfkit.values.provenance import Coverage, Source
from hfkit.values.statistics import Statistics
from hfkit.values.suggestion import did_you_mean

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

COUNTS = st.integers(0, 10**9)
STATISTICS: SearchStrategy[Statistics] = st.builds(Statistics, *[COUNTS] * len(fields(Statistics)))
NAMES = st.text(max_size=12)
SOURCES = st.builds(
    Source,
    **dict.fromkeys(("model", "revision", "tokenizer", "backend", "device", "dtype"), NAMES),
    versions=st.dictionaries(NAMES, NAMES, max_size=3).map(lambda versions: tuple(sorted(versions.items()))),
    base=st.none() | NAMES,
    notes=st.lists(NAMES, max_size=2).map(tuple),
)
SCORES = st.lists(st.builds(LabelScore, NAMES, st.floats(0, 1)), min_size=1, max_size=4).map(tuple)
COVERAGES = st.builds(Coverage, COUNTS, COUNTS, COUNTS)
RESULTS = st.builds(Classification, SCORES, st.lists(NAMES, max_size=2).map(tuple), COVERAGES, SOURCES)
BATCHES = st.lists(RESULTS, max_size=5).map(Batch)


@given(STATISTICS, STATISTICS, STATISTICS)
def test_statistics_add_in_any_order(one: Statistics, two: Statistics, three: Statistics) -> None:
    """Sums of statistics depend neither on their order nor on where they were begun."""
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + Statistics() == one


@given(STATISTICS, STATISTICS)
def test_statistics_add_field_by_field(one: Statistics, two: Statistics) -> None:
    """Each count of a sum is the sum of the counts of that name."""
    total = one + two
    for field in fields(Statistics):
        assert getattr(total, field.name) == getattr(one, field.name) + getattr(two, field.name)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_padding_is_a_share(tokens: int, padding: int) -> None:
    """Padding is from 0 to 1, and 0 exactly where no padding was computed."""
    share = Statistics(tokens=tokens, padded_tokens=tokens + padding).padding
    assert 0 <= share <= 1
    assert (share == 0) == (padding == 0)


@given(BATCHES, st.integers(-6, 6) | st.none(), st.integers(-6, 6) | st.none())
def test_a_batch_is_indexed_like_a_tuple(
    batch: Batch[Classification], start: int | None, stop: int | None
) -> None:
    """Items, slices, length, order and membership are those of the tuple of results."""
    results = tuple(batch)
    assert tuple(batch[start:stop]) == results[start:stop]
    assert list(reversed(batch)) == list(reversed(results))
    assert [batch[index] for index in range(len(batch))] == list(results)
    assert all(result in batch for result in results)


@given(BATCHES)
def test_a_batch_of_the_same_results_is_the_same(batch: Batch[Classification]) -> None:
    """Equality and hash see the results only, and survive copies and processes."""
    again = pickle.loads(pickle.dumps(batch))  # our own bytes
    assert again == batch == copy.deepcopy(batch)
    assert hash(again) == hash(batch)
    assert again.statistics == batch.statistics


@given(BATCHES, st.none() | st.integers(0, 4))
def test_json_says_what_the_dicts_say(batch: Batch[Classification], indent: int | None) -> None:
    """A batch's JSON, read again, is its dicts, to the last digit and letter."""
    assert json.loads(batch.to_json(indent=indent)) == batch.to_dicts()


@given(RESULTS)
def test_every_label_has_its_score(result: Classification) -> None:
    """``score_of`` finds each label that is listed; the best one is ``label`` with ``score``."""
    assume(len({entry.label for entry in result.scores}) == len(result.scores))
    assert {entry.label: entry.score for entry in result.scores} == {
        entry.label: result.score_of(entry.label) for entry in result.scores
    }
    assert result.score == result.score_of(result.label)


@given(COUNTS, COUNTS)
def test_coverage_is_complete_where_all_was_read(read: int, unread: int) -> None:
    """Only a text of which nothing is left unread is complete."""
    assert Coverage(read, read + unread, 1).complete == (unread == 0)


@given(NAMES.filter(bool), st.lists(NAMES, max_size=4))
def test_a_known_name_is_its_own_suggestion(name: str, others: list[str]) -> None:
    """A name that is among the known ones suggests itself."""
    assert did_you_mean(name, [*others, name]) == f"did you mean {name!r}?"


@given(
    st.sampled_from((HfkitError, InputError, OutOfMemoryError)),
    st.text(),
    st.text(),
    st.none() | st.integers(),
)
def test_errors_travel_whole(kind: type[HfkitError], message: str, hint: str, index: int | None) -> None:
    """A pickled error arrives with its message, its hint and what was noted on it."""
    error = kind(message, hint=hint)
    error.add_note("seen in a worker")
    if isinstance(error, InputError):
        error.index = index
    arrived = pickle.loads(pickle.dumps(error))  # our own bytes
    assert type(arrived) is kind
    assert str(arrived) == str(error) == f"{message}\nHint: {hint}"
    assert vars(arrived) == vars(error)
    with pytest.raises(kind):
        raise arrived
