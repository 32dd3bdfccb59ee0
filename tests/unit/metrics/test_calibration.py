from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from hfkit.errors import EmptyInputError, InputError, InputTypeError, SettingError, UnknownLabelError
from hfkit.metrics.calibration import score_probabilities
from hfkit.values.classification_scores import ReliabilityBin

SURE = [[0.95, 0.05], [0.95, 0.05], [0.35, 0.65], [0.4, 0.6]]


def test_the_error_is_the_gap_between_sure_and_right_in_each_bin() -> None:
    calibration = score_probabilities(SURE, [0, 1, 1, 1], bins=2)
    assert calibration.error.value == pytest.approx(abs((0.95 * 2 + 0.65 + 0.6) - 3) / 4)
    calibration = score_probabilities(SURE, [0, 1, 1, 1], bins=5)
    assert calibration.error.value == pytest.approx((abs(1.9 - 1) + abs(0.65 - 1) + abs(0.6 - 1)) / 4)


def test_a_bin_ends_with_its_upper_edge() -> None:
    calibration = score_probabilities([[0.5, 0.5], [1.0, 0.0]], [1, 0], bins=2)
    assert calibration.bins == (
        ReliabilityBin(0.0, 0.5, rows=1, confidence=0.5, accuracy=0.0),  # of equal ones the first is said
        ReliabilityBin(0.5, 1.0, rows=1, confidence=1.0, accuracy=1.0),
    )


def test_a_bin_without_rows_is_there_with_nothing_in_it() -> None:
    first = score_probabilities([[1.0, 0.0]], [0], bins=4).bins[0]
    assert (first.rows, first.confidence, first.accuracy) == (0, 0.0, 0.0)


def test_the_brier_score_is_the_squared_distance_to_the_truth() -> None:
    calibration = score_probabilities([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0]], [0, 2])
    assert calibration.brier.value == pytest.approx((0.09 + 0.04 + 0.01 + 2) / 2)


def test_a_probability_of_nothing_costs_no_more_than_the_number_type_can_tell() -> None:
    double = score_probabilities([[1.0, 0.0]], [1])
    single = score_probabilities(np.array([[1.0, 0.0]], dtype=np.float32), [1])
    assert double.log_loss.value == pytest.approx(-math.log(np.finfo(np.float64).eps))
    assert single.log_loss.value == pytest.approx(-math.log(np.finfo(np.float32).eps))


def test_whole_numbers_are_probabilities_too() -> None:
    assert score_probabilities([[1, 0], [0, 1]], [0, 1]).error.value == 0


@pytest.mark.parametrize("row", [[0.5, 0.6], [math.nan, 1.0], [-0.5, 1.5], [1.5, -0.5], [math.inf, 0.0]])
def test_probabilities_are_from_0_to_1_and_add_up(row: list[float]) -> None:
    message = f"probabilities[1] are {row}, must be from 0 to 1 and add up to 1"
    with pytest.raises(InputError, match=f"^{re.escape(message)}\n") as caught:
        score_probabilities([[0.5, 0.5], row], [0, 0])
    assert caught.value.hint == "give softmax's probabilities of all labels, not logits or the best few"


@pytest.mark.parametrize("given", [[0.5, 0.5], [["a", "b"]]])
def test_probabilities_have_rows_of_numbers(given: Any) -> None:
    with pytest.raises(
        InputTypeError, match=r"^probabilities have shape .*, must be numbers \[rows, labels\]\n"
    ):
        score_probabilities(given, [0])


@pytest.mark.parametrize("references", [[0, 1], [0.0], [[0]], ["a"]])
def test_references_are_positions(references: Any) -> None:
    with pytest.raises(
        InputTypeError, match=r"^references have shape .*, must be whole numbers of shape \(1,\)\n"
    ):
        score_probabilities([[0.5, 0.5]], references)


@pytest.mark.parametrize("reference", [-1, 2])
def test_a_reference_is_the_position_of_a_label(reference: int) -> None:
    with pytest.raises(UnknownLabelError, match=rf"^references\[0\] is {reference}, must be from 0 to 1\n"):
        score_probabilities([[0.5, 0.5]], [reference])


def test_no_rows_have_no_calibration() -> None:
    with pytest.raises(EmptyInputError, match=r"^there are no probabilities, must be a row at least\n"):
        score_probabilities([], [])


def test_there_is_a_bin() -> None:
    with pytest.raises(SettingError, match=r"^bins is 0, must be a whole number, at least 1\n"):
        score_probabilities([[0.5, 0.5]], [0], bins=0)
