"""The report: tables and what they say, from the figures alone."""

from __future__ import annotations

from shlex import join
from typing import TYPE_CHECKING

from difference import TOLERANCE
from layout import bullets, code, mebibytes, table
from lineup import BASELINE, LOOP, REFERENCE, SUBJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comparison import Comparison

__all__ = ["comparison_section", "page"]

_NOTES = (
    (
        "`times` is how many times faster than the baseline in the same round: above 1 is faster. `computed / read` is "
        "the number of tokens that went through the model for each token of the texts; what exceeds 1 is padding."
    ),
    (
        "`% of limit`: the seconds that this machine would take for nothing but the products of matrices that the "
        "texts' own tokens need, at the rate it reaches at the model's largest layer (best of seven, measured before "
        "each run, the best of the round), as a share of the seconds taken. Two operations a weight and token, and "
        "attention; no padding. Work that a variant spares, as hfkit does in the last layer, counts "
        "as done."
    ),
    (
        "Nearly all of the gain over padded batches is padding that is not computed: a batch is as wide as its "
        "longest text, and texts in the order of arrival seldom match. So it depends on the texts: the more their "
        "lengths differ, the larger."
    ),
    (
        f"`{LOOP}` is what `{BASELINE}` does, without the pipeline: where the two take as long, the pipeline's own "
        "overhead is not what costs."
    ),
    (
        "txtai is called as its documentation does, without a batch size, which is one text at a time. "
        "sentence-transformers has no classification of single texts (`CrossEncoder` wants pairs): its encoder runs "
        "with its defaults and the head is laid upon it by hand."
    ),
    (
        "By hand is what a careful engineer writes: the model converted to the engine's form, texts tokenized at "
        "once, sorted by length, batches up to a budget of tokens (512 for OpenVINO, 1,024 for CTranslate2, the best "
        "of several tried). CTranslate2 leaves padding out of its linear layers by itself."
    ),
    (
        "`largest change` is the largest difference of a probability from the pipeline one by one. The command fails "
        f"above {TOLERANCE:.0e}, or if a label differs."
    ),
    "`peak MiB` is what the batch with the longest text takes beside the open model, in a process of its own.",
    "Other work on the machine disturbs seconds on the clock more than processor time.",
)


_INTRODUCTION = (
    "How fast hfkit is beside other ways to run the same models, on one machine. Written by this command, not\n"
    "edited by hand; `make bench` installs what hfkit is measured against and runs it:\n"
)


def page(sections: Sequence[str], *, machine: Sequence[str], command: Sequence[str]) -> str:
    """Put sections under a title, with the machine and the command that made them."""
    return "\n".join(
        [
            "# Benchmark results\n",
            _INTRODUCTION,
            f"    python {join(command)}\n",
            "With texts and a model of your own, for speed and for equal answers:\n",
            "    python benchmarks/classify.py --texts FILE --model FOLDER",
            "    python benchmarks/agreement.py --data FILE --model FOLDER",
            "    python benchmarks/cold_start.py --model FOLDER",
            "    python benchmarks/answering.py --data FILE --model FOLDER",
            "    python benchmarks/answer_agreement.py --data FILE --model FOLDER",
            "    python benchmarks/tuned_labels.py FILE --base FOLDER\n",
            *machine,
            "",
            *sections,
        ]
    )


def comparison_section(comparisons: Sequence[Comparison]) -> str:
    """Lay out the comparison of the variants."""
    head = (
        "## Classify\n\n"
        "The same weights in float32 on the processor, in one process, the variants in turns. "
        "Each figure is a median, with the lowest and the highest in brackets; `times` are against "
        f"`{BASELINE}` in the same round.\n"
    )
    return "\n".join([head, *map(_comparison, comparisons), _reading(comparisons)])


def _comparison(comparison: Comparison) -> str:
    memory = any(value is not None for value in comparison.memory.values())
    columns = [
        "variant",
        "seconds",
        "processor seconds",
        "texts/s",
        "times",
        "times, processor",
        "% of limit",
        "computed / read",
    ]
    columns += ["peak MiB"] if memory else []
    columns.append("largest change")
    rows = []
    for trial in comparison.trials:
        row = [
            code(trial.name),
            trial.wall.show(1),
            trial.cpu.show(1),
            f"{len(comparison.lengths) / trial.wall.median:.1f}",
            trial.wall_ratio.show(2),
            trial.cpu_ratio.show(2),
            trial.share.percent(),
            f"{trial.computed:.2f}",
        ]
        row += [mebibytes(comparison.memory[trial.name])] if memory else []
        row.append(f"{trial.difference.largest:.0e}")
        rows.append(row)
    rows += [[code(entry.name), entry.reason, *[""] * (len(columns) - 2)] for entry in comparison.missing]
    return (
        f"### {comparison.texts}\n\n{comparison.describe_lengths()}; {comparison.rounds} rounds; "
        f"limit {comparison.limit.scaled(1e-9).show(0)} GFLOP/s.\n\n{table(columns, rows)}\n"
    )


def _reading(comparisons: Sequence[Comparison]) -> str:
    points = []
    for comparison in comparisons:
        subject, single = comparison.trial(SUBJECT), comparison.trial(REFERENCE)
        points.append(
            f"{comparison.texts}: hfkit is {subject.wall_ratio.show(1)} times as fast as `{BASELINE}` on the clock, "
            f"{subject.cpu_ratio.show(1)} times by processor time, and "
            f"{single.wall.median / subject.wall.median:.1f} times as fast as the pipeline one by one "
            f"({single.cpu.median / subject.cpu.median:.1f} by processor time). "
            f"The padded batches compute {comparison.trial(BASELINE).computed:.2f} tokens for each token of a text, "
            f"hfkit {subject.computed:.2f}."
        )
    return f"### What this says\n\n{bullets((*points, *_NOTES))}\n"
