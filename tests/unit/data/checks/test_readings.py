from __future__ import annotations

from hfkit.data.checks.readings import Fault, joined_faults, text_faults


def test_a_text_that_is_none_is_a_fault_of_its_column() -> None:
    assert text_faults("text", "half \ud83d") == (Fault("invalid_unicode", "text"),)
    assert text_faults("text", None) == (Fault("missing_value", "text"),)
    assert text_faults("text", "\t") == (Fault("blank_text", "text"),)
    assert text_faults("text", "whole") == ()


def test_a_row_has_a_fault_of_a_column_once() -> None:
    first, second, other = (
        Fault("blank_text", "a", "1"),
        Fault("blank_text", "a", "2"),
        Fault("blank_text", "b"),
    )
    assert joined_faults((first, second), (other,)) == (first, other)
