"""Which JSON schemas an engine can be held to, and how they are narrowed so that it keeps every word of them.

A keyword that the engine would not keep is refused by name. Where it keeps one loosely, or where reading a number
would move it, the schema is narrowed: what fits the narrow schema fits the caller's too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from hfkit.errors import SettingError
from hfkit.values.structure import JsonSchema
from hfkit.values.suggestion import did_you_mean

from .endings import require_end
from .formats import ENGINE_FORMATS, FORMAT_PATTERNS, FREE_FORMATS
from .keywords import DRAFTS, KEYWORDS, LISTS, MAPS, ONES, SIZES, TYPES, UNSUPPORTED, is_annotation
from .numbers import BOUNDS, is_exact, narrow_bounds
from .patterns import Reader, within
from .tags import are_apart

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["narrow_schema"]

_SEE = "see https://json-schema.org/draft/2020-12"

# An engine reads constants in double precision, which leaves out whole numbers beyond this one.
_LARGEST = 2**53

# What a string can hold that an engine writes without escapes by number, which would give a text two spellings.
_WRITABLE = frozenset("\b\f\n\r\t")


def narrow_schema(schema: JsonSchema, *, reader: Reader = "validator") -> JsonSchema:
    r"""Give the schema that an engine is to follow in place of a caller's.

    Args:
        schema: the caller's.
        reader: who reads the text.

    Returns:
        A schema that is as narrow or narrower, with patterns in the engine's dialect and without annotations.

    Raises:
        SettingError: a keyword is not supported, or its value cannot be kept.

    >>> narrow_schema(JsonSchema({"type": "integer", "exclusiveMinimum": 0, "maximum": 9, "title": "Stars"})).schema
    '{"type": "integer", "minimum": 1, "maximum": 9}'
    """
    root = json.loads(schema.schema)
    draft = root.get("$schema", next(iter(DRAFTS)))
    if not isinstance(draft, str) or draft.removesuffix("#") not in DRAFTS:
        raise SettingError(
            f"$schema is {draft!r}, must be one of {tuple(DRAFTS)}", hint="leave it out for the first"
        )
    walk = _Walk(lists=DRAFTS[draft.removesuffix("#")], reader=reader)
    narrowed = walk.schema({keyword: value for keyword, value in root.items() if keyword != "$id"}, "")
    walk.refuse()
    targets = walk.targets()
    for place in walk.places.values():
        _choose_by_tag(place, targets)
    require_end(narrowed, targets)
    return JsonSchema(cast("Mapping[str, object]", narrowed))


@dataclass(slots=True)
class _Walk:
    """One way through a schema and all that it holds.

    Attributes:
        lists: whether ``items`` may be a list.
        reader: who reads the text.
        places: the narrowed schemas by where they stand, as JSON pointers.
        references: each reference by where it stands.
        refused: what is not supported, and where.
    """

    lists: bool
    reader: Reader
    places: dict[str, object] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self) -> None:
        """Refuse what was met on the way and is not supported, all of it at once."""
        if self.refused:
            found = ", ".join(f"{what} at {_named(at)}" for what, at in self.refused)
            unknown = [what for what, _ in self.refused if what not in KEYWORDS | UNSUPPORTED]
            meant = filter(None, (did_you_mean(what, KEYWORDS) for what in unknown))
            raise SettingError(
                f"the schema asks for what is not supported: {found}",
                hint=next(meant, "leave it out, and check the value for it"),
            )

    def targets(self) -> dict[str, object]:
        """Give the schemas that references point to, by the reference."""
        found: dict[str, object] = {}
        for at, reference in self.references.items():
            target = unquote(reference.removeprefix("#"))
            if target not in self.places:
                raise SettingError(
                    f"$ref at {_named(at)} is {reference!r}, where no schema stands",
                    hint='references point to a place in the schema: "#/$defs/Name"',
                )
            found[reference] = self.places[target]
        return found

    def schema(self, given: object, at: str) -> object:
        """Narrow one schema."""
        if isinstance(given, bool):
            self.places[at] = given
            return given
        if not isinstance(given, dict):
            raise SettingError(
                f"the schema at {_named(at)} is {given!r}, must be an object or a boolean", hint=_SEE
            )
        self.places[at] = narrowed = cast("dict[str, object]", {})
        for keyword, value in given.items():
            if keyword not in KEYWORDS:
                if not is_annotation(keyword):
                    self.refused.append((keyword, at))
            elif keyword in ONES | LISTS | MAPS:
                narrowed[keyword] = self._holder(keyword, value, f"{at}/{_escaped(keyword)}")
            elif keyword not in BOUNDS:
                narrowed |= self._keyword(keyword, value, given, at)
        self._refuse_open_patterns(given, at)
        self._narrow_numbers(narrowed, given, at)
        self._narrow_texts(narrowed, given, at)
        return narrowed

    def _holder(self, keyword: str, value: object, at: str) -> object:
        """Narrow the schemas that a keyword holds."""
        if isinstance(value, dict) and keyword in MAPS:
            names = {name: self._key(keyword, name, at) for name in value}
            return {
                names[name]: self.schema(inner, f"{at}/{_escaped(name)}") for name, inner in value.items()
            }
        if isinstance(value, list) and (keyword in LISTS or (keyword == "items" and self.lists)):
            return [self.schema(inner, f"{at}/{index}") for index, inner in enumerate(value)]
        if keyword in ONES:
            return self.schema(value, at)
        raise SettingError(f"the value at {at} is {value!r}, which {keyword} cannot be", hint=_SEE)

    def _key(self, keyword: str, name: str, at: str) -> str:
        if keyword == "properties":
            _writable(name, at)
        return within(name, reader=self.reader) if keyword == "patternProperties" else name

    def _keyword(self, keyword: str, value: object, given: dict[str, object], at: str) -> dict[str, object]:
        """Check a keyword that holds no schema."""
        if keyword in SIZES:
            size = _size(keyword, value, at)
            # A key that is written twice counts twice for the engine, and once for who reads it.
            if keyword == "minProperties" and size > 1:
                required = given.get("required", [])
                if not isinstance(required, list) or len(set(map(str, required))) < size:
                    self.refused.append(("minProperties above 1", at))
                return {}
            return {keyword: size}
        match keyword:
            case "$ref":
                if not isinstance(value, str) or not value.startswith("#"):
                    self.refused.append((f"$ref {value!r}", at))
                else:
                    self.references[at] = value
            case "uniqueItems":
                if value is not False:
                    self.refused.append((keyword, at))
                return {}
            case "enum" | "const" | "required":
                return {keyword: _writable(value, f"{at}/{keyword}")}
            case "type":
                _types(given, at)
            case _:  # format and pattern come later
                return {}
        return {keyword: value}

    def _refuse_open_patterns(self, given: dict[str, object], at: str) -> None:
        """Refuse patterns of keys beside other keys: a key that a reader's pattern takes could pass as another."""
        if given.get("patternProperties") and given.get("additionalProperties") is not False:
            self.refused.append(("patternProperties without additionalProperties: false", at))

    def _narrow_numbers(self, narrowed: dict[str, object], given: dict[str, object], at: str) -> None:
        types = _types(given, at)
        divisor = given.get("multipleOf", 1)
        if isinstance(divisor, float) and not divisor.is_integer() and self.reader == "validator":
            # Double precision has it that 0.3 / 0.1 is 2.9999999999999996.
            self.refused.append(("multipleOf that is no whole number", at))
            return
        if (
            "number" in types
            and "multipleOf" in given
            and isinstance(divisor, int | float)
            and divisor == int(divisor)
        ):
            narrowed["type"] = types = sorted({*types, "integer"} - {"number"}, key=TYPES.index)
        whole = "number" not in types
        if any(keyword in given for keyword in BOUNDS) or (whole and "integer" in types):
            narrowed |= narrow_bounds(given, whole=whole, at=at)

    def _narrow_texts(self, narrowed: dict[str, object], given: dict[str, object], at: str) -> None:
        patterns: list[str] = []
        if "pattern" in given:
            pattern = given["pattern"]
            if not isinstance(pattern, str):
                raise SettingError(f"pattern at {_named(at)} is {pattern!r}, must be a text", hint=_SEE)
            patterns.append(within(pattern, reader=self.reader))
        form = given.get("format")
        if form is not None and "string" in _types(given, at):
            if isinstance(form, str) and form in FORMAT_PATTERNS:
                patterns.append(FORMAT_PATTERNS[form])
            elif form in ENGINE_FORMATS:
                narrowed["format"] = form
            elif form not in FREE_FORMATS:
                self.refused.append((f"format {form!r}", at))
        if patterns:
            narrowed["pattern"] = patterns[0]
        if len(patterns) > 1:
            narrowed["allOf"] = [*cast("list[object]", narrowed.get("allOf", [])), {"pattern": patterns[1]}]


