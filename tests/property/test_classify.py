from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from hfkit import Pair, Runtime
from hfkit.errors import EmptyInputError
from hfkit.testing.strategies import inputs

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from hfkit import Classification, Classify
    from hfkit.values.inputs import TextInput

INPUTS = st.lists(inputs(max_size=30), max_size=8)
BUDGETS = st.integers(1, 600)
NO_TOKENS = "\a"  # no blank, so it is found out only once it is tokenized
WINDOWS = st.integers(5, 64)


def alike(one: Classification, other: Classification) -> bool:
    """Whether two results say the same, to the rounding of float32."""
    scores = {entry.label: pytest.approx(entry.score, abs=1e-5) for entry in one.scores}
    return {entry.label: entry.score for entry in other.scores} == scores and one.coverage == other.coverage


def settings(budget: int) -> Runtime:
    """The fake backend with a budget of tokens."""
    return Runtime(backend="fake", progress="never", batch_tokens=budget)


@given(item=inputs(max_size=12))
def test_scores_are_those_that_the_model_gives_its_row(
    classify: Classify, fake_model: Path, item: TextInput
) -> None:
    """An input that fits is scored as by hand: the library's ids, the model's table, a softmax."""
    library = Tokenizer.from_file(str(fake_model / "tokenizer.json"))
    row = library.encode(item.first, item.second) if isinstance(item, Pair) else library.encode(item)
    assume(len(row.ids) <= 64)
    logits = load_file(fake_model / "model.safetensors")["table"][row.type_ids, row.ids].mean(axis=0)
    exponentials = np.exp(logits.astype(np.float64))
    expected = dict(zip(classify.labels, exponentials / exponentials.sum(), strict=True))
    assert {entry.label: entry.score for entry in classify(item).scores} == pytest.approx(expected, abs=1e-5)


@given(items=INPUTS, budget=BUDGETS, window=WINDOWS)
def test_scores_do_not_depend_on_batching(
    classify: Classify, items: list[TextInput], budget: int, window: int
) -> None:
    """An input gets the same scores in a batch of any size as alone."""
    facade = classify.with_(runtime=settings(budget), window=window, overlap=2)
    together = facade.batch(items)
    assert len(together) == len(items)
    assert all(alike(facade(item), result) for item, result in zip(items, together, strict=True))


@given(items=INPUTS, budget=BUDGETS, workers=st.integers(1, 4))
def test_scores_do_not_depend_on_the_number_of_workers(
    classify: Classify, items: list[TextInput], budget: int, workers: int
) -> None:
    """However many forward passes run at a time, the results are the same, and so is what was computed."""
    facade = classify.with_(runtime=settings(budget), window=9, overlap=2)
    alone = facade.batch(items)
    together = facade.with_(runtime=replace(settings(budget), workers=workers)).batch(items)
    assert all(alike(one, other) for one, other in zip(alone, together, strict=True))
    assert together.statistics == alone.statistics


@given(items=INPUTS, random=st.randoms(use_true_random=False), budget=BUDGETS)
def test_results_follow_their_inputs_in_any_order(
    classify: Classify, items: list[TextInput], random: Random, budget: int
) -> None:
    """Shuffling the inputs shuffles the results the same way."""
    facade = classify.with_(runtime=settings(budget), window=9, overlap=3)
    order = random.sample(range(len(items)), len(items))
    straight = facade.batch(items)
    shuffled = facade.batch([items[position] for position in order])
    assert all(alike(straight[position], result) for position, result in zip(order, shuffled, strict=True))


@given(items=INPUTS)
def test_map_gives_what_batch_gives(classify: Classify, items: list[TextInput]) -> None:
    """A stream of inputs gets the same results, one by one, in the same order."""
    assert all(
        alike(one, other) for one, other in zip(classify.map(iter(items)), classify.batch(items), strict=True)
    )


@given(before=st.integers(0, 120))
def test_results_before_a_bad_input_are_given_and_its_error_says_where(
    classify: Classify, before: int
) -> None:
    """A stream gives a result for each input ahead of the first bad one; the error has its position."""
    stream = classify.map(["good"] * before + [NO_TOKENS, "good"])
    assert len(list(islice(stream, before))) == before
    with pytest.raises(EmptyInputError) as caught:
        next(stream)
    assert caught.value.index == before


@given(items=INPUTS, times=st.integers(2, 3))
def test_equal_inputs_are_computed_once(classify: Classify, items: list[TextInput], times: int) -> None:
    """Repeating the inputs repeats the results and costs no token more."""
    once, again = classify.batch(items), classify.batch(items * times)
    assert list(once) * times == list(again)
    assert again.statistics.tokens == once.statistics.tokens
    assert again.statistics.windows == once.statistics.windows * times


@given(items=INPUTS, budget=BUDGETS, window=WINDOWS)
def test_statistics_agree_with_the_results(
    classify: Classify, items: list[TextInput], budget: int, window: int
) -> None:
    """Inputs and windows are those of the results, and no fewer tokens are computed than read."""
    results = classify.with_(runtime=settings(budget), window=window, overlap=0).batch(items)
    statistics = results.statistics
    assert statistics.inputs == len(items)
    assert statistics.windows == sum(result.coverage.windows for result in results)
    assert statistics.tokens <= statistics.padded_tokens
    assert 0 <= statistics.padding < 1
    assert statistics.splits == 0


@given(items=INPUTS, top_k=st.integers(1, 4))
def test_top_k_keeps_the_best(classify: Classify, items: list[TextInput], top_k: int) -> None:
    """Fewer labels are the first of all labels, best first, and probabilities add up to 1 over all."""
    for all_labels, best in zip(classify.batch(items), classify.with_(top_k=top_k).batch(items), strict=True):
        assert best.scores == all_labels.scores[:top_k]
        assert sum(entry.score for entry in all_labels.scores) == pytest.approx(1, abs=1e-5)
        values = [entry.score for entry in all_labels.scores]
        assert values == sorted(values, reverse=True)


@given(items=INPUTS)
def test_results_are_json(classify: Classify, items: list[TextInput]) -> None:
    """The JSON of results, read again, is the dicts of the results, whatever the texts were."""
    results = classify.batch(items)
    assert json.loads(results.to_json()) == results.to_dicts()
