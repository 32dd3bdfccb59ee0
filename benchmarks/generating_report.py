"""The section on Generate: its tables, and what it promises beside what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from first_piece import STREAM
from layout import bullets, code, mebibytes, table
from sharing import SHARED
from structure_cost import FREE
from writers import EXACT, EXACT_BATCH, FLOAT32, ROUNDED, ROUNDED_BATCH
from writing_tasks import EARLIEST, PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from structure_cost import Bound
    from turns import Timing
    from writing_contests import WritingContest
    from writing_memory import Held

__all__ = ["Findings", "generating_section"]

_NOTES = (
    (
        "All write the likeliest token each time, from the same weights, in one process, in turns. `equal texts` are "
        "those that hold the very tokens of transformers in float32; the command fails if an exact way writes another."
    ),
    (
        f"The prompts' lengths are those of Classify above, cut to 256 tokens. Random weights end no text, so tokens "
        f"that the texts hold anyway are named as ends, at places drawn from the {EARLIEST}th token on."
    ),
    (
        "The pipeline writes to a list one by one unless it is told otherwise; that it spares the decoding of its ids "
        "is to its advantage. CTranslate2 by hand: the model converted, all prompts in one call."
    ),
    (
        f"A common beginning of some {PREFIX} tokens, behind it 6 to 20 of each prompt's own; the same call, on the "
        "same weights, once with a writer that says that it cannot share."
    ),
    (
        "The first piece: tokenizing, reading the prompt, the first token; for hfkit as text, for `generate` as the "
        "id that a streamer is handed, which then ends it."
    ),
    (
        "Memory: the peak above the open model, in a process of its own, after a run to warm up. What is beyond one "
        "prompt at a time is what writing many together takes."
    ),
    (
        "Structured output: an invoice as a dataclass with a list of items, for chats with the starter; as many tokens "
        "of free text beside it."
    ),
)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was measured.

    Attributes:
        many: prompts of uneven length.
        one: one prompt.
        shared: prompts with a common beginning.
        firsts: the times to the first piece, for each prompt.
        held: memory within budgets.
        bounds: texts held to a type.
        guessed: the times with and without prompt lookup, for each prompt.
        rounds: how often each way wrote.
    """

    many: WritingContest
    one: WritingContest
    shared: WritingContest
    firsts: Mapping[str, Sequence[Timing]]
    held: Sequence[Held]
    bounds: Sequence[Bound]
    guessed: Mapping[str, Sequence[Timing]]
    rounds: int


@dataclass(frozen=True, slots=True)
class _Goal:
    """What is promised, and what was found; ``reached`` is None where it could not be measured."""

    what: str
    asked: str
    found: str
    reached: bool | None


def generating_section(findings: Findings) -> str:
    """Lay out everything."""
    contests = [
        ("Many prompts", findings.many, "GPT-2's dimensions with random weights"),
        ("One prompt", findings.one, "SmolLM2-135M-Instruct"),
        ("A common beginning", findings.shared, "GPT-2's dimensions with random weights"),
    ]
    return "\n".join(
        [
            "## Generate\n",
            (
                f"{findings.rounds} rounds, the ways in turns. Each figure is a median, with the lowest and the "
                "highest in brackets; `times` are against the way that has 1.00, in the same round.\n"
            ),
            _goals(findings),
            *(_contest(title, contest, model) for title, contest, model in contests),
            _firsts(findings.firsts),
            _memory(findings.held),
            _structure(findings.bounds),
            _guesses(findings.guessed),
            bullets(_NOTES),
            "",
        ]
    )


def _goals(findings: Findings) -> str:
    goals = [
        _times("many prompts, float32", findings.many, EXACT_BATCH, 4),
        _times("many prompts, 8 bits", findings.many, ROUNDED_BATCH, 8),
        _times("one prompt, 8 bits against bfloat16", findings.one, ROUNDED, 4),
        _times("a common beginning read once", findings.shared, SHARED, 3),
        *(_soon(prompt, timings) for prompt, timings in findings.firsts.items()),
        *map(_within, findings.held),
        *(
            _Goal(
                f"held to a type, {bound.title}",
                "< 20 % more",
                f"{bound.overhead:.0%}",
                bound.overhead < _OVERHEAD,
            )
            for bound in findings.bounds
        ),
    ]
    verdicts = {True: "reached", False: "missed", None: "not measured"}
    rows = [[goal.what, goal.asked, goal.found, verdicts[goal.reached]] for goal in goals]
    return f"{table(['what', 'goal', 'measured', ''], rows)}\n"


