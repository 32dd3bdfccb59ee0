from __future__ import annotations

from hfkit.text.boundaries import boundaries


def test_a_boundary_is_after_the_closing_marks() -> None:
    assert boundaries('He said "No." She left.', 0, 23) == [13, 23]


def test_the_first_place_is_not_searched_and_the_last_is() -> None:
    text = "One. Two. Three."
    assert boundaries(text, 4, 9) == [9]
    assert boundaries(text, 3, 8) == [4]


def test_a_terminator_before_the_part_ends_in_it() -> None:
    assert boundaries('No." Yes.', 3, 9) == [4, 9]


def test_what_is_after_the_part_is_looked_at() -> None:
    assert boundaries("Dr. Li. and", 0, 7) == []
    assert boundaries("Dr. Li. And", 0, 7) == [7]


def test_a_blank_line_is_a_boundary_where_it_begins() -> None:
    assert boundaries("one\n\ntwo", 0, 8) == [3]
