"""What becomes of a weight."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FLOAT", "HALF", "SMALL", "WHOLE_NUMBERS", "Fate"]

HALF = 2
"""Bytes of a number of 16 bits."""

FLOAT = 4
"""The same of 32."""

SMALL = "norms, biases and the like are small, and decide much"
"""Why most weights stay."""

WHOLE_NUMBERS = "whole numbers"
"""Why some others do."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a weight.

    Attributes:
        bytes: what it will take.
        stays: if it stays as it is, why.
    """

    bytes: int
    stays: str | None = None