def _choose_by_tag(schema: object, targets: Mapping[str, object]) -> None:
    """Say ``anyOf`` in place of ``oneOf`` where a property keeps the alternatives apart."""
    if isinstance(schema, dict) and "anyOf" not in schema and are_apart(schema.get("oneOf", []), targets):
        said = {"anyOf" if keyword == "oneOf" else keyword: value for keyword, value in schema.items()}
        schema.clear()
        schema.update(said)


def _named(at: str) -> str:
    return at or "the root"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _types(given: Mapping[str, object], at: str) -> list[str]:
    value = given.get("type", list(TYPES))
    types = cast("list[str]", value if isinstance(value, list) else [value])
    for kind in types:
        if kind not in TYPES:
            raise SettingError(
                f"type at {_named(at)} is {kind!r}, must be one of {TYPES}",
                hint=did_you_mean(str(kind), TYPES) or _SEE,
            )
    return types


def _size(keyword: str, value: object, at: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
        raise SettingError(
            f"{keyword} at {_named(at)} is {value!r}, must be a whole number from 0 on", hint=_SEE
        )
    return int(value)


def _writable(value: object, at: str) -> object:
    """Give a constant as an engine can write it; refuse what it could not write, or would write as another."""
    match value:
        case str() if any(character < " " or character == "\x7f" for character in set(value) - _WRITABLE):
            raise SettingError(
                f"the text {value!r} at {at} holds a control character, which is not supported",
                hint="leave it out",
            )
        case int() | float() if abs(value) > _LARGEST:
            raise SettingError(f"the number {value} at {at} is beyond 2**53", hint="write it as a text")
        case float() if value.is_integer():
            return int(
                value
            )  # whose digits are its value: a float's are only the shortest that are read as it
        case float() if not is_exact(value):
            raise SettingError(
                f"the number {value} at {at} has more digits than an engine keeps",
                hint="write it with 15 at most",
            )
        case list():
            return [_writable(item, at) for item in value]
        case dict():
            return {_writable(key, at): _writable(item, at) for key, item in value.items()}
        case _:
            pass
    return value
