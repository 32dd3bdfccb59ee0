"""Number types by name; the fastest is what a measurement says."""

from __future__ import annotations

import pytest
import torch

from hfkit.backends.torch.number_types import choose_dtype, time_product
from hfkit.values.runtime import DType

CPU = torch.device("cpu")


class Clock:
    """Gives times that are set, and remembers what was asked."""

    def __init__(self, *, bfloat16: float) -> None:
        self.asked: list[tuple[torch.dtype, torch.device, int | None]] = []
        self._bfloat16 = bfloat16

    def __call__(self, dtype: torch.dtype, device: torch.device, threads: int | None) -> float:
        self.asked.append((dtype, device, threads))
        return self._bfloat16 if dtype == torch.bfloat16 else 1.0


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("auto", torch.float32),
        ("float32", torch.float32),
        ("bfloat16", torch.bfloat16),
        ("float16", torch.float16),
    ],
)
def test_a_named_type_is_taken_unmeasured(name: DType, dtype: torch.dtype) -> None:
    clock = Clock(bfloat16=0.01)
    assert choose_dtype(name, CPU, time=clock) == (dtype, None)
    assert not clock.asked


def test_the_fastest_is_bfloat16_where_that_is_clearly_faster() -> None:
    device = torch.device("cuda", 1)
    dtype, reason = choose_dtype("fastest", device, time=Clock(bfloat16=0.25))
    assert dtype == torch.bfloat16
    assert reason == (
        "bfloat16 chosen: bfloat16 is 4 times as fast as float32 on cuda:1, measured on a matrix product"
    )


@pytest.mark.parametrize("seconds", [15.0, 1.0, 0.8])
def test_the_fastest_is_float32_elsewhere(seconds: float) -> None:
    dtype, reason = choose_dtype("fastest", CPU, time=Clock(bfloat16=seconds))
    assert dtype == torch.float32
    assert reason is not None
    assert reason.startswith("float32 chosen: bfloat16 is ")


def test_it_is_measured_where_and_with_the_threads_that_it_is_for() -> None:
    clock = Clock(bfloat16=1.0)
    choose_dtype("fastest", CPU, threads=3, time=clock)
    assert clock.asked == [(torch.float32, CPU, 3), (torch.bfloat16, CPU, 3)]


def test_a_measurement_takes_some_time_and_is_made_once() -> None:
    time_product.cache_clear()
    first = time_product(torch.float32, CPU, 1)
    assert 0 < first < 1
    assert time_product(torch.float32, CPU, 1) == first
    assert time_product.cache_info().hits == 1
