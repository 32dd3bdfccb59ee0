"""What all facades share: they are values that open a session when they are first used."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Generic, TypeVar

from hfkit.values.shown import shown_settings

from .sessions import Holder

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["Facade"]

S = TypeVar("S")


@dataclass(frozen=True, slots=True, repr=False)
class Facade(ABC, Generic[S]):
    """A frozen dataclass whose fields are settings and whose session opens at first use.

    Subclasses are ``@dataclass(frozen=True, slots=True, repr=False)`` too: one line, written here,
    shows the settings that differ from their defaults.
    """

    _holder: Holder[S] = field(default_factory=Holder, init=False, compare=False)

    @abstractmethod
    def _open(self) -> S:
        """Open the session that the settings describe."""

    @property
    def _session(self) -> S:
        return self._holder.get(self._open)

    def load(self) -> Self:
        """Open the model now instead of at first use.

        Returns:
            The facade itself.

        Raises:
            HfkitError: it cannot be opened; a subclass says why.
        """
        self._holder.get(self._open)
        return self

    def close(self) -> None:
        """Let go of the model. Others who hold it keep it; the next use opens it again."""
        self._holder.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _settings(self) -> dict[str, object]:
        return {setting.name: getattr(self, setting.name) for setting in fields(self) if setting.init}

    def __repr__(self) -> str:
        return shown_settings(self)

    def __reduce__(self) -> tuple[object, tuple[type[Self], dict[str, object]]]:
        """Pickle the settings only: the facade opens again where it lands."""
        return _rebuild, (type(self), self._settings())


def _rebuild(kind: type[Facade[S]], settings: dict[str, object]) -> Facade[S]:
    return kind(**settings)
