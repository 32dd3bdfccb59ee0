"""Laws of windows in which each token is foreseen once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hfkit.text.strides import foreseen_windows


@given(st.integers(0, 300), st.integers(2, 40), st.data())
def test_every_token_but_the_first_is_foreseen_once(tokens: int, window: int, data: st.DataObject) -> None:
    """The windows foresee 1, 2, ..., each once and in order, and none is longer than it may be."""
    stride = data.draw(st.integers(1, window - 1))
    windows = foreseen_windows(tokens, window=window, stride=stride)
    assert [token for one in windows for token in range(one.first, one.stop)] == list(range(1, tokens))
    for one in windows:
        assert one.start < one.first < one.stop <= one.start + window


@given(st.integers(2, 300), st.integers(2, 40), st.data())
def test_later_tokens_are_foreseen_with_all_but_a_stride_before_them(
    tokens: int, window: int, data: st.DataObject
) -> None:
    """Beyond the first window each token has at least ``window - stride`` tokens before it."""
    stride = data.draw(st.integers(1, window - 1))
    for one in foreseen_windows(tokens, window=window, stride=stride)[1:]:
        assert one.first - one.start == window - stride
