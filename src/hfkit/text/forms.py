"""From what a caller asks for, a type or a structure, to the shape of its texts."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeVar, cast, get_args, get_origin, overload

from hfkit.errors import RefusedValueError, SettingError
from hfkit.values.structure import Choice, JsonSchema, JsonValue, Regex

from .fields import MismatchError
from .schemas import narrow_schema
from .shapes import (
    SchemaGrammar,
    Shape,
    choice_grammar,
    choice_shape,
    chosen,
    json_shape,
    read_json,
    regex_shape,
)
from .type_forms import Forms, constant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import TypeForm

__all__ = ["shape_of"]

Value = TypeVar("Value")


@overload
def shape_of(form: JsonSchema, /) -> Shape[JsonValue]: ...
@overload
def shape_of(form: Regex | Choice, /) -> Shape[str]: ...
@overload
def shape_of(form: TypeForm[Value], /) -> Shape[Value]: ...
@overload
def shape_of(form: object, /) -> Shape[object]: ...
def shape_of(form: object, /) -> Shape[object]:
    """Give the shape of the texts in which values of a type are written.

    Args:
        form: a dataclass, a TypedDict, a pydantic model, an Enum, a Literal, a plain type, or a list, set, tuple, dict
            or union of such; or a ``JsonSchema``, a ``Regex`` or a ``Choice``.

    Returns:
        The shape. Texts of a Literal or an Enum stand alone where all of them are texts; all else is JSON.

    Raises:
        SettingError: the type has no form in JSON, or asks for what is not supported.

    >>> shape_of(list[int]).decode("[1, 2]")
    [1, 2]
    """
    match form:
        case JsonSchema():
            return json_shape(form)
        case Regex():
            return regex_shape(form)
        case Choice():
            return choice_shape(form)
        case _:
            return _typed_shape(form)


def _typed_shape(kind: object) -> Shape[object]:
    texts = _texts_of(kind)
    if texts:
        return Shape(choice_grammar(tuple(texts)), lambda text: texts[chosen(tuple(texts), text)])
    name = kind.__name__ if isinstance(kind, type) else str(kind)
    if isinstance(kind, str | int | float | list | tuple | dict | set):
        raise SettingError(
            f"{kind!r} is a value, must be a type",
            hint="give a type, JsonSchema(...), Regex(...) or Choice(...)",
        )
    forms = Forms()
    form = forms.form(kind, name)
    schema = JsonSchema({**form.schema, "$defs": forms.definitions} if forms.definitions else form.schema)

    def read(text: str) -> object:
        try:
            return form.read(read_json(text))
        except MismatchError as error:
            raise RefusedValueError(
                f"the text {text[:200]!r} is none of the type {name}", hint="look at its text"
            ) from error

    return Shape(SchemaGrammar(narrow_schema(schema, reader="python").schema), read)


def _texts_of(kind: object) -> dict[str, object]:
    """Give the values of a Literal or an Enum by their texts; nothing where one is no text."""
    values: Iterable[object] = ()
    if get_origin(kind) is Literal:
        values = get_args(kind)
    elif isinstance(kind, type) and issubclass(kind, Enum):
        values = cast("Iterable[object]", kind)
    texts = {constant(value, str(kind)): value for value in values}
    return cast("dict[str, object]", texts) if all(isinstance(text, str) and text for text in texts) else {}
