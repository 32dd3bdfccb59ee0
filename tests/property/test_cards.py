"""Laws of model cards: what a person wrote comes out as it went in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfkit.text.cards import card_difference, merge_card, own_keys

BEGIN, END = (
    "<!-- hfkit: begin. Written by hfkit; what is outside of these marks is kept. -->",
    "<!-- hfkit: end -->",
)
BEGIN_METADATA, END_METADATA = "# hfkit: begin; lines outside of these marks are kept", "# hfkit: end"

# Lines that look like what they are not, marks without their counterparts among them.
lines = st.sampled_from(
    [
        "",
        "text",
        "---",
        "license: mit",
        "tags:",
        "- a",
        "# A",
        BEGIN,
        END,
        BEGIN_METADATA,
        END_METADATA,
        "ä\\1",
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
cards = st.builds(
    lambda ends, end, rest: end.join([*ends, rest]),
    st.lists(lines, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    lines,
)
metadata = st.dictionaries(
    st.sampled_from(["license", "tags", "library_name"]), st.sampled_from(["x", "[a, b]"]), max_size=3
).map(lambda pairs: {name: f"{name}: {value}\n" for name, value in pairs.items()})
sections = st.sampled_from(["## Use", "## Use\n\n```python\nx\n```", "one\n\ntwo \\1"])


def merge(card: str, written: dict[str, str], section: str) -> str:
    return merge_card(card, title="t", metadata=written, section=section)


@given(cards, metadata, sections)
def test_writing_twice_is_writing_once(card: str, written: dict[str, str], section: str) -> None:
    """A card that nothing changes is not changed."""
    once = merge(card, written, section)
    assert merge(once, written, section) == once
    assert card_difference(once, once) == ""


@given(cards, metadata, sections, metadata, sections)
def test_the_last_writing_counts(
    card: str, first: dict[str, str], one: str, second: dict[str, str], other: str
) -> None:
    """What hfkit wrote earlier leaves no trace: only its last words stand."""
    if card.strip():
        assert merge(merge(card, first, one), second, other) == merge(card, second, other)


@given(
    st.lists(st.sampled_from(["text", "# A", "", "ä", "- b", END]), min_size=1, max_size=6),
    metadata,
    sections,
)
def test_a_text_without_marks_is_kept_as_it_is(
    rows: list[str], written: dict[str, str], section: str
) -> None:
    """The person's text is there, character by character, and then hfkit's."""
    card = "\n".join(rows)
    if card.strip():
        merged = merge(card, written, section)
        assert card in merged
        assert merged.count(BEGIN) == 1
        head, _, tail = merged.partition(card)
        assert head.startswith("---\n# hfkit: begin")
        assert tail.strip().startswith(BEGIN)


@given(cards, metadata, sections, st.text("ab \n", max_size=6), st.text("ab \n", max_size=6))
def test_what_stands_around_the_region_is_kept(
    card: str, written: dict[str, str], section: str, before: str, after: str
) -> None:
    """A person writes in front of hfkit's section and behind it; the next writing keeps both."""
    merged = merge(card, written, section)
    region = f"{BEGIN}\n{section}\n{END}"
    region = region.replace("\n", "\r\n") if "\r\n" in merged else region
    head, found, tail = merged.partition(region)
    assert found == region
    edited = f"{head}{before}{region}{after}{tail}"
    assert merge(edited, written, section) == edited


@given(metadata, metadata, sections)
def test_a_name_that_a_person_wrote_is_theirs(
    theirs: dict[str, str], written: dict[str, str], section: str
) -> None:
    """No name stands twice in the metadata, and the person's line stands as it was."""
    card = f"---\n{''.join(theirs.values())}other: 1\n---\n# A\n"
    merged = merge(card, written, section)
    block = merged.split("---\n")[1]
    assert own_keys(merged) == {*theirs, "other"}
    for name in {*theirs, *written}:
        assert block.count(f"{name}:") == 1
    assert "".join(theirs.values()) in block


@pytest.mark.parametrize("card", ["", " \n"])
def test_a_new_card_has_a_title(card: str) -> None:
    merged = merge_card(card, title="A model", metadata={"a": "a: 1\n"}, section="text\n")
    assert (
        merged == f"---\n{BEGIN_METADATA}\na: 1\n{END_METADATA}\n---\n\n# A model\n\n{BEGIN}\ntext\n{END}\n"
    )


def test_lines_end_as_the_person_ends_them() -> None:
    merged = merge("# A\r\ntext", {"a": "a: 1\n"}, "one\ntwo")
    assert merged.replace("\r\n", "").count("\n") == 0
    assert own_keys("# no metadata") == frozenset()
    assert merge("# A\n\n", {}, "x").startswith(f"---\n{BEGIN_METADATA}\n{END_METADATA}\n---\n# A\n\n{BEGIN}")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_metadata_that_end_with_the_file_stay_metadata(end: str) -> None:
    card = end.join(["---", "license: mit", "---"])
    merged = merge(card, {"license": "license: gpl\n", "tags": "tags: [a]\n"}, "text")
    assert own_keys(merged) == {"license"}
    assert merged.count(f"---{end}") == 2
    assert merge(merged, {"license": "license: gpl\n", "tags": "tags: [a]\n"}, "text") == merged


def test_a_text_of_an_old_machine_is_written_once() -> None:
    once = merge("# A\rtext\r", {"a": "a: 1\n"}, "one\ntwo")
    assert once.endswith(f"# A\rtext\r\r\n\r\n{BEGIN}\r\none\r\ntwo\r\n{END}\r\n")
    assert merge(once, {"a": "a: 1\n"}, "one\ntwo") == once


def test_a_mark_of_the_encoding_hides_no_metadata() -> None:
    card = "\ufeff---\nlicense: mit\n---\n# A\n"
    assert own_keys(card) == {"license"}
    merged = merge_card(card, title="", metadata={"license": "license: gpl\n"}, section="Text.")
    assert merged.startswith(f"\ufeff---\n{BEGIN_METADATA}\n{END_METADATA}\nlicense: mit\n---\n# A\n")
