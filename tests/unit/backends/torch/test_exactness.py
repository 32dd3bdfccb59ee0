"""TF32 is off while exact answers are computed, and the program's own settings come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from hfkit.backends.torch.exactness import exact_products

if TYPE_CHECKING:
    from collections.abc import Iterator

CARD = torch.device("cuda", 0)
BACKENDS: Any = torch.backends  # torch makes some of its attributes as it goes


def settings() -> tuple[str, str]:
    return BACKENDS.cuda.matmul.fp32_precision, BACKENDS.cudnn.conv.fp32_precision


@pytest.fixture(params=["as it comes", "set in the old way", "set in the new way"])
def programs_own(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """What a program may have set before."""
    before = settings()
    if request.param == "set in the old way":
        BACKENDS.cuda.matmul.allow_tf32 = True
    elif request.param == "set in the new way":
        BACKENDS.cuda.matmul.fp32_precision = "tf32"
    yield settings()
    BACKENDS.cuda.matmul.allow_tf32 = False
    BACKENDS.cuda.matmul.fp32_precision, BACKENDS.cudnn.conv.fp32_precision = before


def test_float32_is_exact_on_cuda(programs_own: tuple[str, str]) -> None:
    assert programs_own[1] == "tf32"
    with exact_products(CARD, torch.float32):
        assert settings() == ("ieee", "ieee")
    assert settings() == programs_own


def test_one_forward_pass_inside_another_leaves_it_exact(programs_own: tuple[str, str]) -> None:
    with exact_products(CARD, torch.float32):
        with exact_products(CARD, torch.float32):
            pass
        assert settings() == ("ieee", "ieee")
    assert settings() == programs_own


def test_an_error_puts_them_back(programs_own: tuple[str, str]) -> None:
    with pytest.raises(RuntimeError, match="no kernel"), exact_products(CARD, torch.float32):
        raise RuntimeError("no kernel")
    assert settings() == programs_own


@pytest.mark.parametrize(
    ("device", "dtype"),
    [(torch.device("cpu"), torch.float32), (CARD, torch.bfloat16), (torch.device("mps"), torch.float32)],
)
def test_elsewhere_nothing_is_set(
    device: torch.device, dtype: torch.dtype, programs_own: tuple[str, str]
) -> None:
    with exact_products(device, dtype):
        assert settings() == programs_own


def test_old_names_can_still_be_read_afterwards() -> None:
    with exact_products(CARD, torch.float32):
        pass
    assert (BACKENDS.cuda.matmul.allow_tf32, BACKENDS.cudnn.allow_tf32) == (False, True)
