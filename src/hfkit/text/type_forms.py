"""From a type to how it is said in JSON."""

from __future__ import annotations

import types
from collections import abc
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    NewType,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from hfkit.errors import SettingError
from hfkit.values.structure import Regex

from .fields import Field, Form, array_of, constants, mapping_of, record_of, row_of, union_of
from .models import is_model, model_form
from .scalars import SCALARS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Forms", "constant"]

_HINT: Final = (
    "take a dataclass, a TypedDict, a pydantic model, an Enum, a Literal; str, int, float, bool, None, Decimal, date, "
    "datetime, time or UUID; or list, set, tuple, dict and unions of them"
)
_COLLECTIONS: Final[Mapping[object, Callable[[Iterable[object]], object]]] = {
    list: list,
    abc.Sequence: list,
    set: set,
    abc.Set: frozenset,
    frozenset: frozenset,
}
_MAPPINGS: Final = (dict, abc.Mapping)


class Forms:
    """Gives the forms of types, and gathers what they refer to.

    Attributes:
        definitions: the schemas of records, by name.
    """

    def __init__(self) -> None:
        self.definitions: dict[str, object] = {}
        self._records: dict[object, Form] = {}

    def form(self, kind: object, at: str) -> Form:
        """Give the form of a type.

        Args:
            kind: a type, or what stands for one in an annotation.
            at: where it stands, for errors.

        Raises:
            SettingError: it has none.
        """
        kind = type(None) if kind is None else object if kind is Any else kind
        if isinstance(kind, type) and not get_args(kind):
            return self._class(kind, at)
        if isinstance(kind, NewType):
            return self.form(kind.__supertype__, at)
        if type(kind).__name__ == "TypeAliasType":  # type X = ..., of Python 3.12 or of typing_extensions
            return self.form(cast("Any", kind).__value__, at)
        return self._composed(kind, get_origin(kind), get_args(kind), at)

    def _composed(self, kind: object, origin: object, arguments: tuple[Any, ...], at: str) -> Form:
        if origin in (Union, types.UnionType):
            return union_of([self.form(member, at) for member in arguments])
        if origin is Literal:
            return constants([(constant(value, at), value) for value in arguments])
        if origin is Annotated:
            return self._annotated(self.form(arguments[0], at), arguments[1:], at)
        if origin is tuple:
            if arguments[1:] == (...,):
                return array_of(self.form(arguments[0], at), tuple)
            return row_of([self.form(item, at) for item in arguments])
        if origin in _COLLECTIONS:
            return array_of(self.form(arguments[0], at), _COLLECTIONS[origin])
        if origin in _MAPPINGS and arguments[0] is str:
            return mapping_of(self.form(arguments[1], at))
        raise _unknown(kind, at)

    def _class(self, kind: type, at: str) -> Form:
        if kind in SCALARS:
            return SCALARS[kind]
        if is_model(kind):
            return self._record(kind, lambda name: model_form(kind, self.definitions, name=name))
        if issubclass(kind, Enum):
            return constants([(constant(member.value, at), member) for member in kind])
        if issubclass(kind, dict) and hasattr(kind, "__required_keys__"):
            return self._record(kind, lambda _: self._typed_dict(kind))
        if is_dataclass(kind):
            return self._record(kind, lambda _: self._dataclass(kind))
        raise _unknown(kind, at)

    def _annotated(self, form: Form, notes: tuple[object, ...], at: str) -> Form:
        for note in notes:
            if isinstance(note, Regex):
                if form.schema != SCALARS[str].schema:
                    raise SettingError(f"{at} has {note!r} on what is no str", hint="annotate a str")
                form = Form({**form.schema, "pattern": f"^(?:{note.pattern})$"}, form.read)
        return form

    def _record(self, kind: type, make: Callable[[str], Form]) -> Form:
        """Give a reference to a record's schema, which may refer to itself."""
        if kind not in self._records:
            name = (
                kind.__name__
                if kind.__name__ not in self.definitions
                else f"{kind.__name__}{len(self._records)}"
            )
            made: list[Form] = []

            def read(value: object) -> object:
                return made[0].read(value)

            self._records[kind] = Form({"$ref": f"#/$defs/{name}"}, read)
            self.definitions[name] = {}  # taken
            made.append(make(name))
            self.definitions[name] = made[0].schema
        return self._records[kind]

    def _dataclass(self, kind: type) -> Form:
        hints = _hints(kind)
        parts = [
            Field(
                field.name,
                self.form(hints[field.name], f"{kind.__name__}.{field.name}"),
                required=field.default is MISSING and field.default_factory is MISSING,
            )
            for field in fields(kind)
            if field.init
        ]
        return record_of(parts, lambda given: kind(**given), name=kind.__name__)

    def _typed_dict(self, kind: type) -> Form:
        always = cast("frozenset[str]", getattr(kind, "__required_keys__", frozenset()))
        parts = []
        for key, hint in _hints(kind).items():
            required, bare = key in always, hint
            while (origin := get_origin(bare)) in (Required, NotRequired) or "ReadOnly" in str(origin):
                required = {Required: True, NotRequired: False}.get(cast("Any", origin), required)
                (bare,) = get_args(bare)
            parts.append(Field(key, self.form(bare, f"{kind.__name__}.{key}"), required))
        return record_of(parts, lambda given: given, name=kind.__name__)


def constant(value: object, at: str) -> object:
    """Give what stands in JSON for one of the values of a Literal or an Enum.

    Raises:
        SettingError: nothing does.
    """
    plain = value.value if isinstance(value, Enum) else value
    if isinstance(plain, str | int | float | None) and plain == plain:  # noqa: PLR0124  # nan is not
        return plain
    raise SettingError(f"{at} has the value {value!r}, which JSON cannot say", hint="take texts or numbers")


def _hints(kind: type) -> dict[str, object]:
    try:
        return get_type_hints(kind, include_extras=True)
    except (NameError, TypeError, AttributeError) as error:
        raise SettingError(
            f"the annotations of {kind.__name__} cannot be resolved: {error}",
            hint="import at run time what they name, and define it in a module and not in a function",
        ) from error


def _unknown(kind: object, at: str) -> SettingError:
    name = kind.__qualname__ if isinstance(kind, type) and not get_args(kind) else str(kind)
    return SettingError(f"{at} is of the type {name}, which has no form in JSON", hint=_HINT)
