"""The program of a page: Python, for every verb, with what it needs."""

from __future__ import annotations

import ast
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import hfkit
from hfkit.errors import LockError, OutputError, SettingError
from hfkit.jobs.publishing.demo_page import page_source

PINNED = "org/model@" + "0" * 40

FACADES = [
    hfkit.Classify(PINNED, top_k=2, runtime=hfkit.Runtime(threads=1)),
    hfkit.Answer(PINNED, no_answer=True),
    hfkit.Tag(PINNED, window=128),
    hfkit.Generate(PINNED, decoding=hfkit.Sample(temperature=0.5, seed=1)),
    hfkit.Summarize(PINNED),
    hfkit.Translate(PINNED),
]


@pytest.mark.parametrize("facade", FACADES, ids=lambda facade: type(facade).__name__)
def test_each_page_makes_the_facade_that_it_was_made_of(facade: hfkit.Classify) -> None:
    source = page_source(type(facade).__name__, repr(facade), title="A", description="", examples=())
    program = ast.parse(source)
    (names,) = (node for node in program.body if isinstance(node, ast.ImportFrom) and node.module == "hfkit")
    (run,) = (
        node
        for node in program.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "run"
    )
    known = {alias.name: getattr(hfkit, alias.name) for alias in names.names}
    made = eval(compile(ast.Expression(run.value), "app.py", "eval"), known)  # noqa: S307  # what we wrote
    assert made == facade
    used = {node.id for node in ast.walk(program) if isinstance(node, ast.Name)}
    assert used - {"gradio", "page", "error", "Iterator", "__name__"} >= {"run", "HfkitError", "escape"}
    assert "\n\n\n\n" not in source


def test_a_message_is_shown_as_it_is() -> None:
    """Gradio shows messages as HTML."""
    source = page_source("Classify", "Classify()", title="A", description="", examples=())
    (raised,) = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise))
    assert ast.unparse(raised) == "raise gradio.Error(escape(error.message, quote=False)) from error"
    assert "from html import escape\n" in source


def test_texts_are_kept_as_they_are() -> None:
    odd = 'a "quote", a \\ and a\nline – ü'
    source = page_source("Classify", "Classify()", title=odd, description=odd, examples=(odd,))
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword)]
    told = {
        call.arg: ast.literal_eval(call.value)
        for call in calls
        if call.arg in ("title", "description", "examples")
    }
    assert told == {"title": odd, "description": odd, "examples": [[odd]]}


def test_a_page_is_three_files(tmp_path: Path) -> None:
    question = hfkit.Question("Who?", context="Ada did.")
    demo = hfkit.Demo(hfkit.Answer(PINNED), examples=(question,), license="mit")
    folder = demo.write(tmp_path / "page")
    assert sorted(file.name for file in folder.iterdir()) == ["README.md", "app.py", "requirements.txt"]
    assert '[["Who?", "Ada did."]]' in (folder / "app.py").read_text()
    lines = (folder / "requirements.txt").read_text().splitlines()
    assert lines[0] == f"hfkit[onnx,torch]=={hfkit.__version__}"
    assert all("==" in line and "+" not in line for line in lines)
    card = (folder / "README.md").read_text()
    assert card.startswith("---\ntitle: model\nsdk: gradio\nsdk_version: ")
    assert "models:\n- org/model\nlicense: mit\n---\n\n# model\n\nA page over `org/model`" in card
    (folder / "more.py").write_text("mine")
    assert demo.write(folder) == folder
    assert (folder / "more.py").read_text() == "mine"


def test_a_page_over_the_starter_names_no_repository(tmp_path: Path) -> None:
    card = (hfkit.Demo(hfkit.Classify()).write(tmp_path / "page") / "README.md").read_text()
    assert "title: Classify\n" in card
    assert "models:" not in card


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("a file")
    with pytest.raises(OutputError, match="the page cannot be written into"):
        hfkit.Demo(hfkit.Classify()).write(tmp_path / "page")


