"""The model card: the figures of a build, poured into the text beside this file."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from scoring import Floats, Scores, probabilities
from tuning import EMBEDDING_RANK, MAX_TOKENS, RANK

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEMPLATE = Path(__file__).with_name("card.md")

# Sentences outside what the model was taught, or hard for it: the card shows what it says of each.
PROBES = (
    "A moving, beautifully acted film.",
    "A dull mess from start to finish.",
    "Not bad at all.",
    "I did not like it.",
    "It is not the disaster I expected.",
    "I would not say that it was good.",
    "The acting is great but the story is a bore.",
    "The story is a bore but the acting is great.",
    "The film lasts two hours.",
    "The train leaves at nine.",
    "Oh great, another sequel nobody asked for.",
    "Der Film ist wunderbar.",
)


def write_card(folder: Path, *, validation: Scores, test: Scores, temperature: float, probes: Floats) -> None:
    """Write the card of a build as the folder's README.md."""
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        accuracy=f"{test.accuracy:.4f}",
        f1=f"{test.macro_f1:.4f}",
        percent=f"{test.accuracy:.1%}",
        low=f"{test.low:.1%}",
        high=f"{test.high:.1%}",
        ece=f"{test.ece:.3f}",
        n=test.n,
        validation_percent=f"{validation.accuracy:.1%}",
        validation_n=validation.n,
        temperature=f"{temperature:.2f}",
        validation_f1=f"{validation.macro_f1:.4f}",
        validation_ece=f"{validation.ece:.3f}",
        rank=RANK,
        embedding_rank=EMBEDDING_RANK,
        max_tokens=MAX_TOKENS,
        probes="\n".join(_rows(probes)),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def _rows(logits: Floats) -> Iterable[str]:
    """Lay the probes out as rows of a table."""
    for text, (_, positive) in zip(PROBES, probabilities(logits), strict=True):
        yield f"| {text} | {positive:.2f} |"
