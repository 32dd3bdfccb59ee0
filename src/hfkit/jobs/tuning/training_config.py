"""What a configuration says only while its model is trained."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hfkit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PretrainedConfig

__all__ = ["restore_config", "set_dropout"]

# hidden_dropout_prob, attention_dropout, resid_pdrop, dropout_rate, ...; a share of layers left out is another matter.
_DROPOUT = re.compile(r"(^|_)p?drop(out)?($|_prob$|_rate$)")


def set_dropout(config: PretrainedConfig, dropout: float | None) -> Mapping[str, object]:
    """Set every dropout that a configuration names; give what it said before.

    Where it leaves one to another, as ``classifier_dropout=None`` does, that stays.

    Raises:
        SettingError: it names none.
    """
    if dropout is None:
        return {}
    before = {
        name: value
        for name, value in config.to_dict().items()
        if _DROPOUT.search(name) and isinstance(value, float | int)
    }
    if not before:
        raise SettingError(
            f"dropout is {dropout}, the configuration of {config.model_type} names none",
            hint="leave dropout=None: the model has no dropout",
        )
    for name in before:
        setattr(config, name, dropout)
    return before


def restore_config(config: PretrainedConfig, before: Mapping[str, object]) -> None:
    """Let a configuration say again what it said; None for what it did not say."""
    for name, value in before.items():
        if value is None:
            delattr(config, name)
        else:
            setattr(config, name, value)
