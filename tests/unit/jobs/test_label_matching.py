from __future__ import annotations

import re

import pytest

from hfkit.errors import SettingError, UnknownLabelError
from hfkit.jobs.label_matching import match_labels


def test_labels_of_the_same_names_match_in_the_order_of_the_model() -> None:
    assert match_labels(("b", "a", "c"), ("a", "b"), None, name="m") == ("b", "a", "c")


def test_labels_are_renamed() -> None:
    assert match_labels(("x", "b"), ("a", "b"), {"x": "a"}, name="m") == ("a", "b")


@pytest.mark.parametrize(
    ("model", "data", "hint"),
    [
        (
            ("LABEL_0", "LABEL_1"),
            ("no", "yes"),
            "if that is what they mean, say so: labels={'LABEL_0': 'no', 'LABEL_1': 'yes'}",
        ),
        (
            ("YES", "NO"),
            ("no", "yes"),
            "if that is what they mean, say so: labels={'YES': 'yes', 'NO': 'no'}",
        ),
        (("NEUTRAL", "yes", "NO"), ("no", "yes"), "if that is what they mean, say so: labels={'NO': 'no'}"),
        (
            ("LABEL_0", "LABEL_1", "LABEL_2"),
            ("no", "yes"),
            "say which of the model's labels is which of the data's: labels={'LABEL_0': ...}",
        ),
    ],
)
def test_a_label_that_the_model_does_not_have_is_refused_with_the_cure(
    model: tuple[str, ...], data: tuple[str, ...], hint: str
) -> None:
    message = f"the data have the label 'no', m has {list(model)}"
    with pytest.raises(UnknownLabelError, match=f"^{re.escape(message)}\n") as caught:
        match_labels(model, data, None, name="m")
    assert caught.value.hint == hint


def test_only_labels_of_the_model_are_renamed() -> None:
    with pytest.raises(UnknownLabelError, match=r"^labels rename 'LABEL_3', m has \['LABEL_0'\]\n") as caught:
        match_labels(("LABEL_0",), ("no",), {"LABEL_3": "no"}, name="m")
    assert caught.value.hint == "did you mean 'LABEL_0'?"


def test_two_labels_do_not_get_one_name() -> None:
    with pytest.raises(SettingError, match=r"^labels give the name 'b' to more than one label of m\n"):
        match_labels(("a", "b"), ("b",), {"a": "b"}, name="m")
