"""Where a result came from, and how much of the input it has read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Coverage", "Source"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of an input was read.

    Attributes:
        read: characters that the model has seen.
        total: characters of the input; of both texts for a pair.
        windows: in how many windows they were read.

    >>> Coverage(read=120, total=400, windows=1).complete
    False
    """

    read: int
    total: int
    windows: int

    @property
    def complete(self) -> bool:
        """Whether all of the input was read."""
        return self.read == self.total


@dataclass(frozen=True, slots=True)
class Source:
    """What gave an answer; one object shared by all results of a session.

    Attributes:
        model: the repository's name, or the whole path of a folder.
        revision: the commit hash on the hub, or ``sha256:`` and the hash of the folder's content.
        tokenizer: a fingerprint of the tokenizer, ``sha256:`` over its vocabulary, its merges or scores, and its
            ids for a fixed text.
        backend: the backend that ran the model.
        device: where it ran, as the backend names it.
        dtype: the number type of the weights while it ran.
        versions: pairs of a library's name and its version, sorted by name.
        base: for an adapter, its base model and revision as ``name@revision``; else None.
        notes: what a careful reader should know, such as labels that say nothing.
    """

    model: str
    revision: str
    tokenizer: str
    backend: str
    device: str
    dtype: str
    versions: tuple[tuple[str, str], ...]
    base: str | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Give the source as a dict of JSON values, ``versions`` as a dict of its own."""
        from .jsonable import to_json_value

        plain = {name: to_json_value(getattr(self, name)) for name in self.__slots__}
        return plain | {"versions": dict(self.versions)}
