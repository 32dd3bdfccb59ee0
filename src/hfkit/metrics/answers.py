"""One answer against its references.

All figures are percentages, from 0 to 100, as the official scripts print them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from hfkit.errors import InputTypeError
from hfkit.values.constraints import require_choice

from .cmrc import cmrc_exact_match, cmrc_f1
from .squad import normalize_answer, squad_exact_match, squad_f1

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AnswerStyle", "exact_match", "f1", "has_answer", "require_references"]

AnswerStyle: TypeAlias = Literal["squad", "cmrc"]
"""How answers are compared: by words between blanks and without articles (:mod:`hfkit.metrics.squad`), or as
Chinese with words of other languages in it (:mod:`hfkit.metrics.cmrc`)."""

_EXACT_MATCH: dict[AnswerStyle, Callable[[str, str], float]] = {
    "squad": squad_exact_match,
    "cmrc": cmrc_exact_match,
}
_F1: dict[AnswerStyle, Callable[[str, str], float]] = {"squad": squad_f1, "cmrc": cmrc_f1}


def has_answer(references: Sequence[str]) -> bool:
    """Say whether a question can be answered: whether any of its references says something.

    >>> has_answer(["Paris"]), has_answer([]), has_answer([""])
    (True, False, False)
    """
    return any(references)


def exact_match(prediction: str, references: Sequence[str], *, style: AnswerStyle = "squad") -> float:
    """Say whether an answer equals one of its references: 100 or 0.

    Args:
        prediction: the answer; an empty one says that there is none.
        references: the answers that count as right; none, or empty ones, if there is no answer.
        style: how answers are compared.

    Raises:
        InputTypeError: the prediction is no text, or the references are no sequence of texts.
        SettingError: there is no such style.

    >>> exact_match("The cat", ["dog", "cat"])
    100.0
    """
    allowed = _comparable(prediction, references, style)
    return 100 * max(_EXACT_MATCH[style](prediction, reference) for reference in allowed)


def f1(prediction: str, references: Sequence[str], *, style: AnswerStyle = "squad") -> float:
    """Give the overlap of an answer with the closest of its references, from 0 to 100.

    Args:
        prediction: the answer; an empty one says that there is none.
        references: the answers that count as right; none, or empty ones, if there is no answer.
        style: how answers are compared.

    Raises:
        InputTypeError: the prediction is no text, or the references are no sequence of texts.
        SettingError: there is no such style.

    >>> f1("black cat", ["dog", "cat"])
    66.66666666666666
    """
    allowed = _comparable(prediction, references, style)
    return 100 * max(_F1[style](prediction, reference) for reference in allowed)


def _comparable(prediction: str, references: Sequence[str], style: AnswerStyle) -> Sequence[str]:
    """Give the references that an answer is held against: an empty one where there is no other."""
    require_choice("style", style, tuple(_F1))
    if not isinstance(prediction, str):
        raise InputTypeError(f"prediction is {prediction!r}, must be a text", hint="give '' for no answer")
    require_references(references)
    if style == "squad":  # one that is nothing but articles would count an empty answer as right
        references = [reference for reference in references if normalize_answer(reference)]
    return references or [""]


def require_references(references: object) -> None:
    """Refuse what is no sequence of texts.

    Raises:
        InputTypeError: it is not.
    """
    if (
        isinstance(references, str)
        or not isinstance(references, Sequence)
        or not all(isinstance(reference, str) for reference in references)
    ):
        raise InputTypeError(
            f"references are {references!r}, must be a sequence of texts",
            hint="put a single one into a list; of SQuAD's answers give answers['text']; "
            "of an array give array.tolist()",
        )
