"""The wheel, installed alone in a clean environment outside of the tree."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

# Run where hfkit is installed with its core dependencies and nothing else.
PROBE = """
import os, tempfile, pathlib, hfkit
from hfkit import errors
from hfkit.testing import FakeBackend, checks, write_fake_model, write_fake_reader, write_fake_writer

assert "site-packages" in hfkit.__file__, hfkit.__file__
folder = write_fake_model(pathlib.Path(tempfile.mkdtemp()) / "model")
try:
    hfkit.Classify(folder)("good")
    raise SystemExit("no error without torch")
except errors.MissingDependencyError as error:
    assert error.hint == "pip install 'hfkit[torch]'", error
hfkit.register_backend("fake", FakeBackend)
batch = hfkit.Classify(folder, runtime=hfkit.Runtime(backend="fake")).batch(["good", "bad"])
for method, extra in (("to_pandas", "pandas"), ("to_polars", "polars"), ("to_dataset", "tune")):
    try:
        getattr(batch, method)()
        raise SystemExit("no error without " + extra)
    except errors.MissingDependencyError as error:
        assert error.hint == f"pip install 'hfkit[{extra}]'", error
for check in checks(FakeBackend(), folder):
    check()
reader = write_fake_reader(pathlib.Path(tempfile.mkdtemp()) / "reader")
asked = hfkit.Question("plot", context="The plot is good.")
assert hfkit.Answer(reader, runtime=hfkit.Runtime(backend="fake"))(asked).text in asked.context
writer = write_fake_writer(pathlib.Path(tempfile.mkdtemp()) / "writer")
for check in checks(FakeBackend(), writer):
    check()
written = hfkit.Generate(writer, max_new_tokens=4, runtime=hfkit.Runtime(backend="fake")).batch(["good", "世界"])
assert all(generation.text for generation in written)
assert hfkit.Tokenize(folder).count("good") == 3
assert (pathlib.Path(hfkit.__file__).parent / "py.typed").is_file()
for name, starter in hfkit.starter.STARTERS.items():
    own = pathlib.Path(hfkit.__file__).parent / "starter/models" / name
    adapter = ("adapter_model.safetensors",) if isinstance(starter, hfkit.starter.AdaptedStarter) else ()
    assert all((own / file).is_file() for file in (*adapter, "hfkit.json", "README.md"))
os.environ["HFKIT_CACHE"] = tempfile.mkdtemp()
try:
    hfkit.starter.starter_folder("writer", offline=True)
    raise SystemExit("no error without gguf")
except errors.MissingDependencyError as error:
    assert error.hint == "pip install 'hfkit[starter]'", error
print("fine")
"""


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_stands_alone(tmp_path: Path) -> None:
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "dist", ROOT, cwd=tmp_path)
    archives = sorted((tmp_path / "dist").iterdir())
    assert [archive.name.rpartition(".")[2] for archive in archives] == ["whl", "gz"]
    _run(sys.executable, "-m", "twine", "check", "--strict", *archives, cwd=tmp_path)
    wheel = archives[0]
    assert wheel.stat().st_size < 10 * 2**20
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    _run(python, "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    assert _run(python, "-c", PROBE, cwd=tmp_path) == "fine\n"
    installed = _run(python, "-m", "pip", "list", "--format", "freeze", cwd=tmp_path)
    assert not {"torch", "transformers", "datasets"} & {
        line.partition("==")[0] for line in installed.splitlines()
    }
