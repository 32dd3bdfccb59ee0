"""Whether a text of a schema can end: a record that must hold another of its kind never does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hfkit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["require_end"]


def require_end(schema: object, places: Mapping[str, object]) -> None:
    """Refuse a schema all of whose values are without end.

    Args:
        schema: the schema, narrowed.
        places: its parts by where they stand, as references point to them: ``#/$defs/Name``.

    Raises:
        SettingError: no value of it is finite.

    >>> endless = {"properties": {"next": {"$ref": "#"}}, "required": ["next"], "type": "object"}
    >>> require_end(endless, {"#": endless})
    Traceback (most recent call last):
    hfkit.errors.SettingError: no text of the schema can end: a value of # must hold another
    Hint: let something be left out, be null, or be an empty list
    """
    ending: set[str] = set()
    # A value ends if what it must hold ends: begin with what holds nothing, and go on while there is more.
    while found := {place for place in places.keys() - ending if _ends(places[place], ending)}:
        ending |= found
    if not _ends(schema, ending):
        endless = " or ".join(sorted(places.keys() - ending))
        raise SettingError(
            f"no text of the schema can end: a value of {endless} must hold another",
            hint="let something be left out, be null, or be an empty list",
        )


def _ends(schema: object, ending: set[str]) -> bool:
    """Tell whether a schema has a finite value, if those of the places in ``ending`` have."""
    if not isinstance(schema, dict):
        return True
    return (
        all(_ends(part, ending) for part in schema.get("allOf", ()))
        and all(
            any(_ends(part, ending) for part in schema[key]) for key in ("anyOf", "oneOf") if key in schema
        )
        and schema.get("$ref", "") in {"", *ending}
        and any(_kind_ends(kind, schema, ending) for kind in _kinds(schema))
    )


def _kinds(schema: Mapping[str, object]) -> list[str]:
    given = cast("str | list[str]", schema.get("type", "any"))
    return [given] if isinstance(given, str) else given


def _kind_ends(kind: str, schema: Mapping[str, Any], ending: set[str]) -> bool:
    match kind:
        case "object":
            known = schema.get("properties", {})
            others = schema.get("additionalProperties")
            return all(_ends(known.get(name, others), ending) for name in schema.get("required", ()))
        case "array":
            first = schema.get("prefixItems", [])
            least = schema.get("minItems", 0)
            rest = [schema.get("items")] if least > len(first) else []
            return all(_ends(part, ending) for part in [*first[:least], *rest])
        case _:
            return True
