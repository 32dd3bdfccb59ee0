"""Results as flat rows, the common ground of all tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hfkit.errors import MissingDependencyError

if TYPE_CHECKING:
    from hfkit.values.batch import Batch
    from hfkit.values.jsonable import Result

__all__ = ["flat_records", "missing"]

# Fields of results whose values have no type that holds for all rows.
_FREE = frozenset({"arguments", "parsed"})


def flat_records(batch: Batch[Result]) -> list[dict[str, object]]:
    """Give a flat dict for each result: ``coverage.read`` for nested values, lists as they are.

    Of the source, which all rows share, only ``source.model`` and ``source.revision`` are kept. What has another
    form in each row, a call's ``arguments`` and a ``parsed`` value, is JSON text: a table's column has one type.
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
            flat[name] = _uniform(value)
    return flat


def _uniform(value: object) -> object:
    """Give a nested value so that it has the same type in every row."""
    if isinstance(value, list):
        return [_uniform(part) for part in value]
    if isinstance(value, dict):
        return {
            name: json.dumps(part, ensure_ascii=False)
            if name in _FREE and part is not None
            else _uniform(part)
            for name, part in value.items()
        }
    return value


def missing(package: str, extra: str) -> MissingDependencyError:
    """Make the error for a table library that is not installed."""
    return MissingDependencyError(f"{package} is not installed", hint=f"pip install 'hfkit[{extra}]'")
