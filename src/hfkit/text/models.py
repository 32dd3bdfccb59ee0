"""Pydantic's models, by the schema that they give of themselves and by their own validation.

Pydantic is no dependency: it is met only where a caller brought a model of it.
"""

from __future__ import annotations

import json
import sys
from typing import cast

from hfkit.errors import RefusedValueError, SettingError

from .fields import Form
from .shapes import to_plain

__all__ = ["is_model", "model_form"]


def is_model(kind: type) -> bool:
    """Tell whether a class is one of pydantic's models, or of its dataclasses."""
    return "pydantic" in sys.modules and hasattr(kind, "__pydantic_core_schema__")


def model_form(kind: type, definitions: dict[str, object], *, name: str) -> Form:
    """Give the form of a model.

    Args:
        kind: the model.
        definitions: where to put what its schema refers to.
        name: a prefix of their names that no other has.

    Raises:
        SettingError: it cannot give a schema of itself.
    """
    from pydantic import TypeAdapter, ValidationError
    from pydantic.errors import PydanticUserError

    from .model_schemas import ModelSchemas  # which imports pydantic

    try:
        adapter: TypeAdapter[object] = TypeAdapter(kind)
        schema = adapter.json_schema(schema_generator=ModelSchemas, ref_template=f"#/$defs/{name}.{{model}}")
    except PydanticUserError as error:
        raise SettingError(
            f"{kind.__name__} gives no schema of itself: {error}", hint="see pydantic's message"
        ) from error
    for inner, its in schema.pop("$defs", {}).items():
        definitions[f"{name}.{inner}"] = _closed(its)

    def read(value: object) -> object:
        try:
            return adapter.validate_json(json.dumps(to_plain(value)))
        except ValidationError as error:
            raise RefusedValueError(
                f"{kind.__name__} refuses {value!r:.200}: {error}",
                hint="say in its schema what its checks ask for, or ask again",
            ) from error

    return Form(cast("dict[str, object]", _closed(schema)), read)


def _closed(schema: object) -> object:
    """Close the objects that leave it open whether more may come: pydantic would pass over it."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {keyword: _closed(value) for keyword, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed
