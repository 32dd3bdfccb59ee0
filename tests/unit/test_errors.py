from __future__ import annotations

import copy
import pickle
import re
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest

import hfkit
from hfkit import errors
from hfkit.errors import HfkitError, InputError, MissingDependencyError, ModelNotFoundError, OfflineError

if TYPE_CHECKING:
    from collections.abc import Iterator


def below(root: type[HfkitError]) -> Iterator[type[HfkitError]]:
    """An error class and all under it that hfkit itself defines."""
    yield root
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from below(kind)


ALL = list(below(HfkitError))
BRANCH = re.compile(r"(?P<indent>[│├└─ ]*)(?P<name>\w+Error)\b(?: \((?P<also>\w+)\))?")

Entry = tuple[str, str | None, tuple[str, ...]]


def drawn_tree() -> list[Entry]:
    """The tree of the module's docstring: each class, its parent, and its other bases."""
    lines = (errors.__doc__ or "").split("::\n\n")[1].splitlines()
    entries: list[Entry] = []
    path: list[str] = []
    for line in takewhile(str.strip, lines):
        match = BRANCH.match(line)
        assert match is not None, line
        depth = (len(match["indent"]) - 4) // 4
        path[depth:] = [match["name"]]
        also = (match["also"],) if match["also"] else ()
        entries.append((match["name"], path[depth - 1] if depth else None, also))
    return entries


def real_tree() -> list[Entry]:
    """The same of the classes themselves, in the order of their definition."""
    entries: list[Entry] = []
    for kind in ALL:
        parents = [base.__name__ for base in kind.__bases__ if issubclass(base, HfkitError)]
        also = tuple(base.__name__ for base in kind.__bases__ if not issubclass(base, HfkitError))
        if kind is HfkitError:
            entries.append((kind.__name__, None, ()))
        else:
            (parent,) = parents
            entries.append((kind.__name__, parent, also))
    return entries


def test_the_tree_is_as_it_is_drawn() -> None:
    assert drawn_tree() == real_tree()


def test_every_error_is_at_hand_and_says_so() -> None:
    at_hand = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and name[0] != "_"}
    assert at_hand == {kind.__name__: kind for kind in ALL}
    assert {kind.__module__ for kind in ALL} == {"hfkit.errors"}


def test_the_root_is_at_hand() -> None:
    assert hfkit.HfkitError is HfkitError
    assert hfkit.errors is errors


@pytest.mark.parametrize("kind", ALL)
def test_an_error_reads_as_message_and_hint(kind: type[HfkitError]) -> None:
    error = kind("size is 0, must be at least 1", hint="leave it out")
    assert str(error) == "size is 0, must be at least 1\nHint: leave it out"
    assert (error.message, error.hint) == ("size is 0, must be at least 1", "leave it out")
    assert error.args == ("size is 0, must be at least 1",)


@pytest.mark.parametrize("kind", ALL)
def test_an_error_has_a_hint(kind: type[HfkitError]) -> None:
    with pytest.raises(TypeError, match="hint"):
        kind("no hint")  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickling(kind: type[HfkitError], protocol: int) -> None:
    error = kind("the value and what was allowed", hint="what to do")
    if isinstance(error, InputError):
        error.index = 7
    arrived = pickle.loads(pickle.dumps(error, protocol))  # our own bytes
    assert type(arrived) is kind
    assert (str(arrived), vars(arrived), arrived.args) == (str(error), vars(error), error.args)
    assert all(isinstance(arrived, base) for base in kind.__bases__)


@pytest.mark.parametrize("kind", ALL)
def test_an_error_survives_copying(kind: type[HfkitError]) -> None:
    error = kind("the value and what was allowed", hint="what to do")
    copied = copy.copy(error)
    assert type(copied) is kind
    assert str(copied) == str(error)


@pytest.mark.parametrize("kind", ALL)
def test_an_error_can_be_caught_by_each_of_its_bases(kind: type[HfkitError]) -> None:
    for base in kind.__bases__:
        with pytest.raises(base):
            raise kind("the value and what was allowed", hint="what to do")


@pytest.mark.parametrize("kind", list(below(InputError)))
def test_an_error_about_an_input_has_a_position_only_in_a_batch(kind: type[InputError]) -> None:
    error = kind("not a text", hint="give a text")
    assert error.index is None
    error.index = 3
    assert kind("another", hint="give a text").index is None


@pytest.mark.parametrize("kind", [ModelNotFoundError, OfflineError])
def test_what_the_system_errors_carry_is_empty(kind: type[ModelNotFoundError | OfflineError]) -> None:
    error = kind("no such folder", hint="look again")
    assert (error.errno, error.strerror, error.filename) == (None, None, None)


def test_import_errors_have_their_message() -> None:
    error = MissingDependencyError("torch is not installed", hint="pip install 'hfkit[torch]'")
    assert error.msg == "torch is not installed"
