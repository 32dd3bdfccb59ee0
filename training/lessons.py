"""What the reader learns before it sees real paragraphs: single sentences, then passages around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passages import Surroundings, alone, split_by_content
from qamr import read_questions, read_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.text.squad import SquadExample

SENTENCES = 13_000
SHORT = 6_000
LONG = 4_500

# Questions that say enough to be asked of a passage; the two kinds of passages draw from them.
_CLEAR = 12_000


def qamr(data: Path) -> Sequence[SquadExample]:
    """Ask QAMR's questions about single sentences, passages of two to four, and others of three to seven."""
    sentences = read_sentences(data / "qamr")
    poor, rich = split_by_content(read_questions(data / "qamr", sentences), SENTENCES, _CLEAR, seed=0)
    around = Surroundings(list(sentences.values()), seed=0)
    short = [around.passage(each, 2 + 3 * place // SHORT) for place, each in enumerate(rich[:SHORT])]
    around = Surroundings(list(sentences.values()), seed=1)
    fresh = rich[SHORT : SHORT + LONG]
    long = [around.passage(each, 3 + place % 5) for place, each in enumerate(fresh)]
    return [*map(alone, poor), *short, *long]
