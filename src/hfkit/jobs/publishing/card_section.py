"""The section of a card that hfkit writes: how to use a model, what it was made of, how good it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .card_figures import figures_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hfkit.jobs.quantizing.verbs import Verb
    from hfkit.values.publish_settings import PublishSettings
    from hfkit.values.report import Report

    from .subject import FolderSubject

__all__ = ["card_section"]

_USE: dict[Verb, tuple[str, str, str]] = {
    "Classify": ("classify", '"A quiet film with a wonderful last scene."', "label"),
    "Answer": ("answer", 'hfkit.Question("Who wrote it?", context="Ada wrote the letter in 1843.")', "text"),
    "Tag": ("tag", '"Marie Curie was born in Warsaw."', "entities"),
    "Embed": ("embed", '"A quiet film with a wonderful last scene."', "vector"),
    "Generate": ("generate", '"Once upon a time"', "text"),
}


def card_section(settings: PublishSettings, subject: FolderSubject) -> str:
    """Write the section, in Markdown."""
    parts = [
        *_use(settings, subject),
        *_training(subject.training),
        *_evaluation(settings.reports),
        *_quantizing(subject.quantizing),
    ]
    return "\n\n".join(parts)


def _use(settings: PublishSettings, subject: FolderSubject) -> Iterator[str]:
    model = f"{settings.repository}@{settings.tag}" if settings.tag else settings.repository
    yield "## How to use it"
    if settings.kind == "dataset":
        yield _code(
            ["import hfkit", "", f'splits = hfkit.Splits.load("{settings.repository}")', "print(splits)"]
        )
    elif subject.verb:
        if subject.exported:
            yield "It is an export for ONNX Runtime, and opens without torch: `pip install 'hfkit[onnx]'`."
        yield _code(_lines(subject.verb, f'"{model}"'))
    elif not subject.is_model:
        lines = ["import hfkit", "", f'tokenize = hfkit.Tokenize("{model}")', 'print(tokenize("A text").ids)']
        yield _code(lines)
    else:
        names = subject.config.get("architectures")
        yield f"It was saved as {', '.join(map(str, names)) if isinstance(names, list) else 'a model'}."


def _lines(verb: Verb, model: str) -> list[str]:
    name, example, shown = _USE[verb]
    return ["import hfkit", "", f"{name} = hfkit.{verb}({model})", f"print({name}({example}).{shown})"]


def _training(training: Mapping[str, object]) -> Iterator[str]:
    plan = _mapping(training.get("plan"))
    if not plan:
        return
    data = _mapping(training.get("data"))
    rows = [
        ("Base", f"`{_name(plan.get('base'))}`, at `{plan.get('revision')}`"),
        ("Data", f"{plan.get('task')}"),
        *((f"Hash of {split}", f"`{fingerprint}`") for split, fingerprint in data.items()),
        (
            "Trained",
            f"{plan.get('method')}: {_figure(plan.get('trainable'))} of {_figure(plan.get('parameters'))} numbers",
        ),
        ("Steps", _figure(training.get("steps"))),
        (
            "Libraries",
            ", ".join(f"{name} {number}" for name, number in _mapping(training.get("versions")).items()),
        ),
    ]
    yield "## Training"
    yield _table(("", ""), rows)
    best = _mapping(training.get("best"))
    figures = best.get("figures")
    if isinstance(figures, list) and figures:
        yield "On the validation split, by which the state was chosen, so that it flatters:"
        yield _table(("Figure", "Value"), [(str(name), _figure(value)) for name, value in figures])


def _evaluation(reports: Sequence[Report]) -> Iterator[str]:
    for report in reports:
        _, figures = figures_of(report)
        data = report.data
        yield "## Evaluation"
        yield f"{data.rows:,} rows of {data.split} ({data.task}), `{data.fingerprint}`."
        yield _table(
            ("Metric", "Value", f"{report.bootstrap.level:.0%} interval"),
            [
                (one.name, f"{one.estimate.value:.4g}", f"{one.estimate.low:.4g} to {one.estimate.high:.4g}")
                for one in figures
            ],
        )
        yield from (f"Note: {note}." for note in report.notes)


def _quantizing(report: Mapping[str, object]) -> Iterator[str]:
    plan, original, result = (_mapping(report.get(name)) for name in ("plan", "original", "result"))
    if not (plan and original and result):
        return
    yield "## Made smaller"
    speedup = _mapping(report.get("throughput")).get("value")
    rows = [
        ("Original", f"`{_name(plan.get('model'))}`, at `{plan.get('revision')}`"),
        ("Scheme", f"`{plan.get('scheme')}`"),
        ("Bytes", f"{_figure(original.get('bytes'))}, now {_figure(result.get('bytes'))}"),
        ("Agreement", f"{_share(report.get('agreement'))} of {_figure(report.get('probes'))} probes"),
        ("Speed", f"{_figure(speedup)} times the original's"),
    ]
    metric = _mapping(report.get("metric"))
    if metric:
        drop = _mapping(metric.get("drop"))
        rows.append(
            (
                f"Drop of {metric.get('name')}",
                f"{_figure(drop.get('value'))}, {_figure(drop.get('low'))} to {_figure(drop.get('high'))}",
            )
        )
    yield _table(("", ""), rows)


def _figure(value: object) -> str:
    """Write down a number; these files are other people's too, and may hold something else."""
    match value:
        case bool() | None:
            return "not known"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.4g}"
        case _:
            return str(value)


def _share(value: object) -> str:
    return f"{value:.1%}" if isinstance(value, float | int) else "not known"


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _name(model: object) -> str:
    """Give a model's name; of a folder the last part alone: others do not need to know where it lay."""
    text = str(model)
    return (
        text.rstrip("/\\").replace("\\", "/").rpartition("/")[2] if text.startswith(("/", "~", ".")) else text
    )


def _code(lines: Sequence[str]) -> str:
    return "\n".join(["```python", *lines, "```"])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
