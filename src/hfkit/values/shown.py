"""Settings as they would be written."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["shown_settings"]


def shown_settings(value: DataclassInstance) -> str:
    """Write a value of settings in one line, those that differ from their defaults."""
    shown = []
    for setting in fields(value):
        own = getattr(value, setting.name)
        if setting.init and setting.repr and own != setting.default:
            shown.append(f"{setting.name}={own!r}" if setting.kw_only else repr(own))
    return f"{type(value).__name__}({', '.join(shown)})"
