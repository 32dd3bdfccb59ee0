"""Teach a reader by hfkit.Tune: single sentences and short passages, longer ones, then paragraphs of Wikipedia.

    python training/tuned_reader.py --data FOLDER --base FOLDER --work FOLDER

`--data` and `--base` are those of build.py. The last lesson leaves nine articles of XQuAD out; the reader is measured
on their questions. It is no starter: the shipped one is an adapter, by build.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import hfkit
from passages import Surroundings, alone, split_by_content
from qamr import read_questions, read_sentences
from squad_file import held_out, read_squad

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hfkit.text.squad import SquadExample

_SENTENCES = 13_000
_CLEAR = 12_000  # questions that say enough to be asked of a passage; both kinds of passages draw from them
_SHORT = 6_000
_LONG = 4_500
_HELD_OUT = 9


def main() -> None:
    """Teach in three lessons, and measure after each."""
    parser = argparse.ArgumentParser(description="Teach a reader by hfkit.Tune.")
    for name, holds in (("data", "the texts"), ("base", "the base model"), ("work", "what is made")):
        parser.add_argument(f"--{name}", type=Path, required=True, help=f"folder of {holds}")
    options = parser.parse_args()
    sentences = read_sentences(options.data / "qamr")
    poor, rich = split_by_content(
        read_questions(options.data / "qamr", sentences), _SENTENCES, _CLEAR, seed=0
    )
    around = Surroundings(list(sentences.values()), seed=0)
    short = [around.passage(each, 2 + 3 * place // _SHORT) for place, each in enumerate(rich[:_SHORT])]
    around = Surroundings(list(sentences.values()), seed=1)
    long = [around.passage(each, 3 + place % 5) for place, each in enumerate(rich[_SHORT : _SHORT + _LONG])]
    seen, aside = held_out(read_squad(options.data / "xquad" / "xquad.en.json"), _HELD_OUT)
    unseen = _rows(example for article in aside for example in article.examples)
    lessons = (
        (_rows([*map(alone, poor), *short]), 2e-4, 1),
        (_rows(long), 1e-4, 1),
        (_rows(example for article in seen for example in article.examples), 1e-4, 4),
    )
    base = options.base
    for number, (rows, rate, epochs) in enumerate(lessons, start=1):
        folder = options.work / f"lesson-{number}"
        tune = hfkit.Tune(base, learning_rate=rate, epochs=epochs, overwrite=True)
        report = tune(hfkit.Squad(train=rows), folder)
        evaluated = hfkit.Evaluate(folder)(hfkit.Squad(train=rows, test=unseen))
        sys.stdout.write(f"{report}\n{evaluated}\n\n")
        base = folder


def _rows(examples: Iterable[SquadExample]) -> list[dict[str, object]]:
    """Write examples as SQuAD's rows."""
    return [
        {
            "question": example.question,
            "context": example.context,
            "answers": {
                "text": [answer.text for answer in example.answers],
                "answer_start": [answer.start for answer in example.answers],
            },
        }
        for example in examples
    ]


if __name__ == "__main__":
    main()
