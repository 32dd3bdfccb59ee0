"""What a setting may be; a bad one is refused where it is written, not where it is used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hfkit.errors import SettingError

from .publish_secrets import require_no_token

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "require_choice",
    "require_kind",
    "require_lock",
    "require_model",
    "require_number",
    "require_own_model",
    "require_text",
    "require_texts",
    "require_whole",
]


def require_choice(name: str, value: object, allowed: Sequence[str]) -> None:
    """Refuse a value that is none of the allowed ones.

    Raises:
        SettingError: it is not.
    """
    if value not in allowed:
        raise SettingError(f"{name} {value!r} is not one of {tuple(allowed)}", hint="name one of them")


def require_kind(name: str, value: object, kinds: tuple[type, ...]) -> None:
    """Refuse a value of another type: a type checker would, and not everybody runs one.

    Raises:
        SettingError: it is of none of the types.
    """
    if not isinstance(value, kinds):
        allowed = " or ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
        raise SettingError(f"{name} is {value!r}, must be {allowed}", hint="leave it out for the default")


def require_lock(lock: object) -> None:
    """Refuse what names no lock; None stands for the environment's.

    Raises:
        SettingError: it does not.
    """
    require_kind("lock", lock, (str, os.PathLike, type(None)))
    if not str(lock):
        raise SettingError(
            "lock is empty, must be the file of a lock",
            hint="leave it out for the lock that HFKIT_LOCK names, or for none",
        )


def require_model(model: object) -> None:
    """Refuse what names no model; None stands for the starter.

    Raises:
        SettingError: it does not.
    """
    require_kind("model", model, (str, os.PathLike, type(None)))
    require_no_token("model", model)
    if not str(model):
        raise SettingError(
            "model is empty, must be a folder or a repository", hint="leave it out for the starter"
        )


def require_own_model(model: object, *, does: str, hint: str) -> None:
    """Refuse what names no model, for facades that have no starter.

    Args:
        model: what was given.
        does: what a starter would do.
        hint: which models there are.

    Raises:
        SettingError: it names none.
    """
    require_no_token("model", model)
    if not isinstance(model, str | os.PathLike) or not str(model):
        raise SettingError(
            f"model is {model!r}, must be a folder or a repository: there is no starter that {does}",
            hint=hint,
        )


def require_number(
    name: str,
    value: object,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
    hint: str = "leave it out for the default",
) -> None:
    """Refuse what is no number, or out of its range; infinities are numbers.

    Args:
        name: the setting.
        value: what it was set to.
        above: it must be more than this.
        least: it must not be less than this.
        below: it must be less than this.
        most: it must not be more than this.
        hint: what to do where it is out of its range.

    Raises:
        SettingError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or str(value) == "nan":
        raise SettingError(
            f"{name} is {value!r}, must be an int or a float", hint="leave it out for the default"
        )
    bounds = (
        ("above", above, above is None or value > above),
        ("at least", least, least is None or value >= least),
        ("below", below, below is None or value < below),
        ("at most", most, most is None or value <= most),
    )
    if not all(kept for *_, kept in bounds):
        allowed = " and ".join(f"{word} {bound:g}" for word, bound, _ in bounds if bound is not None)
        raise SettingError(f"{name} is {value!r}, must be {allowed}", hint=hint)


def require_whole(
    name: str,
    value: object,
    *,
    least: int,
    most: int | None = None,
    required: bool = False,
    hint: str | None = None,
) -> None:
    """Refuse what is neither None nor a whole number from ``least`` on.

    Args:
        name: the setting.
        value: what it was set to.
        least: the smallest number that is allowed.
        most: the largest; None for no bound.
        required: whether None is refused too: there is no default.
        hint: what to do where it is not; None for the usual advice.

    Raises:
        SettingError: it is not.
    """
    if value is None and not required:
        return
    otherwise = hint or ("give a number" if required else "leave it out for the default")
    if not isinstance(value, int) and hasattr(
        value, "__index__"
    ):  # numpy's, which no setting holds: it is no JSON
        raise SettingError(
            f"{name} is {value!r}, must be an int, at least {least}", hint="convert it: int(number)"
        )
    if type(value) is not int or value < least:  # True is an int, and no number of anything
        raise SettingError(f"{name} is {value!r}, must be a whole number, at least {least}", hint=otherwise)
    if most is not None and value > most:
        raise SettingError(f"{name} is {value}, must be at most {most:,}", hint=otherwise)


def require_text(name: str, value: object) -> None:
    """Refuse what is no text, or an empty one.

    Raises:
        SettingError: it is not.
    """
    require_kind(name, value, (str,))
    if not value:
        raise SettingError(f"{name} is empty, must be a name", hint="leave it out for the default")


def require_texts(name: str, value: object) -> None:
    """Refuse what is no tuple of texts, or holds an empty one.

    Raises:
        SettingError: it is not.
    """
    if not isinstance(value, tuple) or not all(isinstance(text, str) for text in value):
        raise SettingError(
            f"{name} is {value!r}, must be a tuple of texts", hint=f"for example {name}=('one', 'two')"
        )
    if "" in value:
        raise SettingError(f"{name} holds an empty text, must hold texts to look for", hint="leave it out")
