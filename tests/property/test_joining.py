from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.joining import replace_spans
from hfkit.text.passages import passages

PROSE = st.lists(
    st.sampled_from(["One two.", "Why?", "是的。", "好！", "ครับ", " ", "\n\n", "  ", "\t", "x"]), max_size=12
).map("".join)


@given(PROSE, st.data())
def test_what_stands_between_parts_stays(text: str, data: st.DataObject) -> None:
    """Blanks before, between and after the parts come back to the letter, and at most one is put where parts touch."""
    spans = list(passages(text, budget=9, count=len, together=False))
    words = st.text("abc", min_size=1, max_size=3) | st.sampled_from(["ja", "好。", "ไป"])
    replacements = [data.draw(words) for _ in spans]
    joined = replace_spans(text, spans, replacements)
    rest, at = joined, 0
    for (start, end), replacement in zip(spans, replacements, strict=True):
        between = text[at:start]
        put = " " if not between and rest.startswith(" ") else between
        assert rest.startswith(put + replacement)
        rest, at = rest[len(put) + len(replacement) :], end
    assert rest == text[at:]


@given(texts(max_size=30))
def test_a_text_without_parts_stays(text: str) -> None:
    """Nothing to replace changes nothing."""
    assert replace_spans(text, [], []) == text


@given(PROSE)
def test_nothing_at_all_leaves_the_blanks(text: str) -> None:
    """Empty replacements leave what is between the parts, and put no blanks."""
    spans = list(passages(text, budget=9, count=len, together=False))
    assert not replace_spans(text, spans, [""] * len(spans)).strip()
