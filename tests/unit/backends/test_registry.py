"""Backends by name."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

import hfkit
from hfkit import errors
from hfkit.backends import registry
from hfkit.backends.protocols import OpensScorers
from hfkit.backends.registry import backend_names, find_backend, register_backend
from hfkit.hub.folder import ModelFolder
from hfkit.testing import FakeBackend


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registered", {"fake": FakeBackend})  # whatever other tests registered


class Lacking(FakeBackend):
    """Cannot run here."""

    def missing(self) -> str | None:
        return "pip install 'hfkit[lacking]'"


class Mute:
    """A backend that opens nothing."""

    name = "mute"

    def missing(self) -> str | None:
        return None


class Swift(FakeBackend):
    """Tells whether it is ready."""

    def ready(self, folder: ModelFolder, runtime: hfkit.Runtime, capability: type, /) -> bool:  # noqa: ARG002
        return True


def test_auto_takes_torch() -> None:
    name, _ = find_backend("auto", capability=OpensScorers)
    assert name == "torch"


@pytest.mark.parametrize("ready", [True, False])
def test_auto_takes_onnx_where_it_is_ready(ready: bool) -> None:  # noqa: FBT001  # a parameter of the test
    name, _ = find_backend("auto", capability=OpensScorers, is_ready=lambda _: ready)
    assert name == ("onnx" if ready else "torch")


def test_auto_takes_a_registered_one_that_is_ready() -> None:
    register_backend("mute", Mute)
    register_backend("swift", Swift)
    name, _ = find_backend("auto", capability=OpensScorers, is_ready=lambda asked: isinstance(asked, Swift))
    assert name == "swift"


def test_one_that_is_named_is_not_asked_whether_it_is_ready() -> None:
    register_backend("swift", Swift)
    assert find_backend("swift", capability=OpensScorers)[0] == "swift"


def test_auto_without_any_names_the_install_line_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hfkit.backends.torch.backend.find_spec", lambda _: None)
    monkeypatch.setattr("hfkit.backends.onnx.backend.find_spec", lambda _: None)
    with pytest.raises(errors.MissingDependencyError) as caught:
        hfkit.Classify("some/model").batch(["good"])
    assert caught.value.message == "backend 'auto' needs packages that are not installed"
    assert caught.value.hint == "pip install 'hfkit[torch]'"


def test_a_backend_that_lacks_something_says_what() -> None:
    register_backend("lacking", Lacking)
    with pytest.raises(errors.MissingDependencyError) as caught:
        find_backend("lacking", capability=OpensScorers)
    assert caught.value.hint == "pip install 'hfkit[lacking]'"


def test_a_backend_that_cannot_do_it_says_so() -> None:
    register_backend("mute", Mute)
    with pytest.raises(errors.BackendError, match="backend 'mute' cannot do this: it is no OpensScorers"):
        find_backend("mute", capability=OpensScorers)


def test_what_is_no_backend_is_refused() -> None:
    register_backend("nothing", object)  # type: ignore[arg-type]  # the point
    with pytest.raises(
        errors.BackendError, match=r"backend 'nothing' is a object without a name or missing\(\)"
    ):
        find_backend("nothing", capability=OpensScorers)


@pytest.mark.parametrize("name", ["auto", "onnx", "torch"])
def test_hfkits_own_names_are_taken(name: str) -> None:
    with pytest.raises(errors.SettingError, match=f"backend name '{name}' is taken by hfkit"):
        register_backend(name, FakeBackend)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(errors.UnknownBackendError) as caught:
        find_backend("abacus", capability=OpensScorers)
    assert caught.value.message == "backend 'abacus' is not one of ['auto', 'fake', 'onnx', 'torch']"
    assert caught.value.hint == "install the package that declares it, or register_backend() it"


def test_a_declared_backend_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("elsewhere", "hfkit.testing:FakeBackend", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: [entry])
    assert "elsewhere" in backend_names()
    name, backend = find_backend("elsewhere", capability=OpensScorers)
    assert name == "elsewhere"
    assert isinstance(backend, FakeBackend)
