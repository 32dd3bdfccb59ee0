"""The parts of a type: how each is said in JSON, and how it is read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from hfkit.errors import RefusedValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = [
    "Field",
    "Form",
    "MismatchError",
    "array_of",
    "constants",
    "mapping_of",
    "record_of",
    "row_of",
    "union_of",
]

Read: TypeAlias = "Callable[[object], object]"


class MismatchError(ValueError):
    """A value is none of the type that was to be read: another of a union may fit it."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a type is said in JSON.

    Attributes:
        schema: the JSON schema of its values.
        read: from what ``read_json`` gives to a value; raises ``MismatchError`` for another type's.
    """

    schema: Mapping[str, object]
    read: Read


@dataclass(frozen=True, slots=True)
class Field:
    """A named part of a record.

    Attributes:
        name: its name, in JSON and in Python.
        form: how it is said.
        required: whether it is always written.
    """

    name: str
    form: Form
    required: bool


def array_of(item: Form, make: Callable[[Iterable[object]], object]) -> Form:
    """Say a collection as an array."""
    return Form(
        {"type": "array", "items": item.schema}, lambda value: make(item.read(part) for part in _list(value))
    )


def row_of(items: Sequence[Form]) -> Form:
    """Say a tuple of fixed length as an array."""

    def read(value: object) -> object:
        parts = _list(value)
        if len(parts) != len(items):
            raise MismatchError
        return tuple(item.read(part) for item, part in zip(items, parts, strict=True))

    schema: dict[str, object] = {
        "type": "array",
        "items": False,
        "minItems": len(items),
        "maxItems": len(items),
    }
    if items:
        schema["prefixItems"] = [item.schema for item in items]
    return Form(schema, read)


def mapping_of(item: Form) -> Form:
    """Say a mapping with texts as keys as an open object."""
    return Form(
        {"type": "object", "additionalProperties": item.schema},
        lambda value: {key: item.read(part) for key, part in _dict(value).items()},
    )


def record_of(fields: Sequence[Field], make: Callable[[dict[str, object]], object], *, name: str) -> Form:
    """Say a record as a closed object, its fields in their order.

    Args:
        fields: its fields.
        make: makes it from those that were written, by name.
        name: its own, for errors.
    """
    forms = {field.name: field.form for field in fields}
    required = [field.name for field in fields if field.required]

    def read(value: object) -> object:
        given = _dict(value)
        if not given.keys() <= forms.keys() or not given.keys() >= set(required):
            raise MismatchError
        parts = {key: forms[key].read(part) for key, part in given.items()}
        try:
            return make(parts)
        except Exception as error:  # the type's own checks, which may raise what they like
            raise RefusedValueError(
                f"{name} refuses {parts!r:.200}: {error}",
                hint="say in the type what the check asks for, or ask again",
            ) from error

    return Form(
        {
            "type": "object",
            "properties": {name: form.schema for name, form in forms.items()},
            "required": required,
            "additionalProperties": False,
        },
        read,
    )


def constants(values: Sequence[tuple[object, object]]) -> Form:
    """Say one of several values.

    Args:
        values: of each what stands for it in JSON, and itself.
    """
    by_key = {(isinstance(said, bool), said): value for said, value in values}  # True is equal to 1

    def read(value: object) -> object:
        key = (isinstance(value, bool), value)
        if isinstance(value, list | dict) or key not in by_key:
            raise MismatchError
        return by_key[key]

    return Form({"enum": [said for said, _ in values]}, read)


def union_of(members: Sequence[Form]) -> Form:
    """Say one of several types; a value is read as the first that it fits."""

    def read(value: object) -> object:
        refusal: RefusedValueError | None = None
        for member in members:
            try:
                return member.read(value)
            except MismatchError:
                continue
            except RefusedValueError as error:
                refusal = error
        raise refusal or MismatchError

    return Form({"anyOf": [member.schema for member in members]}, read)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise MismatchError
    return value


def _dict(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MismatchError
    return cast("dict[str, object]", value)
