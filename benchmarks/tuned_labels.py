"""How good a model becomes that Tune trains on your texts with labels, measured on a tenth that it never sees.

    python benchmarks/tuned_labels.py FILE --base FOLDER [--label COLUMN] [--epochs N] [--learning-rate R] [--lora RANK]

FILE holds a column ``text`` and one of labels. The test rows are a tenth of it, with the same share of each label.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hfkit

if TYPE_CHECKING:
    from hfkit.values.classification_report import ClassificationReport

__all__ = ["Learned", "learn_labels"]

_TENTH = 0.1


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of a training.

    Attributes:
        training: what Tune did.
        report: what Evaluate says of the rows that were held out.
    """

    training: hfkit.TuneReport
    report: ClassificationReport

    def __str__(self) -> str:
        plan = self.training.plan
        return (
            f"{self.training}\n{self.report}\n\n"
            f"accuracy {self.report.accuracy} on {self.report.scores.rows:,} unseen rows, after "
            f"{self.training.seconds:.0f} s; trained {plan.trainable / plan.parameters:.1%} of the numbers\n"
        )


def learn_labels(tune: hfkit.Tune, file: Path, *, label: str) -> Learned:
    """Train on nine tenths of a file, and evaluate on the last."""
    splits = hfkit.Table.load(file).split(test=_TENTH, validation=0.0, stratify=label, seed=0)
    data = hfkit.Labelled(train=splits.train, test=splits.test, label=label)
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "model"
        training = tune(data, output)
        return Learned(training, hfkit.Evaluate(output)(data))


def main() -> None:
    """Train, evaluate and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="a table with texts and labels, such as a .csv")
    parser.add_argument("--base", type=Path, required=True, help="the folder of the model to start from")
    parser.add_argument("--label", default="label", help="the column of labels (default: label)")
    parser.add_argument("--epochs", type=float, default=3.0, help="passes over the rows (default: 3)")
    parser.add_argument("--learning-rate", type=float, help="the highest one (default: the method's own)")
    parser.add_argument(
        "--lora", type=int, metavar="RANK", help="train matrices of this rank, and not all weights"
    )
    options = parser.parse_args()
    method = hfkit.Lora(rank=options.lora) if options.lora else hfkit.Full()
    tune = hfkit.Tune(options.base, method=method, epochs=options.epochs, learning_rate=options.learning_rate)
    sys.stdout.write(str(learn_labels(tune, options.file, label=options.label)))


if __name__ == "__main__":
    main()
