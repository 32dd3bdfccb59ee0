"""Alternatives that a property keeps apart: then one of them is any of them, which engines can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["are_apart"]


def are_apart(schemas: Sequence[object], places: Mapping[str, object]) -> bool:
    """Tell whether no value fits two schemas since each asks a property of the same name for texts of its own.

    Args:
        schemas: what ``oneOf`` holds.
        places: the parts of the schema by where they stand, as references point to them.

    >>> cat, dog = ({"type": "object", "required": ["is"], "properties": {"is": {"const": x}}} for x in ("cat", "dog"))
    >>> are_apart([cat, dog], {}), are_apart([cat, cat], {})
    (True, False)
    """
    tags = [_tags(_resolved(schema, places)) for schema in schemas]
    names = set.intersection(*map(set, tags)) if tags else set()
    return any(
        len(set().union(*(tag[name] for tag in tags))) == sum(len(tag[name]) for tag in tags)
        for name in names
    )


def _resolved(schema: object, places: Mapping[str, object]) -> Mapping[str, Any]:
    if not isinstance(schema, dict):
        return {}
    target = places.get(str(schema.get("$ref")))
    return target if isinstance(target, dict) else schema


def _tags(schema: Mapping[str, Any]) -> dict[str, set[str]]:
    """Give the texts that each required property of an object may be."""
    if schema.get("type") != "object":
        return {}
    properties = schema.get("properties", {})
    texts = {name: _texts(properties.get(name)) for name in schema.get("required", ())}
    return {name: found for name, found in texts.items() if found}


def _texts(schema: object) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return set(values) if all(isinstance(value, str) for value in values) else set()
