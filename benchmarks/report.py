"""The report: tables and what they say, from the figures alone."""

from __future__ import annotations

from shlex import join
from textwrap import fill
from typing import TYPE_CHECKING

from difference import TOLERANCE
from variants import BASELINE, LOOP, REFERENCE, SUBJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comparison import Comparison
    from scaling import Growth

__all__ = ["comparison_section", "page", "scaling_section"]

_NOTES = (
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
        "`largest change` is the largest difference of a probability from the pipeline one by one. The command fails "
        f"above {TOLERANCE:.0e}, or if a label differs."
    ),
    "`peak MiB` is what the batch with the longest text takes beside the open model, in a process of its own.",
    "Other work on the machine disturbs seconds on the clock more than processor time.",
)


def page(sections: Sequence[str], *, machine: Sequence[str], command: Sequence[str]) -> str:
    """Put sections under a title, with the machine and the command that made them."""
    return "\n".join(
        [
            "# Benchmark results\n",
            "Written by this command, and not edited by hand:\n",
            f"    python {join(command)}\n",
            "With texts and a model of your own, for speed and for equal answers:\n",
            "    python benchmarks/classify.py --texts FILE --model FOLDER",
            "    python benchmarks/agreement.py --data FILE --model FOLDER",
            "    python benchmarks/answering.py --data FILE --model FOLDER",
            "    python benchmarks/answer_agreement.py --data FILE --model FOLDER\n",
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
        "computed / read",
    ]
    columns += ["peak MiB"] if memory else []
    columns.append("largest change")
    rows = []
    for trial in comparison.trials:
        row = [
            f"`{trial.name}`" if "(" in trial.name or "." in trial.name else trial.name,
            trial.wall.show(1),
            trial.cpu.show(1),
            f"{len(comparison.lengths) / trial.wall.median:.1f}",
            trial.wall_ratio.show(2),
            trial.cpu_ratio.show(2),
            f"{trial.computed:.2f}",
        ]
        row += [_mebibytes(comparison.memory[trial.name])] if memory else []
        row.append(f"{trial.difference.largest:.0e}")
        rows.append(row)
    return (
        f"### {comparison.texts}\n\n{comparison.describe_lengths()}; {comparison.rounds} rounds.\n\n"
        f"{_table(columns, rows)}\n"
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
    bullets = [
        fill(point, width=110, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
        for point in (*points, *_NOTES)
    ]
    return "\n".join(["### What this says\n", *bullets, ""])


def scaling_section(growths: Sequence[Growth]) -> str:
    """Lay out how cost grows with the number of texts."""
    rows = [
        [
            f"`{growth.way}`",
            f"{growth.count:,}",
            f"{growth.wall:.2f}",
            f"{growth.wall / growth.count * 1000:.2f}",
            f"{growth.cpu / growth.count * 1000:.2f}",
            _mebibytes(growth.memory),
        ]
        for growth in growths
    ]
    columns = [
        "method",
        "texts",
        "seconds",
        "ms a text",
        "processor ms a text",
        "peak MiB above the open model",
    ]
    return (
        "## Growth\n\n"
        "Texts of mixed length through a tiny model (2 layers of 32) on one thread, each row in a process of its "
        "own, after a warm-up: what is measured is hfkit and the libraries around a model. `map` gives its results "
        "one by one to a reader who keeps none; `batch` keeps them all.\n\n"
        f"{_table(columns, rows)}\n"
    )


def _mebibytes(memory: float | None) -> str:
    return "?" if memory is None else f"{memory:.0f}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
