"""Results as flat rows, the common ground of all tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import MissingDependencyError

if TYPE_CHECKING:
    from hfkit.values.batch import Batch
    from hfkit.values.jsonable import Result

__all__ = ["flat_records", "missing"]


def flat_records(batch: Batch[Result]) -> list[dict[str, object]]:
    """Give a flat dict for each result: ``coverage.read`` for nested values, lists as they are.

    Of the source, which all rows share, only ``source.model`` and ``source.revision`` are kept.
    """
    return [_flatten(result.to_dict()) for result in batch]


def _flatten(record: dict[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in record.items():
        if name == "source" and isinstance(value, dict):
            flat |= {f"source.{part}": value[part] for part in ("model", "revision")}
        elif isinstance(value, dict):
            flat |= {f"{name}.{part}": inner for part, inner in value.items()}
        else:
            flat[name] = value
    return flat


def missing(package: str, extra: str) -> MissingDependencyError:
    """Make the error for a table library that is not installed."""
    return MissingDependencyError(f"{package} is not installed", hint=f"pip install 'hfkit[{extra}]'")