@pytest.mark.parametrize(
    ("facade", "settings", "message"),
    [
        (hfkit.Tokenize("org/model"), {}, "facade is Tokenize('org/model'), must be one of Answer, Classify"),
        (
            hfkit.Classify("org/model"),
            {},
            "the model is 'org/model', must be 'owner/name@' and the 40 digits",
        ),
        (hfkit.Classify("/models/mine"), {}, "the model is '/models/mine', must be"),
        (hfkit.Classify(), {"examples": ["a"]}, "examples is ['a'], must be tuple"),
        (hfkit.Classify(), {"examples": (1,)}, "examples is 1, must be str"),
        (hfkit.Answer(), {"examples": ("Who?",)}, "examples is 'Who?', must be Question"),
        (hfkit.Classify(), {"title": ""}, "title is empty, must be a name"),
        (hfkit.Classify(), {"description": None}, "description is None, must be str"),
        (hfkit.Classify(), {"description": "hf_" + "aB3" * 12}, "description holds a Hugging Face token"),
    ],
)
def test_what_makes_no_page_is_refused(
    facade: hfkit.Classify, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingError) as caught:
        hfkit.Demo(facade, **settings)  # type: ignore[arg-type]
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize("nothing", [None, 3, ""])
def test_what_names_no_folder_is_refused(nothing: object) -> None:
    with pytest.raises(SettingError, match="names no folder"):
        hfkit.Demo(hfkit.Classify(PINNED)).write(nothing)  # type: ignore[arg-type]


def locked(name: str, commit: str, *files: str) -> hfkit.LockedRepository:
    return hfkit.LockedRepository(
        "model", name, None, commit * 40, tuple(hfkit.LockedFile(file, 2, "0" * 64) for file in files)
    )


def test_a_page_has_what_it_needs_of_a_lock(tmp_path: Path) -> None:
    """No path of this machine, and nothing of the other models of the lock."""
    whole = hfkit.Lock(
        tmp_path / "mine.lock", (locked("org/secret", "1"), locked("org/model", "2", "a.json"))
    )
    whole.write()
    runtime = hfkit.Runtime(lock=whole.path, threads=1)
    for name in ("org/model", f"org/model@{'2' * 40}"):
        folder = hfkit.Demo(hfkit.Classify(name, runtime=runtime)).write(tmp_path / "page")
        source = (folder / "app.py").read_text()
        assert f"Classify('org/model@{'2' * 40}'," in source
        assert "lock='hfkit.lock'" in source
        assert "threads=1" in source
        assert str(tmp_path) not in source
        lock = hfkit.Lock.read(folder / "hfkit.lock")
        assert [one.name for one in lock.repositories] == ["org/model"]
        assert lock.find("model", "org/model", "2" * 40).files == whole.repositories[1].files
    with pytest.raises(LockError, match="model 'org/other' is not in the lock"):
        hfkit.Demo(hfkit.Classify("org/other", runtime=runtime)).write(tmp_path / "page")
    with pytest.raises(SettingError, match="the model is '/models/mine', must be 'owner/name@'"):
        hfkit.Demo(hfkit.Classify("/models/mine", runtime=runtime))
    starter = hfkit.Demo(hfkit.Classify(runtime=runtime)).write(tmp_path / "starter")
    assert "lock=None" in (starter / "app.py").read_text()
    assert not (starter / "hfkit.lock").exists()


RUNS_ON = {
    "torch": {"torch"},
    "onnx,torch": {"torch", "onnxruntime"},
    "export": {"torch", "onnxruntime", "onnx"},
}


@pytest.mark.parametrize(
    ("backend", "missing", "extras"),
    [("auto", (), "onnx,torch"), ("auto", ("onnxruntime", "onnx"), "torch"), ("onnx", (), "export")],
)
def test_a_page_installs_what_its_model_may_need(
    backend: str, missing: tuple[str, ...], extras: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that is an export and nothing else opens in ONNX Runtime alone."""

    def version(package: str) -> str:
        if package in missing:
            raise PackageNotFoundError(package)
        return "1.0+cpu"

    monkeypatch.setattr("hfkit.jobs.publishing.demo_files.version", version)
    demo = hfkit.Demo(hfkit.Classify(PINNED, runtime=hfkit.Runtime(backend=backend)))
    first, *lines = (demo.write(tmp_path) / "requirements.txt").read_text().splitlines()
    assert first == f"hfkit[{extras}]==1.0+cpu"
    assert {line.partition("==")[0] for line in lines} & RUNS_ON["export"] == RUNS_ON[extras]
    assert all(line.endswith("==1.0") for line in lines)
