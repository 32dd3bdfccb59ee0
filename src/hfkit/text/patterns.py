r"""Regular expressions of Python in the words of an engine that has another dialect.

A pattern is read by Python's own parser and written out anew, so that what the engine lets through Python matches
too. Where dialects differ the narrower reading is written: ``\d`` is ``[0-9]``, and what is no digit is so in every
script.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias, cast

from hfkit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Reader", "escape", "whole_match", "within"]

Reader: TypeAlias = Literal["validator", "python"]
r"""Who reads a text: a validator of JSON Schema, for whom ``\w`` is ASCII and numbers are double precision, or hfkit
itself into a type of Python, where ``\w`` is a letter of any script and numbers keep their digits."""

_HINT = r"""write it with characters, classes, groups, | and repeats alone"""


class _Category(NamedTuple):
    """A named set of characters: those that are in it by every dialect, and those that are by any."""

    surely: str
    perhaps: str


_SPACES = r"\t\n\r\x{B}\x{C}\x{20}"
_CATEGORIES = {
    "DIGIT": _Category("0-9", r"\p{Nd}"),
    "SPACE": _Category(_SPACES, r"\s\x{1C}-\x{1F}\x{85}\x{FEFF}"),
    "WORD": _Category("0-9A-Za-z_", r"\p{L}\p{M}\p{N}\p{Pc}\p{Alphabetic}\p{Join_Control}"),
}
_UNICODE_WORD = _Category(r"\p{L}\p{Nd}_", _CATEGORIES["WORD"].perhaps)

_Item: TypeAlias = "tuple[object, object]"


class _Flags(Protocol):
    """What a pattern says of the whole of itself."""

    flags: int


class _Parsed(Protocol):
    """A part of a pattern as Python's parser gives it: pairs of what to do and with what."""

    data: list[_Item]
    state: _Flags


class _Parser(Protocol):
    def parse(self, pattern: str) -> _Parsed: ...


@lru_cache(maxsize=256)
def whole_match(pattern: str) -> str:
    r"""Write a pattern that is to match a whole text, as ``re.fullmatch`` does, in the engine's dialect.

    Args:
        pattern: a regular expression of Python's ``re``.

    Returns:
        An expression for the crate ``regex-syntax`` that matches nothing which ``pattern`` does not, without anchors.

    Raises:
        SettingError: it is no regular expression, or holds what the engine has no word for.

    >>> whole_match(r"^\d{2}$")
    '[0-9]{2,2}'
    """
    items = _parse(pattern)
    while items and _name(items[0]) in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
        items = items[1:]
    while items and _name(items[-1]) in ("AT_END", "AT_END_STRING"):
        items = items[:-1]
    return _Writer(pattern, _UNICODE_WORD, anchors=False).sequence(items)


@lru_cache(maxsize=256)
def within(pattern: str, *, reader: Reader = "validator") -> str:
    r"""Write a pattern that is to be found somewhere in a text, as ``re.search`` does, in the engine's dialect.

    Args:
        pattern: a regular expression of Python's ``re``.
        reader: who reads the text.

    Returns:
        An expression for the crate ``regex-syntax`` that is found in no text where ``pattern`` is not.

    Raises:
        SettingError: it is no regular expression, or holds what the engine has no word for.

    >>> within(r"^\w+@")
    '^[0-9A-Za-z_]{1,}\\x{40}'
    """
    word = _CATEGORIES["WORD"] if reader == "validator" else _UNICODE_WORD
    return _Writer(pattern, word, anchors=True).sequence(_parse(pattern))


def escape(text: str) -> str:
    r"""Write an expression that matches one text alone.

    >>> escape("a/b")
    'a\\x{2F}b'
    """
    return "".join(map(_literal, map(ord, text)))


def _parse(pattern: str) -> Sequence[_Item]:
    # Python's parser is an inner module, but a stable one: no other reads a pattern as Python does.
    parser = cast("_Parser", import_module("re._parser"))
    try:
        parsed = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise SettingError(
            f"the pattern {pattern!r} is no regular expression of Python's: {error}", hint="see Python's re"
        ) from error
    if parsed.state.flags != re.UNICODE:
        raise _refusal(pattern, "flags")
    return parsed.data


