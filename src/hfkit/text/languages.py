"""Which of the languages that a model knows a code means.

People write ``en``, ``pt-BR`` or ``zh-Hans``; models write ``eng_Latn``, ``pt_XX``, ``zh_CN`` or ``cmn_Hans``. A code
means what has the same language, and neither another script nor, where that parts them, another region.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from hfkit.errors import SettingError
from hfkit.values.suggestion import did_you_mean

from .language_table import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["find_language", "is_language", "language_name"]

_SHOWN = 12
_CODE = re.compile(
    r"(?P<language>[a-zA-Z]{2,3})(?:[_-](?P<script>[a-zA-Z]{4}))?(?:[_-](?P<region>[a-zA-Z]{2}|\d{3}))?"
)
# Regions that tell how Chinese is written.
_SCRIPTS = {"CN": "Hans", "SG": "Hans", "TW": "Hant", "HK": "Hant", "MO": "Hant"}
# Codes that ISO 639-1 has given up, and that are still about.
_FORMER = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv"}
_NO_REGION = "XX"


def language_name(code: str) -> str | None:
    """Give a language's English name, with its script and region if the code has them; None if it is not known.

    >>> language_name("de"), language_name("zho_Hans"), language_name("pt-BR"), language_name("xx")
    ('German', 'Chinese (Hans)', 'Portuguese (BR)', None)
    """
    tag = _parse(code)
    name = None if tag is None else _names().get(tag.language)
    if tag is None or name is None:
        return None
    parts = [part for part in (None if tag.implied else tag.script, tag.region) if part]
    return f"{name} ({', '.join(parts)})" if parts else name


def is_language(code: str) -> bool:
    """Say whether a code names one language, not a group of them or something else."""
    return language_name(code) is not None


def find_language(code: str, known: Collection[str], *, setting: str, model: str) -> str:
    """Find the code by which a model knows a language.

    Args:
        code: what somebody wrote: a code of the model's own, or one of ISO 639-1 or 639-3, with or without a script and
            a region.
        known: the model's own codes.
        setting: what the code was given as, for errors.
        model: the model's name, for errors.

    Raises:
        SettingError: the model does not know the language, or several of its own could be meant.

    >>> find_language("zh-TW", ["eng_Latn", "zho_Hans", "zho_Hant"], setting="target", model="m")
    'zho_Hant'
    """
    if code in known:
        return code
    alike = [own for own in known if _plain(own) == _plain(code)]
    found = alike if len(alike) == 1 else _meant(code, known)
    if len(found) == 1:
        return found[0]
    if found:
        raise SettingError(
            f"{setting} {code!r} could be any of {sorted(found)} of {model}", hint="name one of them"
        )
    shown = sorted(known)
    some = ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else "")
    raise SettingError(
        f"{setting} {code!r} is no language of {model}, which knows {some}", hint=_hint(code, known)
    )


@dataclass(frozen=True, slots=True)
class _Tag:
    """A code taken apart.

    Attributes:
        language: its code as it is written, in small letters.
        script: how it is written, ``Latn``.
        region: where it is spoken, ``BR``.
        implied: whether the region alone tells the script.
    """

    language: str
    script: str | None
    region: str | None
    implied: bool = False


def _meant(code: str, known: Collection[str]) -> list[str]:
    """List the model's codes that a code could mean."""
    tag = _parse(code)
    if tag is None:
        return []
    parsed = [(own, own_tag) for own in known if (own_tag := _parse(own)) is not None]
    fitting = [
        (own, other)
        for own, other in parsed
        if _same_language(tag, other) and _agree(tag.script, other.script)
    ]
    there = [(own, other) for own, other in fitting if _agree(tag.region, other.region)]
    fitting = there or fitting
    for closest in (
        [own for own, other in fitting if (other.script, other.region) == (tag.script, tag.region)],
        [own for own, other in fitting if other.script == tag.script],
        [own for own, other in fitting if other.script is None and other.region is None],
    ):
        if len(closest) == 1:
            return closest
    return [own for own, _ in fitting]


def _parse(code: str) -> _Tag | None:
    match = _CODE.fullmatch(code)
    if match is None:
        return None
    language = match["language"].lower()
    language = _FORMER.get(language, language)
    region = match["region"].upper() if match["region"] else None
    region = None if region == _NO_REGION else region
    script = match["script"].title() if match["script"] else None
    implied = _SCRIPTS.get(region or "") if script is None and "cmn" in _parts(language) else None
    return _Tag(language, script or implied, region, implied is not None)


def _same_language(one: _Tag, other: _Tag) -> bool:
    return one.language == other.language or not _parts(one.language).isdisjoint(_parts(other.language))


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _plain(code: str) -> str:
    return code.lower().replace("-", "_")


def _hint(code: str, known: Collection[str]) -> str:
    named = next((short for short, name in _names().items() if name.lower() == code.lower()), None)
    if named is not None:
        return f"write the language's code, {named!r}"
    return did_you_mean(code, known) or "name one of these, or use a model that knows it"


@cache
def _names() -> Mapping[str, str]:
    """Give the name of each code of two or three letters, those of two letters first."""
    names: dict[str, str] = {}
    for _, codes, name in _rows():
        names.setdefault(codes[0], name)
    for _, codes, name in _rows():
        for code in codes:
            names.setdefault(code, name)
    return {short: name for short, _, name in _rows() if short != "-"} | names


@cache
def _parts(language: str) -> frozenset[str]:
    """Give the codes of three letters of a language; of one that has parts, theirs too."""
    for short, codes, _ in _rows():
        if language in (short, codes[0]):
            return frozenset(codes)
    return frozenset([language])


@cache
def _rows() -> tuple[tuple[str, tuple[str, ...], str], ...]:
    rows = (line.split(maxsplit=2) for line in LANGUAGES.strip().splitlines())
    return tuple((short, tuple(codes.split(",")), name) for short, codes, name in rows)