_OVERHEAD = 0.2
_SOON = 1.1


def _times(what: str, contest: WritingContest, name: str, asked: int) -> _Goal:
    timing = contest.timing(name)
    if timing is None:
        return _Goal(what, f">= {asked} times", "", None)
    ratio = timing.wall_ratio
    return _Goal(what, f">= {asked} times", ratio.show(2), ratio.median >= asked)


def _soon(prompt: str, timings: Sequence[Timing]) -> _Goal:
    own = next(timing for timing in timings if timing.name == STREAM)
    share = 1 / own.wall_ratio.median
    return _Goal(
        f"the first piece, {prompt}", f"<= {_SOON} of a streamer's time", f"{share:.2f}", share <= _SOON
    )


def _within(held: Held) -> _Goal:
    together = held.together
    return _Goal(
        f"memory of {held.tokens:,} tokens",
        f"<= {held.allowed:.0f} MiB",
        "" if together is None else f"{together:.0f} MiB",
        None if together is None else together <= held.allowed,
    )


def _contest(title: str, contest: WritingContest, model: str) -> str:
    lengths, total = contest.lengths, sum(contest.lengths)
    columns = ["way", "seconds", "new tokens/s", "times", "times, processor", "equal texts"]
    rows = [
        [
            code(timing.name),
            timing.wall.show(2),
            f"{total / timing.wall.median:.0f}",
            timing.wall_ratio.show(2),
            timing.cpu_ratio.show(2),
            f"{contest.equal[timing.name]} of {len(lengths)}",
        ]
        for timing in contest.timings
    ]
    rows += [[code(entry.name), entry.reason, *[""] * (len(columns) - 2)] for entry in contest.missing]
    each = f"{min(lengths)} to {max(lengths)} each" if min(lengths) < max(lengths) else f"{max(lengths)} each"
    head = (
        f"{model}; {len(lengths)} prompts, {total:,} new tokens, {each}."
        if len(lengths) > 1
        else (f"{model}; {total} new tokens.")
    )
    against = contest.timing(FLOAT32)
    own = contest.timing(EXACT)
    beside = ""
    if against is not None and own is not None:
        times = against.wall.median / own.wall.median
        beside = f"\nIn float32 both, hfkit is {times:.2f} times as fast as `model.generate`.\n"
    return f"### {title}\n\n{head}\n\n{table(columns, rows)}\n{beside}"


def _firsts(firsts: Mapping[str, Sequence[Timing]]) -> str:
    rows = [
        [
            prompt,
            f"`{timing.name}`",
            timing.wall.scaled(1000).show(0),
            timing.wall_ratio.show(2),
            timing.cpu_ratio.show(2),
        ]
        for prompt, timings in firsts.items()
        for timing in timings
    ]
    columns = ["prompt", "way", "milliseconds", "times as soon", "times, processor"]
    return f"### The first piece\n\nSmolLM2-135M-Instruct in float32.\n\n{table(columns, rows, words=2)}\n"


def _memory(held: Sequence[Held]) -> str:
    rows = [
        [
            f"`Runtime(cache_tokens={entry.tokens})`",
            f"{entry.allowed:.0f}",
            mebibytes(entry.peak),
            mebibytes(entry.alone),
            mebibytes(entry.together),
        ]
        for entry in held
    ]
    columns = ["budget", "MiB of keys and values", "peak MiB", "one prompt at a time", "beyond that"]
    return f"### Memory\n\nGPT-2's dimensions in float32.\n\n{table(columns, rows)}\n"


def _structure(bounds: Sequence[Bound]) -> str:
    rows = [
        [
            bound.title,
            f"`{timing.name}`",
            f"{timing.wall.median / bound.tokens * 1000:.1f}",
            f"{bound.overhead:+.0%}" if timing.name != FREE else "",
        ]
        for bound in bounds
        for timing in bound.timings
    ]
    columns = ["prompts", "way", "ms a token", "more"]
    return f"### Structured output\n\nSmolLM2-135M-Instruct in float32.\n\n{table(columns, rows, words=2)}\n"


def _guesses(guessed: Mapping[str, Sequence[Timing]]) -> str:
    rows = [
        [text, code(timing.name), timing.wall.show(2), timing.wall_ratio.show(2), timing.cpu_ratio.show(2)]
        for text, timings in guessed.items()
        for timing in timings
    ]
    columns = ["a text that", "way", "seconds", "times", "times, processor"]
    return f"### Prompt lookup\n\nSmolLM2-135M-Instruct in float32, one prompt.\n\n{table(columns, rows, words=2)}\n"