def _refusal(pattern: str, what: str) -> SettingError:
    return SettingError(f"the pattern {pattern!r} holds {what}, which is not supported", hint=_HINT)


def _name(item: _Item) -> str:
    operation, argument = item
    return str(argument) if str(operation) == "AT" else str(operation)


def _literal(code: int) -> str:
    character = chr(code)
    return character if character.isascii() and character.isalnum() else f"\\x{{{code:X}}}"


class _Writer:
    """Writes the parts of one pattern."""

    def __init__(self, pattern: str, word: _Category, *, anchors: bool) -> None:
        self._pattern = pattern
        self._categories = {**_CATEGORIES, "WORD": word}
        self._anchors = anchors

    def sequence(self, items: Sequence[_Item]) -> str:
        """Write one part after another."""
        return "".join(map(self._part, items))

    def _part(self, item: _Item) -> str:
        operation, argument = item
        match str(operation):
            case "LITERAL":
                return self._character(cast("int", argument))
            case "NOT_LITERAL":
                return f"[^{self._character(cast('int', argument))}]"
            case "ANY":
                return r"[^\n]"
            case "IN":
                return self._set(cast("list[_Item]", argument))
            case "BRANCH":
                branches = cast("tuple[object, list[_Parsed]]", argument)[1]
                return f"(?:{'|'.join(self.sequence(branch.data) for branch in branches)})"
            case "SUBPATTERN":
                _, added, removed, inner = cast("tuple[object, int, int, _Parsed]", argument)
                if added or removed:
                    raise self._refusal("flags")
                return f"(?:{self.sequence(inner.data)})"
            case "MAX_REPEAT" | "MIN_REPEAT":  # how much is tried first changes no language
                least, most, inner = cast("tuple[int, int, _Parsed]", argument)
                bound = "" if str(most) == "MAXREPEAT" else str(most)
                return f"{self._repeated(inner.data)}{{{least},{bound}}}"
            case "AT":
                return self._anchor(str(argument))
            case other:
                raise self._refusal(_NAMES.get(other, other.lower()))

    def _repeated(self, items: Sequence[_Item]) -> str:
        alone = len(items) == 1 and str(items[0][0]) in ("LITERAL", "NOT_LITERAL", "ANY", "IN", "SUBPATTERN")
        return self.sequence(items) if alone else f"(?:{self.sequence(items)})"

    def _anchor(self, name: str) -> str:
        if name in ("AT_BEGINNING", "AT_BEGINNING_STRING") and self._anchors:
            return "^"
        if name in ("AT_END", "AT_END_STRING") and self._anchors:
            return "$"
        raise self._refusal("\\b" if "BOUNDARY" in name else "^ or $ inside")

    def _set(self, items: list[_Item]) -> str:
        negated = bool(items) and str(items[0][0]) == "NEGATE"
        written = "".join(self._member(item, widely=negated) for item in items[negated:])
        return f"[^{written}]" if negated else f"[{written}]"

    def _member(self, item: _Item, *, widely: bool) -> str:
        operation, argument = item
        match str(operation):
            case "LITERAL":
                return self._character(cast("int", argument))
            case "RANGE":
                first, last = cast("tuple[int, int]", argument)
                return f"{self._character(first)}-{self._character(last)}"
            case _:
                name = str(argument).removeprefix("CATEGORY_")
                category = self._categories[name.removeprefix("NOT_")]
                if name.startswith("NOT_"):
                    return f"[^{category.surely if widely else category.perhaps}]"
                return category.perhaps if widely else category.surely

    def _character(self, code: int) -> str:
        if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004  # the surrogates
            raise self._refusal("half of a surrogate pair")
        return _literal(code)

    def _refusal(self, what: str) -> SettingError:
        return _refusal(self._pattern, what)


_NAMES = {
    "ASSERT": "a look around, (?=...) or (?<=...)",
    "ASSERT_NOT": "a look around, (?!...) or (?<!...)",
    "ATOMIC_GROUP": "an atomic group, (?>...)",
    "GROUPREF": "a back reference",
    "GROUPREF_EXISTS": "a condition, (?(...)...)",
    "POSSESSIVE_REPEAT": "a possessive repeat, *+ or ++",
}
