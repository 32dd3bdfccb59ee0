"""Pydantic's generator of schemas, told to say all that it can of what a model asks for.

Imported only where a caller brought a model: it needs pydantic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic.json_schema import GenerateJsonSchema

from .formats import HOST, naive, naive_or_aware

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

__all__ = ["ModelSchemas"]

_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}

# Digits before the point of a decimal that asks for no fewer: they stay exact in double precision.
_WHOLE_DIGITS = 15
_PLACES = 2


class ModelSchemas(GenerateJsonSchema):
    """Says of decimals, dates, addresses, sets and keys what pydantic's own checks will ask for."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Say a decimal as a number alone, with its digits bounded: a text might hold anything."""
        said: JsonSchemaValue = {"type": "number"}
        given = {keyword: float(str(schema[key])) for key, keyword in _BOUNDS.items() if key in schema}  # type: ignore[literal-required]  # the keys are those of the schema
        digits, places = schema.get("max_digits"), schema.get("decimal_places")
        if digits is not None and places is None:
            places = min(_PLACES, digits - 1)
        if "multiple_of" in schema:
            said["multipleOf"] = float(schema["multiple_of"])
        elif places is not None:
            said["multipleOf"] = float(f"1e-{places}") if places else 1
        whole = _WHOLE_DIGITS if digits is None else min(_WHOLE_DIGITS, digits - (places or 0))
        said |= given
        said["maximum"] = min(given.get("maximum", 10**whole - 1), 10**whole - 1)
        said["minimum"] = max(given.get("minimum", 1 - 10**whole), 1 - 10**whole)
        return said

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:
        """Leave the zone open where the model does."""
        return _zoned("date-time", schema.get("tz_constraint"))

    def time_schema(self, schema: core_schema.TimeSchema) -> JsonSchemaValue:
        """Leave the zone open where the model does."""
        return _zoned("time", schema.get("tz_constraint"))

    def url_schema(self, schema: core_schema.UrlSchema) -> JsonSchemaValue:
        """Say an address with a host and a plain path, which every check takes."""
        schemes = "|".join(schema.get("allowed_schemes") or ("https", "http"))
        said = super().url_schema(schema)
        return {
            **{keyword: value for keyword, value in said.items() if keyword != "format"},
            "pattern": rf"^(?:{schemes})://{HOST}(?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)*/?$",
        }

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """Say one of several models as any of them: their tags keep them apart, and must be there to be read."""
        said = super().tagged_union_schema(schema)
        tag = {"required": [said["discriminator"]["propertyName"]]} if "discriminator" in said else {}
        return {"anyOf": [{"allOf": [part, tag]} for part in said["oneOf"]]}

    def set_schema(self, schema: core_schema.SetSchema) -> JsonSchemaValue:
        """Let what is there twice be written twice: the set has it once."""
        return _repeating(super().set_schema(schema))

    def frozenset_schema(self, schema: core_schema.FrozenSetSchema) -> JsonSchemaValue:
        """Let what is there twice be written twice: the set has it once."""
        return _repeating(super().frozenset_schema(schema))

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Say which keys there may be."""
        said = super().dict_schema(schema)
        keys = said.pop("propertyNames", {})
        values = said.get("additionalProperties", True)
        names = keys.get("enum", [keys["const"]] if "const" in keys else [])
        if names and all(isinstance(name, str) for name in names):
            said |= {"properties": dict.fromkeys(names, values), "additionalProperties": False}
        elif keys:
            said["propertyNames"] = keys
        elif "patternProperties" in said:
            said["additionalProperties"] = False
        elif (kind := schema.get("keys_schema", {"type": "any"})["type"]) == "int":
            said |= {"patternProperties": {"^(?:0|[1-9][0-9]{0,17})$": values}, "additionalProperties": False}
        elif kind not in ("str", "any"):
            said["propertyNames"] = {"type": kind}
        return said


def _zoned(form: str, constraint: object) -> JsonSchemaValue:
    if constraint == "naive":
        return {"type": "string", "pattern": naive(form)}
    if constraint is None:
        return {"type": "string", "pattern": naive_or_aware(form)}
    return {"type": "string", "format": form}


def _repeating(said: JsonSchemaValue) -> JsonSchemaValue:
    if said.get("minItems", 0) <= 1:
        said.pop("uniqueItems", None)
    return said
