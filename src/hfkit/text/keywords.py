"""The keywords of JSON Schema that an engine can be held to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .numbers import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DRAFTS", "KEYWORDS", "LISTS", "MAPS", "ONES", "SIZES", "TYPES", "UNSUPPORTED", "is_annotation"]

DRAFTS: Final[Mapping[str, bool]] = {
    "https://json-schema.org/draft/2020-12/schema": False,
    "https://json-schema.org/draft/2019-09/schema": True,
    "http://json-schema.org/draft-07/schema": True,
    "http://json-schema.org/draft-06/schema": True,
}
"""The drafts that are read, each with whether its ``items`` may be a list."""

TYPES: Final = ("null", "boolean", "object", "array", "number", "integer", "string")
"""What ``type`` may be."""

ONES: Final = frozenset({"items", "additionalItems", "additionalProperties"})
"""The keywords that hold a schema."""

LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
"""The keywords that hold schemas in order."""

MAPS: Final = frozenset({"$defs", "definitions", "properties", "patternProperties"})
"""The keywords that hold schemas by name."""

SIZES: Final = frozenset({"maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"})
"""The keywords that hold a count."""

KEYWORDS: Final = (
    ONES
    | LISTS
    | MAPS
    | SIZES
    | set(BOUNDS)
    | {"$ref", "const", "enum", "format", "pattern", "required", "type", "uniqueItems"}
)
"""All that are supported."""

UNSUPPORTED: Final = frozenset(
    {"$anchor", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveAnchor", "$recursiveRef", "$vocabulary"}
    | {
        "contains",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "dependencies",
        "dependentRequired",
    }
    | {"dependentSchemas", "else", "if", "maxContains", "minContains", "not", "propertyNames", "then"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
"""The standard's others, which an engine refuses or, worse, passes over."""

_ANNOTATIONS: Final = frozenset(
    {"$comment", "$schema", "default", "deprecated", "description", "discriminator", "example", "examples"}
    | {"readOnly", "title", "writeOnly"}
)


def is_annotation(keyword: str) -> bool:
    """Tell whether a keyword says something about values and binds them in nothing.

    >>> is_annotation("title"), is_annotation("x-order"), is_annotation("x-guidance")
    (True, True, False)
    """
    return keyword in _ANNOTATIONS or (keyword.startswith("x-") and keyword != "x-guidance")
