"""Demo: a web page over a facade, as a folder that a Space runs."""

from __future__ import annotations

import os
import re
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from hfkit._lazy import reach
from hfkit.errors import SettingError
from hfkit.values.constraints import require_kind, require_text
from hfkit.values.inputs import Question
from hfkit.values.publish_secrets import require_no_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.values.runtime import Runtime

__all__ = ["Demo", "Demonstrable"]

_VERBS = ("Answer", "Classify", "Generate", "Summarize", "Tag", "Translate")
_NAMED = re.compile(r"[\w.-]+/[\w.-]+(@\S+)?")
_PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")


class Demonstrable(Protocol):
    """A facade that a page can be made of: Classify, Answer, Tag, Generate, Summarize or Translate."""

    @property
    def model(self) -> str | os.PathLike[str] | None:
        """Its model."""
        ...

    @property
    def runtime(self) -> Runtime:
        """Where and how it runs."""
        ...


@dataclass(frozen=True, slots=True)
class Demo:
    """A web page over a facade, as a folder that a Space runs: ``app.py``, ``requirements.txt`` and ``README.md``.

    The page is made with Gradio. The model is pinned to its commit, and each package to the version that is installed
    here, so that the page does tomorrow what it does today.

    Attributes:
        facade: Classify, Answer, Tag, Generate, Summarize or Translate, with the settings of the page; its model is
            ``"owner/name@commit"``, as :attr:`Publication.reference` gives it, or the starter. With a
            ``Runtime(lock=...)`` the name alone will do: the page gets the commit, and what it needs of the lock.
        title: the page's title; None for the model's name.
        description: a line below it; empty for none.
        examples: what a visitor may try with a click: texts, or questions for Answer.
        license: the page's license by its name on the hub; None for none.

    Raises:
        SettingError: the facade is of another kind, its model is not pinned, or an example is not for it.

    >>> from hfkit import Classify
    >>> demo = Demo(Classify("me/reviews@" + "0" * 40), examples=("A lovely film.",))
    """

    facade: Demonstrable
    _: KW_ONLY
    title: str | None = None
    description: str = ""
    examples: tuple[str | Question, ...] = ()
    license: str | None = None

    def __post_init__(self) -> None:
        if self.verb not in _VERBS:
            raise SettingError(
                f"facade is {self.facade!r}, must be one of {', '.join(_VERBS)}",
                hint="for example hfkit.Demo(hfkit.Classify(publication.reference))",
            )
        model = self.facade.model
        held = self.facade.runtime.lock is not None and _NAMED.fullmatch(str(model))
        if model is not None and not held and not _PINNED.fullmatch(str(model)):
            raise SettingError(
                f"the model is {str(model)!r}, must be 'owner/name@' and the 40 digits of a commit",
                hint="publish it first: hfkit.Publish(...)(folder).reference names it so",
            )
        kind = Question if self.verb == "Answer" else str
        require_kind("examples", self.examples, (tuple,))
        for example in self.examples:
            require_kind("examples", example, (kind,))
        for name in ("title", "license"):
            if getattr(self, name) is not None:
                require_text(name, getattr(self, name))
        require_kind("description", self.description, (str,))
        for name in ("facade", "title", "description", "examples"):
            require_no_secret(name, repr(getattr(self, name)))

    @property
    def verb(self) -> str:
        """The facade's name."""
        return type(self.facade).__name__

    def write(self, folder: str | os.PathLike[str], /) -> Path:
        """Write the page's files into a folder, over those of an earlier page; others are left alone.

        Returns:
            The folder.

        Raises:
            OutputError: they cannot be written.
            LockError: the facade has a lock, and the lock does not have its model.
            SettingError: what is given names no folder.
        """
        given: object = folder
        if not isinstance(given, str | os.PathLike) or not os.fspath(given):
            raise SettingError(f"{given!r} names no folder", hint="give the folder to write the page into")
        write = cast("Callable[[Demo, Path], Path]", reach("hfkit.jobs.publishing.demo_files", "write_demo"))
        return write(self, Path(folder))
