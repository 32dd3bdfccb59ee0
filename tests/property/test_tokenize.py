from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from hfkit import NoPadding, NoTruncation, PadToLength, PadToLongest, Pair, Tokens, Truncate, Windows
from hfkit.errors import InputTooLongError, SettingError
from hfkit.testing.strategies import texts
from hfkit.values.chat import TokenInput
from hfkit.values.padding import Padding, Side
from hfkit.values.truncation import Cut, Truncation

if TYPE_CHECKING:
    from hfkit import Tokenize

SIDES: st.SearchStrategy[Side] = st.sampled_from(["left", "right"])
CUTS: st.SearchStrategy[Cut] = st.sampled_from(["longest_first", "first", "second"])
STRATEGY = {"longest_first": "longest_first", "first": "only_first", "second": "only_second"}
LIMITS = st.sampled_from([8, 12, 16])
# Four tokens may be special ones around a pair, so that these leave no window.
LOW_LIMITS = st.sampled_from([3, 5])
TEXTS = texts(max_size=12)
GROUPS: st.SearchStrategy[Any] = st.lists(TEXTS, min_size=1, max_size=3) | st.lists(
    st.builds(Pair, TEXTS, TEXTS), min_size=1, max_size=3
)


@dataclass(frozen=True)
class Policy:
    """A padding and a truncation that transformers can be told in one call."""

    padding: Padding
    truncation: Truncation
    special_tokens: bool


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any combination; the length to pad to is the one to cut to, as in transformers there is one only."""
    special_tokens, side, cut = draw(st.booleans()), draw(SIDES), draw(CUTS)
    limit = draw(LIMITS if special_tokens else LIMITS | LOW_LIMITS)
    multiple = draw(st.sampled_from([number for number in range(1, limit + 1) if limit % number == 0]))
    # transformers 5.23 wants the overlap to leave room for special tokens even where none are put.
    overlap = min(2, limit - 3)
    truncations: list[Truncation] = [
        NoTruncation(),
        Truncate(limit, cut=cut, side=side),
        Windows(limit, overlap, cut=cut, side=side),
    ]
    paddings: list[Padding] = [
        NoPadding(),
        PadToLongest(side=draw(SIDES)),
        PadToLongest(multiple_of=multiple, side=draw(SIDES)),
        PadToLength(limit, side=draw(SIDES)),
    ]
    truncation, padding = draw(st.sampled_from(truncations)), draw(st.sampled_from(paddings))
    return Policy(padding, truncation, special_tokens)


def with_policy(tokenize: Tokenize, policy: Policy) -> Tokenize:
    """The facade under a policy; what has no padding token pads with its last special token."""
    padding = policy.padding
    if tokenize.special_tokens.pad is None and isinstance(padding, PadToLongest):
        padding = PadToLongest(multiple_of=padding.multiple_of, side=padding.side, token="<|endoftext|>")  # noqa: S106
    elif tokenize.special_tokens.pad is None and isinstance(padding, PadToLength):
        padding = PadToLength(padding.tokens, padding.side, "<|endoftext|>")
    return tokenize.with_(
        padding=padding, truncation=policy.truncation, add_special_tokens=policy.special_tokens
    )


def by_transformers(reference: Any, items: list[TokenInput], policy: Policy, **further: object) -> Any:
    """What one call of transformers gives."""
    settings: dict[str, object] = {"add_special_tokens": policy.special_tokens, **further}
    if not isinstance(policy.truncation, NoTruncation):
        settings |= {
            "truncation": STRATEGY[policy.truncation.cut],
            "max_length": policy.truncation.max_tokens,
        }
        reference.truncation_side = policy.truncation.side or "right"
    if isinstance(policy.truncation, Windows):
        settings |= {"stride": policy.truncation.overlap, "return_overflowing_tokens": True}
    match policy.padding:
        case PadToLongest():
            settings |= {"padding": True, "pad_to_multiple_of": policy.padding.multiple_of}
            settings["padding_side"] = policy.padding.side
        case PadToLength():
            settings |= {"padding": "max_length", "max_length": policy.padding.tokens}
            settings["padding_side"] = policy.padding.side
        case NoPadding():
            pass
    if reference.pad_token is None:
        reference.pad_token = "<|endoftext|>"  # noqa: S105
    pairs = [item for item in items if isinstance(item, Pair)]
    firsts = [pair.first for pair in pairs] or items
    return reference(firsts, [pair.second for pair in pairs] or None, **settings)


def rows(results: list[Tokens]) -> list[Tokens]:
    """All windows of all results."""
    return [window for result in results for window in result.windows]


@given(items=GROUPS, policy=policies())
def test_every_column_is_what_transformers_gives(
    tokenize: Tokenize, reference: Any, items: list[TokenInput], policy: Policy
) -> None:
    """Under every policy ids, tokens, masks, types, offsets, words and texts are those of transformers."""
    try:
        results = list(with_policy(tokenize, policy).batch(items))
    except InputTooLongError:
        assume(not isinstance(policy.truncation, Windows))  # transformers may panic where hfkit refuses
        with pytest.raises(Exception, match="Truncation error"):
            by_transformers(reference, items, policy)
        return
    expected = by_transformers(
        reference,
        items,
        policy,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        return_token_type_ids=True,
    )
    given_rows = rows(results)
    assert len(given_rows) == len(expected["input_ids"])
    for number, row in enumerate(given_rows):
        real = row.attention_mask
        assert list(row.ids) == expected["input_ids"][number]
        assert list(row.tokens) == expected.tokens(number)
        assert list(row.attention_mask) == expected["attention_mask"][number]
        assert list(row.type_ids) == expected["token_type_ids"][number]
        assert list(row.offsets) == expected["offset_mapping"][number]
        assert list(row.special_mask) == expected["special_tokens_mask"][number]
        assert list(row.word_ids) == expected.word_ids(number)
        kept = [id_ for id_, one in zip(expected.sequence_ids(number), real, strict=True) if one]
        assert [id_ for id_, one in zip(row.text_ids, real, strict=True) if one] == kept
    owners = expected.get("overflow_to_sample_mapping", range(len(items)))
    counts = [len(list(group)) for _, group in groupby(owners)]
    assert [len(result.windows) for result in results] == counts


@given(limit=st.integers(4, 20), multiple=st.integers(1, 10), windowed=st.booleans())
def test_a_width_is_no_more_than_the_limit_or_refused(
    tokenize: Tokenize,
    reference: Any,
    limit: int,
    multiple: int,
    windowed: bool,  # noqa: FBT001
) -> None:
    """Where padding to a multiple would pass the limit, hfkit refuses as transformers does; else the limit holds."""
    truncation = Windows(limit) if windowed else Truncate(limit, side="right")
    policy = Policy(PadToLongest(multiple_of=multiple), truncation, special_tokens=True)
    items: list[TokenInput] = ["the film is dull " * 5, "a"]
    facade = with_policy(tokenize, policy)
    if limit % multiple:
        with pytest.raises(SettingError, match=f"max_tokens is {limit}, must be a multiple of {multiple}"):
            facade.batch(items)
        with pytest.raises(ValueError, match="not a multiple"):
            by_transformers(reference, items, policy)
    else:
        assert {row.length for row in rows(list(facade.batch(items)))} == {limit}


@given(items=GROUPS, policy=policies())
def test_arrays_are_the_padded_batch(tokenize: Tokenize, items: list[TokenInput], policy: Policy) -> None:
    """The arrays hold what the results hold, windows as rows, padded to the longest if nothing else is said."""
    assume(not isinstance(policy.padding, PadToLength) or not isinstance(policy.truncation, NoTruncation))
    padded = (
        policy
        if not isinstance(policy.padding, NoPadding)
        else Policy(PadToLongest(), policy.truncation, policy.special_tokens)
    )
    facade = with_policy(tokenize, padded)
    try:
        results = list(facade.batch(items))
    except InputTooLongError as error:
        index = error.index
        with pytest.raises(InputTooLongError, check=lambda other: other.index == index):
            facade.arrays(items)
        return
    arrays = facade.arrays(items)
    assert arrays.ids.tolist() == [list(row.ids) for row in rows(results)]
    assert arrays.mask.tolist() == [list(row.attention_mask) for row in rows(results)]
    assert arrays.type_ids.tolist() == [list(row.type_ids) for row in rows(results)]
    assert arrays.lengths.tolist() == [sum(row.attention_mask) for row in rows(results)]
    owners = [number for number, result in enumerate(results) for _ in result.windows]
    assert arrays.owner.tolist() == owners
    if isinstance(policy.truncation, Truncate):
        lost = {
            number
            for number, item in enumerate(items)
            if facade.count(item) > (policy.truncation.max_tokens or 0)
        }
        assert set(arrays.cut) == lost


@given(items=GROUPS)
def test_inputs_are_the_arrays_of_transformers(
    tokenize: Tokenize, reference: Any, items: list[TokenInput]
) -> None:
    """Names, values and number types are those of ``tokenizer(..., padding=True, return_tensors="np")``."""
    policy = Policy(PadToLongest(), NoTruncation(), special_tokens=True)
    expected = by_transformers(reference, items, policy, return_tensors="np")
    given_ = with_policy(tokenize, policy).arrays(items).inputs()
    assert set(given_) == set(expected)
    for name, array in given_.items():
        assert array.dtype == np.int64
        np.testing.assert_array_equal(array, expected[name])


@given(items=GROUPS)
def test_count_is_the_length(tokenize: Tokenize, items: list[TokenInput]) -> None:
    """Counting gives as many tokens as the result has, whatever is cut or padded elsewhere."""
    facade = tokenize.with_(truncation=Truncate(8), padding=PadToLength(20, token="</s>"))  # noqa: S106
    assert [facade.count(item) for item in items] == [result.length for result in tokenize.batch(items)]


@given(text=TEXTS, skip=st.booleans(), random=st.randoms(use_true_random=False))
def test_decoding_is_that_of_transformers(
    tokenize: Tokenize,
    reference: Any,
    text: str,
    skip: bool,  # noqa: FBT001
    random: Any,
) -> None:
    """The ids of a text, and ids at random, give the text that transformers gives."""
    everything = sorted(tokenize.vocabulary.values())
    for ids in (tokenize(text).ids, random.choices(everything, k=10)):
        expected = reference.decode(list(ids), skip_special_tokens=skip)
        assert tokenize.decode(ids, skip_special_tokens=skip) == expected


@given(text=TEXTS)
def test_a_token_stands_where_its_offsets_say(tokenize: Tokenize, text: str) -> None:
    """Offsets lie in the text and never go back; special tokens have none."""
    result = tokenize(text)
    assert result.texts == (text,)
    last = 0
    for (start, end), special in zip(result.offsets, result.special_mask, strict=True):
        assert 0 <= start <= end <= len(text)
        if special:
            assert (start, end) == (0, 0)
        elif end > start:
            assert start >= last or start <= last <= end
            last = max(last, start)


@given(text=TEXTS, size=st.integers(1, 20), overlap=st.integers(0, 5))
def test_windows_hold_every_token_in_order(tokenize: Tokenize, text: str, size: int, overlap: int) -> None:
    """Windows laid end to end, without what they share, are the tokens of the whole text, and cover it."""
    facade, limit = tokenize.with_(add_special_tokens=False), overlap + size
    result = facade.with_(truncation=Windows(limit, overlap, side="right"))(text)
    joined = [id_ for number, row in enumerate(result.windows) for id_ in row.ids[overlap if number else 0 :]]
    assert joined == list(facade(text).ids)
    assert result.coverage.complete
    assert result.coverage.windows == len(result.windows)
    assert all(row.length <= limit for row in result.windows)


@given(first=TEXTS, second=TEXTS, limit=st.integers(10, 20), cut=CUTS)
def test_windows_of_a_pair_hold_every_token_of_both(
    tokenize: Tokenize, first: str, second: str, limit: int, cut: Any
) -> None:
    """However a pair is cut, each token of either text is in some window."""
    whole = tokenize(Pair(first, second))
    try:
        result = tokenize.with_(truncation=Windows(limit, cut=cut))(Pair(first, second))
    except InputTooLongError:
        reject()  # the other text takes all the room
    wanted = set(zip(whole.text_ids, whole.offsets, whole.ids, strict=True))
    found = {
        entry for row in result.windows for entry in zip(row.text_ids, row.offsets, row.ids, strict=True)
    }
    assert wanted == found


@given(text=TEXTS, limit=st.integers(4, 20), side=SIDES)
def test_coverage_says_what_was_cut(tokenize: Tokenize, text: str, limit: int, side: Any) -> None:
    """All is read exactly if nothing was cut; else no more than the kept tokens and what stands between them."""
    whole = tokenize(text)
    result = tokenize.with_(truncation=Truncate(limit, side=side))(text)
    assert result.coverage.total == len(text)
    if whole.length <= limit:
        assert result.coverage.complete
        assert result.ids == whole.ids
    else:
        spans = [span for span, id_ in zip(result.offsets, result.text_ids, strict=True) if id_ is not None]
        kept = (
            max((end for _, end in spans), default=0)
            if side == "right"
            else len(text) - min((start for start, _ in spans), default=len(text))
        )
        assert result.coverage.read <= kept
        assert result.length == limit


@given(items=GROUPS)
def test_map_gives_what_batch_gives(tokenize: Tokenize, items: list[TokenInput]) -> None:
    """A stream of inputs gets the same results, one by one."""
    assert (
        list(tokenize.map(iter(items))) == list(tokenize.batch(items)) == [tokenize(item) for item in items]
    )
