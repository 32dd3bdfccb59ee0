"""What keeps a text to a shape: asked for the tokens that may come next, told which one came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import Self

    import numpy as np
    import numpy.typing as npt

__all__ = ["Guide"]


class Guide(Protocol):
    """The state of one text that is to have a shape."""

    @property
    def complete(self) -> bool:
        """Whether the text so far is whole."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it is whole and nothing but an end may come."""
        ...

    @property
    def text(self) -> str:
        """The text so far, as its tokens spell it."""
        ...

    def allowed(self) -> npt.NDArray[np.bool_]:
        """Say for each token whether it may come next, shape ``[vocabulary]``; an end where the text is whole."""
        ...

    def accept(self, token: int, /) -> None:
        """Take the token that came, which is no end."""
        ...

    def copy(self) -> Self:
        """Give another in the same state."""
        ...
