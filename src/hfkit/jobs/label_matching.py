"""The labels of a model beside those of the data: the same names, or a typed refusal with the cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import SettingError, UnknownLabelError
from hfkit.values.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["match_labels"]


def match_labels(
    model: Sequence[str], data: Sequence[str], renamed: Mapping[str, str] | None, *, name: str
) -> tuple[str, ...]:
    """Give the model's labels by the names that the data have for them.

    Args:
        model: the model's labels, in its order.
        data: the labels of the data.
        renamed: the data's name for labels of the model.
        name: what the model is called.

    Returns:
        A name for each of the model's labels. One that the data do not know may be among them.

    Raises:
        UnknownLabelError: a label of the data is none of the model's, or one is renamed that the model does not have.
        SettingError: two labels get one name.

    >>> match_labels(("LABEL_0", "LABEL_1"), ("no", "yes"), {"LABEL_0": "no", "LABEL_1": "yes"}, name="m")
    ('no', 'yes')
    """
    names = dict(renamed or {})
    for label in names:
        if label not in model:
            raise UnknownLabelError(
                f"labels rename {label!r}, {name} has {list(model)}",
                hint=did_you_mean(label, model)
                or "name labels of the model, each with the data's name for it",
            )
    matched = tuple(names.get(label, label) for label in model)
    if len(set(matched)) < len(matched):
        twice = next(label for label in matched if matched.count(label) > 1)
        raise SettingError(
            f"labels give the name {twice!r} to more than one label of {name}",
            hint="give each a name of its own",
        )
    missing = [label for label in data if label not in matched]
    if missing:
        raise UnknownLabelError(
            f"the data have the label {missing[0]!r}, {name} has {list(matched)}", hint=_cure(matched, data)
        )
    return matched


def _cure(model: Sequence[str], data: Sequence[str]) -> str:
    """Say how to name the model's labels: by case, by order, or by hand."""
    folded = {label.casefold(): label for label in data}
    same = {label: folded[label.casefold()] for label in model if label.casefold() in folded}
    if len(same) == len(data):
        guess = {label: given for label, given in same.items() if label != given}
    elif len(model) == len(data):
        guess = dict(zip(model, data, strict=True))
    else:
        return "say which of the model's labels is which of the data's: labels={'LABEL_0': ...}"
    return f"if that is what they mean, say so: labels={guess}"
