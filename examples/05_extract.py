"""Read letters into values of a type of your own.

Run it as ``python examples/05_extract.py [LETTER ...]``; it needs the extra ``structured``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import hfkit

TASK = "Extract the invoice as JSON with number, customer, total and paid."
LETTERS = [
    "Invoice 4711 for Anna Berg: a lamp, 129.50 euros in all, not yet paid.",
    "Invoice 4712 for Tom Lee: a table, 310.00 euros in all, paid.",
    "Invoice 4713 for Maria Silva: chairs, 480.75 euros in all, not yet paid.",
]


@dataclass(frozen=True)
class Invoice:
    """What a letter says, as far as the model reads it."""

    number: int
    customer: str
    total: float
    paid: bool


def main(letters: list[str]) -> None:
    with hfkit.Generate(max_new_tokens=60) as generate:
        read = generate.into(Invoice)  # tokens that no invoice could hold are never chosen
        found = read.batch([hfkit.Message("user", f"{TASK}\n\n{letter}")] for letter in letters)

    for letter, result in zip(letters, found, strict=True):
        print(letter)
        if result.has_value:
            invoice = result.value  # an Invoice, for type checkers too
            print(f"  {invoice.number} {invoice.customer}: {invoice.total:.2f}, paid: {invoice.paid}")
        else:
            print(f"  none, the text was cut: {result.text}")


if __name__ == "__main__":
    main(sys.argv[1:] or LETTERS)
